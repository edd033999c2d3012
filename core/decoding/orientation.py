"""Read a picture's orientation, and turn it upright."""

import struct

import numpy as np
from PIL import Image

_TAG = 0x0112
_SHORT = 3
_TURNED_BY_READER = frozenset({"TIFF", "HEIF"})  # Pillow turns TIFF, libheif turns HEIC


def orientation_of(image: Image.Image) -> int:
    """Read a decoded picture's orientation from EXIF (or XMP).

    Returns:
        1 to 8 as in EXIF; 1, upright, if there is none or the reader of the format has turned the
        picture already.
    """
    if image.format in _TURNED_BY_READER:
        return 1
    try:
        value = image.getexif().get(_TAG)
    except Exception:  # damaged EXIF raises many types
        value = None
    if value not in range(1, 9):
        value = _first_entries(image.info.get("exif") or b"")
    return int(value) if value is not None and value in range(1, 9) else 1


def _first_entries(exif: bytes) -> int | None:
    """The orientation in EXIF that is cut short, which Pillow drops as a whole.

    An entry of EXIF's first directory has 12 bytes: tag, type, count and, in the last four,
    a short value (TIFF 6.0, section 2).
    """
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        count = struct.unpack_from(f"{order}H", tiff, start)[0]
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if (tag, kind) == (_TAG, _SHORT):
                return value
    except struct.error:  # no EXIF, or its end
        pass
    return None


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn stored pixels upright.

    Args:
        pixels: (height, width, ...) as stored.
        orientation: 1 to 8 as in EXIF.

    Returns:
        The upright picture, contiguous; height and width swap for 5 to 8.
    """
    if orientation in (5, 6, 7, 8):  # stored lying on its side: rows are columns
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
