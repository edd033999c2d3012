"""A picture that is one aligned face, as in the data sets: the detector has no part in it."""

import numpy as np

from core.imaging import decode_image
from core.inference.geometry import Box, Crop


def centre_square(pixels: np.ndarray) -> Crop:
    """The whole picture as one aligned face; of an oblong one the middle square."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    x, y = (width - side) // 2, (height - side) // 2
    return Crop(pixels[y : y + side, x : x + side], Box(x, y, side, side), 0.0)


def aligned_face(data: bytes) -> np.ndarray:
    """The face of a file of a data set: uint8 (side, side, 3), RGB.

    Args:
        data: of a picture, the whole of which is one aligned face.

    Raises:
        UserError: it cannot be decoded.
    """
    return centre_square(decode_image(data).pixels).pixels
