"""From bytes to pixels and from pixels to what the network sees.

Training and inference both go through `decode_image` and `to_model_input`. Another decoder or
another resize filter on one side silently wrecks the verdict, so there is no second way in.
"""

import io
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.config import IMAGE_SIZE, MAX_FILE_BYTES, MAX_PIXELS
from core.errors import UserError

try:
    from pillow_heif import register_heif_opener

    register_heif_opener()
except ImportError:  # HEIC is a convenience: without the library such a file is "not a picture"
    pass


@dataclass(frozen=True)
class Photo:
    """A decoded picture.

    Attributes:
        pixels: uint8 array of shape (height, width, 3), RGB, upright.
        notes: sentences on what was done that the user may not expect.
    """

    pixels: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]


def decode_image(data: bytes) -> Photo:
    """Decode an image file that may come from anybody.

    Args:
        data: the bytes of a JPEG, PNG, WebP, BMP, GIF or HEIC file.

    Returns:
        The picture as upright 8-bit RGB; of an animation the first frame.

    Raises:
        UserError: the bytes are empty, too many, no picture, cut short, or unfold to more
            than `MAX_PIXELS` pixels.
    """
    if not data:
        raise UserError("The file is empty (0 bytes). Save or download it again.")
    if len(data) > MAX_FILE_BYTES:
        raise UserError(
            f"The file is too large ({len(data) / 2**20:.1f} MB; the limit is "
            f"{MAX_FILE_BYTES // 2**20} MB). Save it at a smaller size."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's bomb warning: we hold our own limit
            with Image.open(io.BytesIO(data)) as image:
                return _to_photo(image)
    except UserError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise _unreadable(error) from error
    except Exception as error:  # Pillow's plugins raise many types on a damaged file
        raise UserError(
            "The picture is damaged or cut short and cannot be decoded. Save or download it again."
        ) from error


def _unreadable(error: Exception) -> UserError:
    if isinstance(error, Image.DecompressionBombError):
        return UserError(_too_many_pixels("far too many"))
    return UserError(
        "The file is not a picture this app can read. Use JPEG, PNG, WebP, BMP, GIF or HEIC "
        "(the content counts, not the file name's ending)."
    )


def _too_many_pixels(count: str) -> str:
    limit = f"{MAX_PIXELS // 1_000_000} million"
    return f"The picture has {count} pixels; the limit is {limit}. Scale it down first."


def _to_photo(image: Image.Image) -> Photo:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise UserError(_too_many_pixels(f"{pixels / 1e6:.0f} million"))
    notes = []
    if getattr(image, "n_frames", 1) > 1:
        image.seek(0)
        notes.append("This is an animation: only its first frame was judged.")
    image.load()
    upright = ImageOps.exif_transpose(image)
    return Photo(_to_rgb(upright), tuple(notes))


def _to_rgb(image: Image.Image) -> np.ndarray:
    """Bring any Pillow mode to uint8 RGB; transparent parts lie on white."""
    if image.mode.startswith("I;16") or image.mode == "I":
        wide = np.asarray(image).astype(np.int64)
        gray = np.clip(wide // 257 if wide.max(initial=0) > 255 else wide, 0, 255)
        return np.repeat(gray.astype(np.uint8)[..., None], 3, axis=2)
    if image.mode == "F":
        gray = np.clip(np.nan_to_num(np.asarray(image)), 0, 255).astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return np.asarray(Image.alpha_composite(white, rgba).convert("RGB"))
    return np.asarray(image.convert("RGB"))


def to_model_input(pixels: np.ndarray, side: int = IMAGE_SIZE) -> np.ndarray:
    """Resize a square face crop and scale it: the only way into the network.

    Shrinking averages areas, which for 256 -> 128 is the 2x2 mean of TensorFlow's image loader
    (what the data set's authors trained on); enlarging is bilinear.

    Args:
        pixels: uint8 array of shape (h, w, 3), RGB, a square.
        side: of the network's input, in pixels: 128, or 224 for the second opinion.

    Returns:
        float32 array of shape (side, side, 3), RGB, in [0, 1].

    Raises:
        ValueError: not a uint8 array with three channels.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            "`pixels` must be a uint8 array of shape (side, side, 3). "
            f"Received: dtype={pixels.dtype}, shape={pixels.shape}"
        )
    scaled = pixels.astype(np.float32) / 255.0  # before resizing: no rounding of the means
    method = cv2.INTER_AREA if min(pixels.shape[:2]) >= side else cv2.INTER_LINEAR
    resized = cv2.resize(scaled, (side, side), interpolation=method)
    return np.clip(resized, 0.0, 1.0)


def shrunk(faces: np.ndarray, side: int = 32) -> np.ndarray:
    """Faces as small as their coarse look needs, by the means of blocks.

    Args:
        faces: (n, s, s, 3) of any number type; s is a multiple of `side`.
        side: of the result, in pixels.

    Returns:
        float32 (n, side, side, 3) in the same value range.
    """
    block = faces.shape[1] // side
    blocks = faces.reshape(len(faces), side, block, side, block, 3)
    return blocks.mean(axis=(2, 4), dtype=np.float32)
