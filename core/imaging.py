"""From bytes to pixels and from pixels to what the network sees.

Training and inference both go through `decode_image` and `to_model_input`. Another decoder or
another resize filter on one side silently wrecks the verdict, so there is no second way in.
"""

import base64
import io
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from core.config import IMAGE_SIZE, MAX_FILE_BYTES
from core.decoding.colour import to_rgb
from core.decoding.deep_png import read_deep
from core.decoding.formats import open_image, too_many_pixels, unreadable
from core.decoding.frames import select_frame
from core.decoding.hdr import toned_down
from core.decoding.orientation import orientation_of, upright
from core.decoding.repair import fault_of, is_mendable, is_padded, read_mended
from core.decoding.stated import take_stated_colours
from core.decoding.tiff import is_tiff, read_tiff
from core.errors import UserError

_HDR = "The picture is HDR: its colours were brought to those of a common screen."


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
    """Decode an image file that may come from anybody, into the picture that a person sees.

    Args:
        data: the bytes of a file in one of `IMAGE_FORMATS`.

    Returns:
        The picture as upright 8-bit sRGB: of an animation the first frame that shows something, of
        several pictures or pages the main one, of a profile's colours what the eye sees.

    Raises:
        UserError: the bytes are empty, too many, no picture, cut short, unfold to more than
            `MAX_PIXELS` pixels, or hold samples that nothing tells the meaning of.

    Example:
        >>> from pathlib import Path
        >>> file = Path("artifacts/examples/generated_seed910001.jpg")
        >>> photo = decode_image(file.read_bytes())
        >>> photo.pixels.shape, photo.pixels.dtype
        ((512, 512, 3), dtype('uint8'))
    """
    if not data:
        raise UserError("The file is empty (0 bytes). Save or download it again.")
    if len(data) > MAX_FILE_BYTES:
        raise UserError(
            f"The file is too large ({len(data) / 2**20:.1f} MB; the limit is "
            f"{MAX_FILE_BYTES // 2**20} MB). Save it at a smaller size."
        )
    try:
        pixels, notes = read_tiff(data) if is_tiff(data) else _read_or_mend(data)
    except UserError:
        raise
    except Image.DecompressionBombError as error:
        raise UserError(too_many_pixels("far too many")) from error
    except UnidentifiedImageError as error:
        raise (fault_of(data) if is_mendable(data) else unreadable()) from error
    except Exception as error:  # Pillow's plugins raise many types on a damaged file
        raise fault_of(data) from error
    return Photo(pixels, tuple(notes))


def _read_or_mend(data: bytes) -> tuple[np.ndarray, list[str]]:
    if not is_padded(data):
        try:
            return _read(data)
        except UserError:
            raise
        except Exception:
            if not is_mendable(data):
                raise
    return read_mended(data, _read)


def _read(data: bytes) -> tuple[np.ndarray, list[str]]:
    with open_image(data) as image:
        notes = select_frame(image)
        curve = take_stated_colours(data, image)
        pixels, more = read_deep(data, image) or to_rgb(image)
        if curve is not None:
            pixels, more = toned_down(pixels, curve), [*more, _HDR]
        return upright(pixels, orientation_of(image)), notes + more


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


def encode(pixels: np.ndarray | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture as the bytes of a file.

    Args:
        pixels: uint8 (height, width, 3), RGB, or a picture of Pillow's.
        kind: "PNG", "JPEG", "WEBP" or another of Pillow's formats.
        options: of that format, as Pillow's `save` takes them.
    """
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def data_uri(pixels: np.ndarray, kind: str = "JPEG", **options: Any) -> str:
    """A picture as an address that holds it, for HTML and charts; as `encode` otherwise."""
    data = base64.b64encode(encode(pixels, kind, **options)).decode()
    return f"data:image/{kind.lower()};base64,{data}"


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
