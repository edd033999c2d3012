"""Real faces for generators: which are read, how they are framed, which are alike."""

import numpy as np
import pytest

from core.dataset.framing import frame_faces
from core.dataset.index import index_folder
from core.dataset.real_faces import CROPS, framed, load_real_faces
from core.errors import UserError
from core.evaluation.generators.face_check import FaceCheck
from core.evaluation.generators.neighbours import Album
from core.picture_files import FRAMING_FILE
from tests.conftest import encode, texture, write_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "set"
    return write_dataset(folder, {"train": 8, "valid": 4, "test": 2})


def test_only_real_faces_of_the_splits_are_read(data):
    faces = load_real_faces(data, ("train", "valid"))
    assert faces.counts == {"camera": 12} and faces.pixels.shape == (12, 128, 128, 3)


def test_a_broken_file_costs_only_itself(data, tmp_path):
    folder = write_dataset(tmp_path / "set", {"train": 3})
    good = next((folder / "train" / "real").iterdir())
    good.write_bytes(good.read_bytes()[:900])  # its header is fine
    faces = load_real_faces(folder, ("train",))
    assert len(faces.pixels) == 2 and list(faces.skipped) == [str(good)]


def test_no_faces_is_a_sentence(data):
    with pytest.raises(UserError, match="no readable real face"):
        load_real_faces(data, ("train",), sources=("nowhere",))


def test_a_source_with_a_crop_is_cut(monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    monkeypatch.setitem(CROPS, "camera", (64, 0, 128))
    np.testing.assert_array_equal(framed(pixels, "camera"), pixels[:128, 64:192])
    assert not np.array_equal(framed(pixels, "other"), framed(pixels, "camera"))


def test_the_nearest_face_of_a_face_is_itself(data):
    album = Album(index_folder(data))
    found = album.nearest(album.pixels[5], 3)
    np.testing.assert_array_equal(found.faces[0], album.pixels[5])
    assert found.distances[0] == 0 and (np.diff(found.distances) >= 0).all()
    assert found.usual > 0


def test_one_single_face_has_no_usual_distance(tmp_path):
    album = Album(index_folder(write_dataset(tmp_path / "set", {"train": 1})))
    found = album.nearest(album.pixels[0])
    assert len(found.faces) == 1 and found.distances[0] == 0 and np.isnan(found.usual)


def test_faces_are_framed_alike_and_what_is_none_is_left_out(tmp_path, blazeface, portrait):
    folder = tmp_path / "set" / "train" / "real"
    folder.mkdir(parents=True)
    wide = np.pad(portrait, ((80, 200), (160, 120), (0, 0)), mode="edge")
    for name, pixels in {"web_a": portrait, "web_b": wide, "web_c": texture("real", 1)}.items():
        (folder / f"{name}.png").write_bytes(encode(pixels))
    out = tmp_path / "framed"
    assert list(frame_faces(tmp_path / "set", out)) == ["train: 2 of 3 faces."]
    faces = load_real_faces(out, ("train",))
    assert faces.pixels.shape == (2, 128, 128, 3) and FaceCheck().whole(faces.pixels).all()
    assert np.abs(faces.pixels[0].astype(int) - faces.pixels[1]).mean() < 8  # nearly the same cut
    assert "web: no clear face" in (out / FRAMING_FILE).read_text()
    with pytest.raises(UserError, match="not empty"):
        list(frame_faces(tmp_path / "set", out))


def test_a_framed_folder_is_not_cut_again(tmp_path, monkeypatch):
    data = write_dataset(tmp_path / "set", {"train": 2})
    whole = load_real_faces(data, ("train",)).pixels
    monkeypatch.setitem(CROPS, "camera", (64, 0, 128))
    assert not np.array_equal(load_real_faces(data, ("train",)).pixels, whole)
    (data / FRAMING_FILE).write_text("{}")
    np.testing.assert_array_equal(load_real_faces(data, ("train",)).pixels, whole)
