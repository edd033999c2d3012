"""Small pictures of a data set's files."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from core.config import MAX_FILE_BYTES
from core.decoding.formats import open_image
from core.errors import UserError
from core.imaging import decode_image, encode

SIDE_PX = 160
_ORIENTATION = 0x0112  # EXIF's tag; 1 is upright


def thumbnail(path: str, side_px: int = SIDE_PX) -> bytes:
    """A file's picture as a small WebP file.

    Args:
        path: of a file that may be gone, or damaged, by now.
        side_px: the longer side at most.

    Raises:
        UserError: it cannot be shown.
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
    """A picture's file as the decoder shows it, perhaps smaller than it is.

    Args:
        data: the file's bytes.
        least_px: a side may shrink to this, where that makes decoding faster.
        mode: "RGB", or "L" for gray.

    Raises:
        UserError: as `core.imaging.decode_image`.
        OSError: a JPEG is damaged.
    """
    small = _drafted(data, least_px, mode)
    return small or Image.fromarray(decode_image(data).pixels).convert(mode)


def _drafted(data: bytes, least_px: int, mode: str) -> Image.Image | None:
    """A JPEG decoded small, which is much faster; None where that would be another picture."""
    try:
        with open_image(data) as image:
            upright = image.getexif().get(_ORIENTATION, 1) == 1
            if image.format != "JPEG" or not upright or "icc_profile" in image.info:
                return None
            image.draft(mode, (least_px, least_px))
            return image.convert(mode)
    except UnidentifiedImageError:  # the decoder mends some
        return None
