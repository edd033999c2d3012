"""Faces as the 140k set's own files: which pixels count, and how they are saved."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from core.dataset.sources.kaggle_form import kaggle_form
from core.errors import UserError
from tests.conftest import texture


def _large(seed=3):
    small = texture("real", seed, 256)
    return np.repeat(np.repeat(small, 4, axis=0), 4, axis=1)


def test_it_is_saved_twice_as_the_data_sets_files_are():
    picture = Image.open(io.BytesIO(kaggle_form(_large())))
    assert picture.size == (256, 256)
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=75)
    today = Image.open(buffer).quantization
    assert picture.quantization[0] == today[0]
    differ = np.flatnonzero(np.array(picture.quantization[1]) - np.array(today[1]))
    assert differ.tolist() == [0] and picture.quantization[1][0] == 8  # libjpeg 9's chroma table
    assert [component[1:3] for component in picture.layer] == [(2, 2), (1, 1), (1, 1)]


def test_only_the_middle_of_each_four_by_four_counts():
    """Bilinear without smoothing: what an area mean would see leaves no trace."""
    face = _large()
    noisy = face.reshape(256, 4, 256, 4, 3).copy()
    noisy[:, [0, 3]] = 255 - noisy[:, [0, 3]]
    noisy[:, :, :, [0, 3]] = 255 - noisy[:, :, :, [0, 3]]
    assert kaggle_form(noisy.reshape(face.shape)) == kaggle_form(face)


def test_the_same_face_gives_the_same_bytes():
    assert kaggle_form(_large()) == kaggle_form(_large())
    assert kaggle_form(_large(4)) != kaggle_form(_large())


@pytest.mark.parametrize(
    "face", [np.zeros((256, 256, 3), np.uint8), np.zeros((512, 512, 3), np.float32)]
)
def test_a_face_that_is_too_small_or_no_picture_is_refused(face):
    with pytest.raises(ValueError, match="side above 256"):
        kaggle_form(face)


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jpeglib", None)
    with pytest.raises(UserError, match=r"jpeglib.* -r requirements-dev\.lock"):
        kaggle_form(_large())
