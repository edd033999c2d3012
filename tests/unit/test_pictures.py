"""A picture of any size as the page can show it."""

import numpy as np
import pytest

from ui.shared.pictures import (
    LEAST_PX,
    SHOWN_SIDE,
    TALLEST,
    TINY_SIDE,
    WIDEST,
    display_picture,
    enlarged,
    fitted,
)


@pytest.mark.parametrize(
    ("width", "height"),
    [(65500, 40), (3000, 2), (1, 1), (2, 3000), (1, 65500), (1199, 1), (8000, 8000), (31, 33)],
)
def test_no_size_is_too_odd(width, height):
    shown = display_picture(np.full((height, width, 3), 9, np.uint8))
    high, wide = shown.shape[:2]
    assert shown.dtype == np.uint8 and TINY_SIDE // 2 < max(high, wide) <= SHOWN_SIDE
    assert wide / high <= WIDEST * 1.01 + 0.5 and high / wide <= TALLEST * 1.01 + 0.5
    assert (shown == 9).all(axis=2).any()  # the picture is in it


@pytest.mark.parametrize(("width", "height"), [(256, 256), (1200, 760), (640, 1200)])
def test_usual_pictures_are_not_touched(width, height):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    np.testing.assert_array_equal(display_picture(pixels), pixels)


def test_a_large_photo_keeps_its_shape():
    assert fitted(np.zeros((3000, 4000, 3), np.uint8)).shape == (900, 1200, 3)


def test_a_tiny_picture_is_drawn_on_at_the_size_of_a_page_and_no_other_is_changed():
    assert enlarged(np.zeros((25, 50, 3), np.uint8)).shape == (LEAST_PX // 2, LEAST_PX, 3)
    large = np.zeros((LEAST_PX, 30, 3), np.uint8)
    assert enlarged(large) is large
