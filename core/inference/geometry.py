"""Where a face is, and which square around it the network should see."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

# An FFHQ picture is the square around a face that its landmarks ask for; a Haar box is smaller
# and sits lower. `bench/geometry.py` measures both numbers on FFHQ-aligned faces.
FFHQ_SCALE = 1.53
FFHQ_RISE = 0.07
MAX_LEVEL_DEG = 30.0  # a larger tilt is a mistaken eye more often than a tilted head
SNAP_IOU = 0.70  # from this overlap on, a square picture is itself an aligned face


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: left, top, width, height. It may reach over the picture's edge."""

    x: int
    y: int
    w: int
    h: int

    @property
    def area(self) -> int:
        return self.w * self.h

    def overlap(self, other: "Box") -> int:
        """Area shared with another box, in square pixels."""
        across = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        down = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(0, across) * max(0, down)

    def iou(self, other: "Box") -> float:
        """Intersection over union, in [0, 1]."""
        shared = self.overlap(other)
        return shared / max(1, self.area + other.area - shared)

    def scaled(self, across: float, down: float) -> "Box":
        """The box in a picture that is so many times as wide and as high."""
        left, top = round(self.x * across), round(self.y * down)
        right, bottom = round((self.x + self.w) * across), round((self.y + self.h) * down)
        return Box(left, top, right - left, bottom - top)

    def as_list(self) -> list[int]:
        return [self.x, self.y, self.w, self.h]


@dataclass(frozen=True)
class Face:
    """A face found in a picture.

    Attributes:
        box: the detector's box.
        roll_deg: how far the line of the eyes is turned clockwise, in degrees; 0 if unknown.
    """

    box: Box
    roll_deg: float = 0.0


@dataclass(frozen=True)
class Crop:
    """The square that goes into the network.

    Attributes:
        pixels: uint8 (side, side, 3), RGB.
        square: where it lies in the picture (before levelling).
        outside: share of the square that lies beyond the picture's edges, in [0, 1].
    """

    pixels: np.ndarray
    square: Box
    outside: float


def ffhq_square(box: Box, roll_deg: float = 0.0) -> Box:
    """Grow a Haar box to the square of an FFHQ crop: wider, and shifted towards the forehead.

    Args:
        box: the detector's box.
        roll_deg: tilt of the head; "up" follows it.
    """
    side = round(FFHQ_SCALE * (box.w + box.h) / 2)
    rise = FFHQ_RISE * box.h
    roll = math.radians(roll_deg)
    x = box.x + box.w / 2 + rise * math.sin(roll)
    y = box.y + box.h / 2 - rise * math.cos(roll)
    return Box(round(x - side / 2), round(y - side / 2), side, side)


def clipped(box: Box, pixels: np.ndarray) -> Box:
    """The part of a box that lies in a picture; of no area if none does."""
    height, width = pixels.shape[:2]
    x0, y0 = min(max(0, box.x), width), min(max(0, box.y), height)
    x1, y1 = min(max(0, box.x + box.w), width), min(max(0, box.y + box.h), height)
    return Box(x0, y0, x1 - x0, y1 - y0)


def crop_face(pixels: np.ndarray, face: Face) -> Crop:
    """Cut a face out as the training pictures are cut: square, level, mirrored at borders.

    A square picture that the face's square nearly fills (a data-set image) is taken whole:
    cutting it again would only resample it.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        face: a face found in it.
    """
    height, width = pixels.shape[:2]
    picture = Box(0, 0, width, height)
    square = ffhq_square(face.box, face.roll_deg)
    outside = 1 - square.overlap(picture) / square.area
    if abs(width - height) <= 0.02 * width and square.iou(picture) >= SNAP_IOU:
        side = min(width, height)
        return Crop(pixels[:side, :side], Box(0, 0, side, side), 0.0)
    return Crop(_cut(pixels, square, face.roll_deg), square, outside)


def _cut(pixels: np.ndarray, square: Box, roll_deg: float) -> np.ndarray:
    """Cut a square; where it is turned, take enough around it to turn it back."""
    margin = math.ceil(square.w * 0.21 * min(1.0, abs(roll_deg) / 10)) if roll_deg else 0
    left, top = square.x - margin, square.y - margin
    side = square.w + 2 * margin
    patch = _padded(pixels, left, top, side)
    if roll_deg:
        middle = (side / 2 - 0.5, side / 2 - 0.5)
        turn = cv2.getRotationMatrix2D(middle, roll_deg, 1.0)
        patch = cv2.warpAffine(
            patch, turn, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
    return np.ascontiguousarray(patch[margin : side - margin, margin : side - margin])


def _padded(pixels: np.ndarray, left: int, top: int, side: int) -> np.ndarray:
    """A square that may reach over the edges, filled by mirroring at them."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    if x1 <= x0 or y1 <= y0:
        raise ValueError(f"The square lies outside the picture. Received: left={left}, top={top}")
    inside = pixels[y0:y1, x0:x1]
    pads = (y0 - top, top + side - y1, x0 - left, left + side - x1)
    # numpy mirrors as often as needed; OpenCV refuses a border wider than the picture
    return np.pad(inside, (pads[:2], pads[2:], (0, 0)), mode="symmetric")


def centre_square(pixels: np.ndarray) -> Crop:
    """The whole picture as one aligned face; of an oblong one the middle square."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    x, y = (width - side) // 2, (height - side) // 2
    return Crop(pixels[y : y + side, x : x + side], Box(x, y, side, side), 0.0)
