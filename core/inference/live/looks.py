"""Whether two pictures show the same scene, and two crops the same face."""

import cv2
import numpy as np

# Of two looks at a face half a second apart 98% are more alike than this, of two persons 10%.
SAME_PERSON = 0.45
CUT_CORRELATION, CUT_CHANGE = 0.3, 20.0  # of two thumbnails: below and above, a new scene


class Cuts:
    """Notices when a picture has nothing in common with the one before."""

    def __init__(self):
        self._thumbnail: np.ndarray | None = None

    def is_cut(self, pixels: np.ndarray) -> bool:
        """Whether another scene begins with this picture, uint8 (height, width, 3)."""
        small = cv2.resize(pixels, (32, 18), interpolation=cv2.INTER_AREA)
        now = small.mean(axis=2).ravel()
        before, self._thumbnail = self._thumbnail, now
        if before is None or np.abs(now - before).mean() < CUT_CHANGE:
            return False
        return likeness(now - now.mean(), before - before.mean()) < CUT_CORRELATION


def look_of(crop: np.ndarray) -> np.ndarray:
    """A face in a few numbers without its brightness: float32 (16, 16, 3)."""
    small = cv2.resize(crop, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean(axis=(0, 1))


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two arrays without a mean, in [-1, 1]."""
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / max(size, 1e-6))
