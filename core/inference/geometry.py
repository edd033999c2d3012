"""Where a face is, and which square around it the network should see."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.alignment import Frame, frame_of, padded
from core.inference.ground import ground_around

# An FFHQ picture is the square around a face that its landmarks ask for; a Haar box is smaller
# and sits lower. `bench/detector.py` measures both numbers on FFHQ-aligned faces.
FFHQ_SCALE = 1.53
FFHQ_RISE = 0.07
LEVEL_FROM_DEG = 4.0  # smaller tilts are noise, and turning costs the finest traces
SNAP_IOU = 0.70  # from this overlap on, a square picture is itself an aligned face
TIGHT_SIDE = 0.72  # of the square's side that a picture framed more tightly may show, see there
SNAP_ROLL_DEG = 15.0  # unless the head in it is tilted
TURNED_REACH = 1.0  # as far beyond it a picture is turned that shows a face on its side
GROUND_REACH = 0.15  # how far beyond a face's square the end of its picture is looked for


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

    def grown(self, share: float) -> "Box":
        """The box and so much on every side, as a share of its width."""
        more = round(share * self.w)
        return Box(self.x - more, self.y - more, self.w + 2 * more, self.h + 2 * more)

    def as_list(self) -> list[int]:
        return [self.x, self.y, self.w, self.h]


MERGE_SHARE = 0.4  # boxes that share this much of the smaller one are one face


def merge_boxes(boxes: list[Box], votes: list[float]) -> list[int]:
    """Which of the boxes to keep: of those that cover the same face the surest.

    Args:
        boxes: in any order.
        votes: the detector's certainty of each.

    Returns:
        Their places in the list, surest first.
    """
    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda index: -votes[index]):
        box = boxes[index]
        others = (boxes[other] for other in kept)
        if all(box.overlap(one) < MERGE_SHARE * min(box.area, one.area) for one in others):
            kept.append(index)
    return kept


@dataclass(frozen=True)
class Face:
    """A face found in a picture.

    Attributes:
        box: around the face from brow to chin, as wide as a Haar cascade draws it.
        roll_deg: how far the head is turned clockwise, in degrees within (-180, 180]; 0 if
            unknown.
        keypoints: (x, y) of right eye, left eye (the person's), nose, mouth, right ear and left
            ear in pixels of the picture; None from a detector that knows none.
    """

    box: Box
    roll_deg: float = 0.0
    keypoints: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True)
class Found:
    """What a detector gives for a photo.

    Attributes:
        faces: largest first.
        notes: sentences on where faces may have been missed.
    """

    faces: tuple[Face, ...]
    notes: tuple[str, ...] = ()


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


def face_of(keypoints: np.ndarray) -> Face:
    """A face by its keypoints; its box is the one whose `ffhq_square` is the face's frame.

    Args:
        keypoints: (6, 2), x and y in pixels, in the order of `Face.keypoints`.

    Raises:
        ValueError: the points are all in one place.
    """
    frame = frame_of(keypoints)
    side = frame.side / FFHQ_SCALE
    x, y = frame.points(np.array([0.5, 0.5 + FFHQ_RISE / FFHQ_SCALE]))
    box = Box(round(x - side / 2), round(y - side / 2), round(side), round(side))
    return Face(box, frame.roll_deg, tuple((float(x), float(y)) for x, y in keypoints))


def frame_of_box(box: Box, roll_deg: float) -> Frame:
    """The frame of a face of which only the box and the tilt are known."""
    square = ffhq_square(box, roll_deg)
    half = square.w / 2
    return Frame(square.x + half, square.y + half, square.w, roll_deg)


def square_of(face: Face) -> Box:
    """The square the network should see of a face, before levelling."""
    if face.keypoints is None:
        return ffhq_square(face.box, face.roll_deg)
    frame = frame_of(np.array(face.keypoints))
    side = max(1, round(frame.side))
    return Box(round(frame.x - side / 2), round(frame.y - side / 2), side, side)


def is_aligned(square: Box, roll_deg: float, picture: Box) -> bool:
    """Whether a picture is itself an aligned face: square, level, and nearly all of it.

    Or all of it and framed more tightly, as a DCGAN's faces and many avatars are. Of photos
    framed so, down to `TIGHT_SIDE`, no more are called generated than of others (on valid).
    """
    within = square.overlap(picture) >= 0.95 * picture.area
    tight = within and picture.w >= TIGHT_SIDE * square.w
    return (
        abs(picture.w - picture.h) <= 0.02 * picture.w
        and abs(roll_deg) <= SNAP_ROLL_DEG
        and (square.iou(picture) >= SNAP_IOU or tight)
    )


def outside_share(square: Box, pixels: np.ndarray) -> float:
    """Share of a square that lies beyond a picture's edges, in [0, 1]."""
    return 1 - square.overlap(Box(0, 0, pixels.shape[1], pixels.shape[0])) / square.area


def clipped(box: Box, pixels: np.ndarray) -> Box:
    """The part of a box that lies in a picture; of no area if none does."""
    height, width = pixels.shape[:2]
    x0, y0 = min(max(0, box.x), width), min(max(0, box.y), height)
    x1, y1 = min(max(0, box.x + box.w), width), min(max(0, box.y + box.h), height)
    return Box(x0, y0, x1 - x0, y1 - y0)


def crop_face(pixels: np.ndarray, face: Face) -> Crop:
    """Cut a face out as the training pictures are cut: square, level, mirrored at borders.

    A square picture that the face's square nearly fills (a data-set image) is taken whole, also
    where it lies on an even ground: cutting it again would only resample it. Where the square
    reaches over the end of another picture on such a ground, it is mirrored there too.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        face: a face found in it.
    """
    quarters = round(face.roll_deg / 90) % 4
    if quarters and abs(_beyond_quarters(face.roll_deg)) <= SNAP_ROLL_DEG and face.keypoints:
        return _crop_turned(pixels, face, quarters)
    square = square_of(face)
    picture = Box(0, 0, pixels.shape[1], pixels.shape[0])
    if not is_aligned(square, face.roll_deg, picture):
        picture = picture_in(pixels, square)
    pixels = pixels[picture.y : picture.y + picture.h, picture.x : picture.x + picture.w]
    if is_aligned(square, face.roll_deg, picture):
        side = min(picture.w, picture.h)
        return Crop(pixels[:side, :side], Box(picture.x, picture.y, side, side), 0.0)
    moved = Box(square.x - picture.x, square.y - picture.y, square.w, square.h)
    return Crop(_cut(pixels, moved, face.roll_deg), square, outside_share(moved, pixels))


def _beyond_quarters(roll_deg: float) -> float:
    """How far a turn is from the nearest number of quarters, in degrees."""
    return roll_deg - 90 * round(roll_deg / 90)


def _crop_turned(pixels: np.ndarray, face: Face, quarters: int) -> Crop:
    """As `crop_face`, of a face on its side or its head: by quarters, which cost no trace."""
    square = square_of(face)
    part = clipped(square.grown(TURNED_REACH), pixels)
    inside = pixels[part.y : part.y + part.h, part.x : part.x + part.w]
    points = quarter_turned(np.array(face.keypoints) - (part.x, part.y), (part.w, part.h), quarters)
    crop = crop_face(np.ascontiguousarray(np.rot90(inside, quarters)), face_of(points))
    return Crop(crop.pixels, square, crop.outside)


def quarter_turned(points: np.ndarray, size: tuple[int, int], quarters: int) -> np.ndarray:
    """Where places of a picture come to lie when it is turned, as `np.rot90` turns it.

    Args:
        points: (n, 2), x and y in pixels.
        size: width and height of the picture.
        quarters: counterclockwise; a negative number turns the other way.
    """
    width, height = size
    for _ in range(quarters % 4):
        points = np.stack([points[:, 1], width - points[:, 0]], axis=1)
        width, height = height, width
    return points


def picture_in(pixels: np.ndarray, square: Box) -> Box:
    """The pixels, but for sides where a picture's end into even ground is seen near a square."""
    near = clipped(square.grown(GROUND_REACH), pixels)
    left, top, right, bottom = ground_around(
        pixels[near.y : near.y + near.h, near.x : near.x + near.w]
    )
    x0, y0 = near.x + left if left else 0, near.y + top if top else 0
    x1 = near.x + near.w - right if right else pixels.shape[1]
    y1 = near.y + near.h - bottom if bottom else pixels.shape[0]
    x, y = square.x + square.w / 2, square.y + square.h / 2
    if not (x0 < x < x1 and y0 < y < y1):  # what ends there holds no face: two even colours, say
        return Box(0, 0, pixels.shape[1], pixels.shape[0])
    return Box(x0, y0, x1 - x0, y1 - y0)


def _cut(pixels: np.ndarray, square: Box, roll_deg: float) -> np.ndarray:
    """Cut a square at its own resolution; where it is turned, cut more and turn it back."""
    if abs(roll_deg) < LEVEL_FROM_DEG:
        return np.ascontiguousarray(padded(pixels, square.x, square.y, square.w))
    margin = math.ceil(square.w * 0.21)  # half a diagonal, less half a side
    side = square.w + 2 * margin
    patch = padded(pixels, square.x - margin, square.y - margin, side)
    middle = (side / 2 - 0.5, side / 2 - 0.5)
    turn = cv2.getRotationMatrix2D(middle, roll_deg, 1.0)
    patch = cv2.warpAffine(
        patch, turn, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.ascontiguousarray(patch[margin : side - margin, margin : side - margin])
