"""Small pictures of a data set's files."""

import io
from pathlib import Path

from PIL import Image

from core.config import MAX_FILE_BYTES, MAX_PIXELS
from core.errors import UserError

SIDE_PX = 160


def thumbnail(path: str, side_px: int = SIDE_PX) -> bytes:
    """A file's picture as a small WebP file.

    Args:
        path: of a file that may be gone, or damaged, by now.
        side_px: the longer side at most.

    Raises:
        UserError: it cannot be shown.
    """
    try:
        if Path(path).stat().st_size > MAX_FILE_BYTES:
            raise UserError("too large")
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UserError("too many pixels")
            image.draft("RGB", (2 * side_px, 2 * side_px))  # a JPEG decodes small, much faster
            small = image.convert("RGB")
            small.thumbnail((side_px, side_px), Image.Resampling.BOX)
    except FileNotFoundError as error:
        raise UserError("gone") from error
    except UserError:
        raise
    except Exception as error:  # Pillow raises many types on damaged files
        raise UserError("damaged") from error
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=85, method=0)
    return buffer.getvalue()
