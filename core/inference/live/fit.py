"""Fit pictures into a frame of another shape: as large as possible, centred."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.geometry import Box

Size = tuple[int, int]  # width, height, in pixels


@dataclass(frozen=True)
class Fit:
    """Scale and position of a picture in a frame.

    Attributes:
        scale: pixels of the frame per pixel of the picture.
        left, top: the picture's corner, in pixels of the frame.
    """

    scale: float
    left: float
    top: float

    @classmethod
    def of(cls, picture: Size, frame: Size) -> "Fit":
        """The fit of a picture of one size in a frame of another; (width, height) in pixels."""
        scale = min(frame[0] / picture[0], frame[1] / picture[1])
        return cls(scale, (frame[0] - scale * picture[0]) / 2, (frame[1] - scale * picture[1]) / 2)

    def box(self, box: Box) -> Box:
        """A box of the picture in pixels of the frame."""
        x, y = self.left + self.scale * box.x, self.top + self.scale * box.y
        return Box(round(x), round(y), round(self.scale * box.w), round(self.scale * box.h))


def letterboxed(pixels: np.ndarray, size: Size) -> np.ndarray:
    """Scale a picture to another size, with black bars if the shape differs.

    Args:
        pixels: uint8 (height, width, 3).
        size: (width, height) of the result, in pixels.

    Returns:
        uint8 of that size.
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
