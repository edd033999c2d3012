"""Put pictures of one shape into a frame of another: as large as fits, in the middle."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.geometry import Box

Size = tuple[int, int]  # width, height, in pixels


@dataclass(frozen=True)
class Fit:
    """Where a picture lies in a frame.

    Attributes:
        scale: pixels of the frame to one of the picture.
        left, top: its corner in the frame, in the frame's pixels.
    """

    scale: float
    left: float
    top: float

    @classmethod
    def of(cls, picture: Size, frame: Size) -> "Fit":
        """How a picture of one size lies in a frame of another."""
        scale = min(frame[0] / picture[0], frame[1] / picture[1])
        return cls(scale, (frame[0] - scale * picture[0]) / 2, (frame[1] - scale * picture[1]) / 2)

    def box(self, box: Box) -> Box:
        """Where a box of the picture lies in the frame."""
        x, y = self.left + self.scale * box.x, self.top + self.scale * box.y
        return Box(round(x), round(y), round(self.scale * box.w), round(self.scale * box.h))


def letterboxed(pixels: np.ndarray, size: Size) -> np.ndarray:
    """A picture at another size, with black bars where the shape differs.

    Args:
        pixels: uint8 (height, width, 3).
        size: what is wanted.
    """
    fit = Fit.of(pixels.shape[1::-1], size)
    left, top = round(fit.left), round(fit.top)
    inner = max(1, size[0] - 2 * left), max(1, size[1] - 2 * top)
    method = cv2.INTER_AREA if fit.scale < 1 else cv2.INTER_LINEAR
    frame = np.zeros((size[1], size[0], 3), np.uint8)
    frame[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        pixels, inner, interpolation=method
    )
    return frame
