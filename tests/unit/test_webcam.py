"""The imitated webcam and the made-up clips."""

import numpy as np
import pandas as pd
import pytest

from bench.clips import moving_face
from core.damage import jpeg
from core.dataset.batches import pick_filmed
from core.training.classifier.augmentation import FaceAugmentation
from core.webcam_imitation import Webcam, h264
from tests.conftest import texture


@pytest.mark.parametrize("seed", range(25))
def test_any_draw_is_an_even_square_and_repeats(seed):
    pixels = texture("real", seed, 256)
    before = pixels.copy()
    filmed = Webcam()(pixels, np.random.default_rng(seed))
    np.testing.assert_array_equal(pixels, before)
    side = filmed.shape[0]
    assert filmed.shape == (side, side, 3) and filmed.dtype == np.uint8
    assert 96 <= side <= 256 and side % 2 == 0
    np.testing.assert_array_equal(Webcam()(pixels, np.random.default_rng(seed)), filmed)


def test_h264_gives_every_frame_back_coarser_with_crf():
    frames = [texture("real", seed, 64) for seed in range(3)]
    errors = []
    for crf in (10, 40):
        decoded = h264(frames, crf)
        assert [frame.shape for frame in decoded] == [(64, 64, 3)] * 3
        errors.append(np.abs(np.stack(decoded).astype(int) - np.stack(frames)).mean())
    assert errors[0] < errors[1] and errors[0] < 6


def test_colours_keep_their_order():
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    for changed in (jpeg(red, 80), h264([red], 20)[0]):
        mean = changed.reshape(-1, 3).mean(axis=0)
        assert mean[0] > 150 and mean[1:].max() < 60


def test_filmed_faces_are_cropped_and_filmed_whatever_the_chances():
    pixels = texture("real", 0, 256)
    off = FaceAugmentation(p_crop=0, p_light=0, p_degrade=0)
    filmed = off(pixels, np.random.default_rng(0), filmed=True)
    assert filmed.shape[0] <= 256 and filmed.shape[0] % 2 == 0
    plain = off(pixels, np.random.default_rng(0))
    assert plain.shape == pixels.shape and not np.array_equal(plain, filmed)


def test_pick_filmed_keeps_the_shares():
    faces = pd.DataFrame({"source": ["a"] * 50 + ["b"] * 50 + ["c"] * 50})
    rows = np.random.default_rng(0).integers(0, 150, 6000)
    filmed = pick_filmed(faces, rows, {"a": 1.0, "b": 0.25}, np.random.default_rng(1))
    share = [filmed[(rows // 50) == kind].mean() for kind in range(3)]
    assert share[0] == 1 and share[2] == 0 and 0.2 < share[1] < 0.3


def test_a_moving_face_moves_and_repeats():
    face = texture("fake", 0, 128)
    first = list(moving_face(face, seed=3, size=(320, 180), frames=5))
    second = list(moving_face(face, seed=3, size=(320, 180), frames=5))
    assert [frame.shape for frame in first] == [(180, 320, 3)] * 5
    np.testing.assert_array_equal(np.stack(first), np.stack(second))
    assert not np.array_equal(first[0], first[4])
