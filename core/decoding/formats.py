"""Which formats are read, by which of Pillow's plugins, and how large a picture may be."""

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

# A whitelist: Pillow would hand EPS to Ghostscript and knows some forty formats nobody photographs
# in, each of them code that a stranger's file could reach.
_PLUGINS = (
    *("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000", "PPM"),
)
ANIMATED = frozenset({"PNG", "WEBP", "GIF", "AVIF"})  # MPO, TIFF, HEIC: several pictures instead

# Set once, on import, for every thread. Image tools keep more than a megabyte of text in a PNG;
# text of any file is bounded by what Pillow allows of it in all (64 MB).
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20  # ty: ignore[invalid-assignment]
# We hold limits of our own, and say ourselves what is wrong with a file.
warnings.filterwarnings("ignore", module=r"PIL\.")


def open_image(source: bytes | str | BinaryIO) -> ImageFile.ImageFile:
    """Open a picture without decoding it; its first frame is within the limit.

    Args:
        source: a file's bytes, or the file or its path: then only its header is read.

    Raises:
        UserError: none of our formats, or more than `MAX_PIXELS` pixels.
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
    """The sentence for a picture over the limit."""
    limit = f"{MAX_PIXELS // 1_000_000} million"
    return f"The picture has {count} pixels; the limit is {limit}. Scale it down first."


def unreadable() -> UserError:
    """The sentence for what is none of the formats."""
    return UserError(
        f"The file is not a picture this app can read. Use {IMAGE_FORMATS} "
        "(the content counts, not the file name's ending)."
    )


def rare(kind: str) -> UserError:
    """The sentence for a picture of a kind that would come out other than it is meant."""
    return UserError(
        f"The picture is a {kind} of a rare kind that this app cannot show as it is meant. "
        "Save it as PNG or as a common JPEG."
    )


def damaged() -> UserError:
    """The sentence for a picture that lacks rows or cannot be decoded."""
    return UserError(
        "The picture is damaged or cut short and cannot be decoded. Save or download it again."
    )
