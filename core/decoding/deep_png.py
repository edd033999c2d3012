"""16-bit PNG that use few of their bits: Pillow keeps only the upper eight."""

import struct
from typing import cast

import imagecodecs
import numpy as np
from PIL import Image

from core.decoding.colour import to_rgb
from core.decoding.levels import to_bytes
from core.errors import UserError

# Where they stand in the file: in IHDR, always the first chunk.
_SIZE, _BIT_DEPTH, _COLOUR_TYPE = 16, 24, 25
_MOST_PIXELS = 24_000_000  # more would need too much memory
_DARK = 64  # if all upper bytes are below: 14 bits or fewer are in use, or the picture is dark


def read_deep(data: bytes, image: Image.Image) -> tuple[np.ndarray, list[str]] | None:
    """Decode a 16-bit PNG with libpng if its upper bytes alone would be too dark.

    Args:
        data: the file.
        image: the same file, decoded by Pillow.

    Returns:
        uint8 (height, width, 3), sRGB, not yet turned upright, and sentences; None if Pillow's
        pixels are good enough.

    Raises:
        UserError: such a picture has more than `_MOST_PIXELS` pixels.
    """
    if image.format != "PNG" or data[_BIT_DEPTH] != 16 or data[_COLOUR_TYPE] not in (2, 4, 6):
        return None
    if getattr(image, "n_frames", 1) > 1 or _brightest(image) >= _DARK:
        return None
    if struct.unpack_from(">II", data, _SIZE) != image.size:  # a second IHDR says otherwise
        return None
    if image.width * image.height > _MOST_PIXELS:
        raise UserError(
            "The picture is almost black: few of its 16 bits are in use, and it is too large to "
            "be scaled here. Save it as an 8-bit PNG."
        )
    deep = imagecodecs.png_decode(data)
    if deep.dtype != np.uint16 or deep.shape[:2] != (image.height, image.width):
        return None
    scaled, notes = to_bytes(deep, 1 if deep.shape[2] == 2 else 3, 16)
    if scaled.shape[2] == 2:
        scaled = np.ascontiguousarray(scaled[..., [0, 0, 0, 1]])
    narrow = Image.fromarray(scaled)
    if "icc_profile" in image.info:
        narrow.info["icc_profile"] = image.info["icc_profile"]
    pixels, more = to_rgb(narrow)
    return pixels, notes + more


def _brightest(image: Image.Image) -> int:
    extrema = cast(tuple[tuple[int, int], ...], image.getextrema())  # of several bands
    colours = extrema[:-1] if image.mode in ("LA", "RGBA") else extrema
    return max(most for _, most in colours)
