"""What happens to pictures on their way, one step each.

The imitated webcam, the augmentation of the training and the sweep of the evaluation are made of
these. A function draws no numbers: whoever calls it says how much, and brings the chance along.
"""

import cv2
import numpy as np


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    """Compress and decode: uint8 (h, w, 3) RGB, `quality` in [1, 100]."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise RuntimeError("OpenCV cannot read the JPEG file that it wrote.")
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)


def blurred(pixels: np.ndarray, sigma_px: float) -> np.ndarray:
    """Gaussian blur of any picture, uint8 or float."""
    return cv2.GaussianBlur(pixels, (0, 0), sigma_px)


def noisy(pixels: np.ndarray, grain: np.ndarray, deviation: float) -> np.ndarray:
    """With noise on top.

    Args:
        pixels: uint8 (h, w, 3).
        grain: float32 of the same shape, standard normal.
        deviation: standard deviation of the noise, in gray levels.

    Returns:
        uint8 (h, w, 3).
    """
    return to_uint8(pixels + grain * deviation)


def rescaled(
    pixels: np.ndarray, width: int, height: int, shrinking: int = cv2.INTER_AREA
) -> np.ndarray:
    """Made smaller and as large again, as by a chat and the one who enlarges what it sent.

    Args:
        pixels: uint8 (h, w, 3).
        width, height: of the small picture, in pixels.
        shrinking: OpenCV's interpolation on the way down; it is cubic on the way up.
    """
    small = cv2.resize(pixels, (width, height), interpolation=shrinking)
    return cv2.resize(small, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Rounded, and what lies outside [0, 255] at its ends."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
