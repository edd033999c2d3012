"""Pictures of any size as the page can show them."""

import cv2
import numpy as np

SHOWN_SIDE = 1200  # px; twice what a column has on most screens
WIDEST, TALLEST = 6.0, 2.5  # width over height, and height over width, that a page has room for
TINY_SIDE = 32  # px; below it a picture is enlarged in whole steps, so that it can be seen
LEAST_PX = 400  # about the width of a picture's column
_MARGIN = (243, 244, 246)  # light gray


def display_picture(pixels: np.ndarray) -> np.ndarray:
    """A picture as a page can show it: not too large, not too small, not too long.

    A line of 65,500 x 40 pixels would be scaled to no height at all, one of 2 x 3,000 to a page
    that never ends: both get margins.

    Args:
        pixels: uint8 (height, width, 3), RGB, of any size from 1 x 1.

    Returns:
        uint8 (h, w, 3), RGB, h and w at most `SHOWN_SIDE`.
    """
    return with_margins(fitted(pixels))


def fitted(pixels: np.ndarray) -> np.ndarray:
    """A picture scaled so that its longer side is at most `SHOWN_SIDE` pixels.

    Args:
        pixels: uint8 (height, width, 3), RGB, of any size from 1 x 1.
    """
    height, width = pixels.shape[:2]
    longer = max(height, width)
    if longer < TINY_SIDE:
        factor = TINY_SIDE // longer
        return pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    scale = min(1.0, SHOWN_SIDE / longer)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return pixels if scale == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """A tiny picture at the size at which a page shows it, so that what is drawn on it is sharp."""
    height, width = pixels.shape[:2]
    if max(height, width) >= LEAST_PX:
        return pixels
    stretch = LEAST_PX / max(height, width)
    size = max(1, round(width * stretch)), max(1, round(height * stretch))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)


def with_margins(pixels: np.ndarray) -> np.ndarray:
    """A picture between gray margins if it is too long or too wide for a page."""
    height, width = pixels.shape[:2]
    down = max(0, round(width / WIDEST) - height)
    across = max(0, round(height / TALLEST) - width)
    sides = (down // 2, down - down // 2, across // 2, across - across // 2)
    return cv2.copyMakeBorder(pixels, *sides, cv2.BORDER_CONSTANT, value=_MARGIN)
