"""How a face looks to simple measures: sharp or blurred, in colour or not."""

import cv2
import numpy as np

MAX_TINT = 3.0  # levels of 255 that hues spread at most where a picture has one tint or none
LEVEL_STEP = 8.0  # levels of brightness that count as one


def sharpness(face: np.ndarray) -> float:
    """Variance of the Laplacian of a face, in squared gray levels (Pech-Pacheco et al., 2000).

    Args:
        face: float32 (128, 128, 3) in [0, 1], as the network sees it.
    """
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY) * 255.0
    return float(cv2.Laplacian(gray, cv2.CV_32F).var())


def is_colourless(face: np.ndarray) -> bool:
    """Whether a face is black and white, or has one tint, such as sepia.

    The hues of a colour photo differ where it is equally bright; those of a toned one do not.

    Args:
        face: float32 (128, 128, 3) in [0, 1], as the network sees it.
    """
    ycc = cv2.cvtColor(face, cv2.COLOR_RGB2YCrCb).reshape(-1, 3) * 255.0
    hues, level = ycc[:, 1:], (ycc[:, 0] / LEVEL_STEP).astype(int)
    count = np.maximum(np.bincount(level), 1)
    means = np.stack([np.bincount(level, hue) / count for hue in hues.T], axis=1)
    return float(np.sqrt(((hues - means[level]) ** 2).sum(axis=1).mean())) < MAX_TINT
