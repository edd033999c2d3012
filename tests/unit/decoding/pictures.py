"""A picture to store in many ways, and how near to it what comes out has to be."""

import io

import cv2
import numpy as np
import tifffile
from PIL import Image

from core.imaging import Photo, decode_image


def scene() -> np.ndarray:
    """No symmetry, every brightness, strong colours: uint8 (96, 128, 3), RGB."""
    rng = np.random.default_rng(14)
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    pixels = cv2.resize(coarse, (128, 96), interpolation=cv2.INTER_LINEAR)
    pixels[:8, :16] = 0
    pixels[:8, 16:32] = 255
    return pixels


SCENE = scene()
GRAY = cv2.cvtColor(SCENE, cv2.COLOR_RGB2GRAY)


def as_rgb(gray: np.ndarray) -> np.ndarray:
    return np.repeat(gray[..., None], 3, axis=2)


def assert_near(photo: Photo, expected: np.ndarray, most: float = 1.0) -> None:
    """Every level of every pixel is within `most`, of 255."""
    assert photo.pixels.shape == expected.shape
    assert np.abs(photo.pixels.astype(int) - expected).max() <= most


def assert_like(photo: Photo, expected: np.ndarray, mean: float = 3.0) -> None:
    """For lossy formats: the levels are within `mean` on average."""
    assert photo.pixels.shape == expected.shape
    assert np.abs(photo.pixels.astype(int) - expected).mean() <= mean


def tiff(pixels: np.ndarray, **options) -> bytes:
    """A TIFF of one page, by tifffile."""
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def tiff_of(*pages: tuple[np.ndarray, dict], **options) -> bytes:
    """A TIFF of several pages, each of pixels and what `TiffWriter.write` takes with them."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, **options) as writer:
        for pixels, page in pages:
            writer.write(pixels, metadata=None, **page)
    return file.getvalue()


def decoded(image: Image.Image, kind: str, **options) -> Photo:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return decode_image(file.getvalue())
