"""Real faces for generators: which are read, how they are framed, which are alike."""

import numpy as np
import pytest

from core.dataset.real_faces import CROPS, framed, load_real_faces
from core.errors import UserError
from core.evaluation.neighbours import Album
from tests.conftest import write_dataset


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
    album = Album(data)
    found = album.nearest(album.pixels[5], 3)
    np.testing.assert_array_equal(found.faces[0], album.pixels[5])
    assert found.distances[0] == 0 and (np.diff(found.distances) >= 0).all()
    assert found.usual > 0
