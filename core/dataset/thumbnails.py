"""Thumbnails of a data set's files."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from core.config import MAX_FILE_BYTES
from core.decoding.formats import open_image
from core.errors import UserError
from core.imaging import decode_image, encode

SIDE_PX = 160
_ORIENTATION = 0x0112  # EXIF's tag; 1 is upright


def thumbnail(path: str, side_px: int = SIDE_PX) -> bytes:
    """A picture's thumbnail as a WebP file.

    Args:
        path: of a file that may be missing or damaged by now.
        side_px: largest length of the longer side.

    Raises:
        UserError: it is missing, damaged or too large.
    """
    try:
        large = Path(path).stat().st_size > MAX_FILE_BYTES
        small = None if large else decoded(Path(path).read_bytes(), 2 * side_px)
    except FileNotFoundError as error:
        raise UserError("gone") from error
    except Exception as error:  # Pillow raises many types on damaged files
        raise UserError("damaged") from error
    if small is None:
        raise UserError("too large")
    small.thumbnail((side_px, side_px), Image.Resampling.BOX)
    return encode(small, "WEBP", quality=85, method=0)


def decoded(data: bytes, least_px: int, mode: str = "RGB") -> Image.Image:
    """Decode a picture's file, upright and in sRGB; a JPEG may come out scaled down.

    Args:
        data: the file's bytes.
        least_px: neither side is scaled below this (nor scaled up to it).
        mode: "RGB", or "L" for gray.

    Raises:
        UserError: as `core.imaging.decode_image`.
        Exception: of many types, if a JPEG is damaged.
    """
    small = _drafted(data, least_px, mode)
    return small or Image.fromarray(decode_image(data).pixels).convert(mode)


def _drafted(data: bytes, least_px: int, mode: str) -> Image.Image | None:
    """A JPEG decoded at a reduced size, which is faster; None if it is turned or has a profile."""
    try:
        with open_image(data) as image:
            upright = image.getexif().get(_ORIENTATION, 1) == 1
            if image.format != "JPEG" or not upright or "icc_profile" in image.info:
                return None
            image.draft(mode, (least_px, least_px))
            return image.convert(mode)
    except UnidentifiedImageError:  # the decoder mends some
        return None
