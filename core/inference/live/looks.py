"""Detect cuts between frames, and compare two crops of faces."""

import cv2
import numpy as np

# Likeness of two crops: above this for 98% of one face half a second apart, and for 10% of two
# persons.
SAME_PERSON = 0.45
CUT_CORRELATION, CUT_CHANGE = 0.3, 20.0  # a cut has a correlation below and a change above


class Cuts:
    """Detects cuts from the thumbnails of consecutive frames."""

    def __init__(self):
        self._thumbnail: np.ndarray | None = None

    def is_cut(self, pixels: np.ndarray) -> bool:
        """Whether a new scene begins with this frame, uint8 (height, width, 3)."""
        small = cv2.resize(pixels, (32, 18), interpolation=cv2.INTER_AREA)
        now = small.mean(axis=2).ravel()
        before, self._thumbnail = self._thumbnail, now
        if before is None or np.abs(now - before).mean() < CUT_CHANGE:
            return False
        return likeness(now - now.mean(), before - before.mean()) < CUT_CORRELATION


def look_of(crop: np.ndarray) -> np.ndarray:
    """A small copy of a crop, uint8 (h, w, 3), minus its mean colour: float32 (16, 16, 3)."""
    small = cv2.resize(crop, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean(axis=(0, 1))


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two arrays of one shape and zero mean, in [-1, 1]."""
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / max(size, 1e-6))
