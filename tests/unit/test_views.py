"""Several framings of one face, averaged."""

import numpy as np
import pytest

from core.imaging import to_model_input
from core.inference.views import VIEW_SCALES, face_view, face_views, mean_log_odds
from tests.conftest import texture


class Means:
    """A network whose log-odds are the mean of the picture."""

    def log_odds(self, faces):
        assert faces.ndim == 4
        return faces.mean(axis=(1, 2, 3))


def test_the_first_view_is_the_whole_crop():
    pixels = texture("real", 0, 256)
    np.testing.assert_array_equal(face_views(pixels)[0], to_model_input(pixels))


def test_views_are_central_parts_and_take_turns():
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[40:170, 40:160] = 255  # what all views have in full
    looks = face_views(pixels)
    assert looks.shape == (len(VIEW_SCALES), 128, 128, 3)
    shares = looks.mean(axis=(1, 2, 3))
    assert (np.diff(shares) > 0).all()  # each closer than the one before
    for number in range(2 * len(VIEW_SCALES)):
        expected = looks[number % len(VIEW_SCALES)]
        np.testing.assert_array_equal(face_view(pixels, number), expected)


@pytest.mark.parametrize("side", [1, 2, 3, 17, 63, 128, 255, 257, 1024])
def test_any_size_of_crop(side):
    looks = face_views(np.full((side, side, 3), 51, np.uint8))
    np.testing.assert_allclose(looks, 0.2, atol=1e-6)


def test_the_mean_is_taken_per_face():
    views = np.random.default_rng(0).random((5, 3, 128, 128, 3), dtype=np.float32)
    odds = mean_log_odds(Means(), views)
    np.testing.assert_allclose(odds, views.mean(axis=(1, 2, 3, 4)), atol=1e-5)
