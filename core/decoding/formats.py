"""The formats that are read, the limit on pixels, and the sentences on unreadable files."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageFile, PngImagePlugin

from core.config import IMAGE_FORMATS, MAX_PIXELS
from core.errors import UserError

try:
    from pillow_heif import register_heif_opener

    register_heif_opener()
except ImportError:  # HEIC is a convenience: without the library such a file is "not a picture"
    pass

# An allowlist: Pillow would hand EPS to Ghostscript, and its other forty formats are code that an
# untrusted file could reach.
_PLUGINS = (
    *("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000", "PPM"),
)
ANIMATED = frozenset({"PNG", "WEBP", "GIF", "AVIF"})  # MPO, TIFF, HEIC: several pictures instead

# Set once, on import, for every thread. Image tools write more than a megabyte of text into a PNG;
# Pillow's limit of 64 MB on all text of a file stays.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20  # ty: ignore[invalid-assignment]
# This app has its own limits and its own sentences.
warnings.filterwarnings("ignore", module=r"PIL\.")


def open_image(source: bytes | str | BinaryIO) -> ImageFile.ImageFile:
    """Open a picture without decoding it, and check the size of its first frame.

    Args:
        source: a file's bytes, or an open file or a path, of which only the header is read.

    Raises:
        UserError: it has more than `MAX_PIXELS` pixels.
        PIL.UnidentifiedImageError: it is of none of the formats.
    """
    Image.init()
    known = [name for name in _PLUGINS if name in Image.OPEN]
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        image = Image.open(file, formats=known)
    except Image.DecompressionBombError as error:
        raise UserError(too_many_pixels("far too many")) from error
    check_size(image.width, image.height)
    return image


def check_size(width: int, height: int) -> None:
    """Refuse a picture of too many pixels.

    Raises:
        UserError: there are more than `MAX_PIXELS`.
    """
    if width * height > MAX_PIXELS:
        raise UserError(too_many_pixels(f"{width * height / 1e6:.0f} million"))


def too_many_pixels(count: str) -> str:
    """The sentence for a picture over the limit; `count` is its number of pixels in words."""
    limit = f"{MAX_PIXELS // 1_000_000} million"
    return f"The picture has {count} pixels; the limit is {limit}. Scale it down first."


def unreadable() -> UserError:
    """The error for a file of none of the formats."""
    return UserError(
        f"The file is not a picture this app can read. Use {IMAGE_FORMATS} "
        "(the content counts, not the file name's ending)."
    )


def rare(kind: str) -> UserError:
    """The error for a picture that would be decoded wrongly; `kind` is its format."""
    return UserError(
        f"The picture is a {kind} of a rare kind that this app cannot show as it is meant. "
        "Save it as PNG or as a common JPEG."
    )


def damaged() -> UserError:
    """The error for a picture that lacks rows or cannot be decoded."""
    return UserError(
        "The picture is damaged or cut short and cannot be decoded. Save or download it again."
    )
