"""A person helps: the face in a box that somebody drew, where the detector saw none."""

from collections.abc import Callable, Sequence

import numpy as np

from core.errors import UserError
from core.inference.geometry import Box, Crop, Face, clipped, crop_face

MIN_BOX_PX = 8  # a smaller box is a slip of the hand
LOOK_AROUND = 1.0  # the detector is shown so much around the box, as a share of its larger side
SAME_SHARE = 0.7  # of the smaller of two boxes lies in the other: both show one face
SIDES = (0.4, 1.7)  # of a face found, over the box's: beyond them it is not the one that is meant


BOX, UNSEEN, WHOLE = "box", "unseen", "whole"
"""What `FaceResult.marked` says: a box in which the detector agrees, one in which it sees no face,
the whole picture."""


def crop_marked(
    pixels: np.ndarray, box: Box, find: Callable[[np.ndarray], list[Face]]
) -> tuple[Crop, str]:
    """Cut out the face that a person marked.

    Close up the detector often sees a face after all: then it is framed as every other face.
    Where it does not, the square around the box is what the person means.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        box: in pixels of the picture; may reach over its edges.
        find: looks for faces in a picture of that kind.

    Returns:
        The crop, and `BOX` or `UNSEEN`.

    Raises:
        UserError: the box is too small, or lies outside the picture.
    """
    inside = clipped(box, pixels)
    if min(inside.w, inside.h) < MIN_BOX_PX:
        raise UserError(
            f"The box is too small: {inside.w} x {inside.h} px of it lie in the picture, and "
            f"{MIN_BOX_PX} x {MIN_BOX_PX} are needed. Draw it around the whole face."
        )
    around = _around(inside, pixels)
    part = np.ascontiguousarray(
        pixels[around.y : around.y + around.h, around.x : around.x + around.w]
    )
    meant = Box(inside.x - around.x, inside.y - around.y, inside.w, inside.h)
    seen = [face for face in find(part) if _is_meant(face.box, meant)]
    if not seen:
        return square_around(pixels, inside), UNSEEN
    face = max(seen, key=lambda face: face.box.iou(meant))
    crop = crop_face(part, face)
    square = crop.square
    moved = Box(square.x + around.x, square.y + around.y, square.w, square.h)
    return Crop(crop.pixels, moved, crop.outside), BOX


def square_around(pixels: np.ndarray, box: Box) -> Crop:
    """The square around a box, moved into the picture and no larger than it.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        box: lies in it.
    """
    height, width = pixels.shape[:2]
    side = min(max(box.w, box.h), height, width)
    x = min(max(0, box.x + (box.w - side) // 2), width - side)
    y = min(max(0, box.y + (box.h - side) // 2), height - side)
    return Crop(pixels[y : y + side, x : x + side], Box(x, y, side, side), 0.0)


def _is_meant(found: Box, box: Box) -> bool:
    x, y = found.x + found.w / 2, found.y + found.h / 2
    within = box.x < x < box.x + box.w and box.y < y < box.y + box.h
    return within and _about_as_large(found, box)


def _around(box: Box, pixels: np.ndarray) -> Box:
    margin = round(LOOK_AROUND * max(box.w, box.h))
    wide = Box(box.x - margin, box.y - margin, box.w + 2 * margin, box.h + 2 * margin)
    return clipped(wide, pixels)


def is_same(one: Box, other: Box) -> bool:
    """Whether two boxes show one face."""
    return one.overlap(other) > SAME_SHARE * min(one.area, other.area)


def same_box(boxes: Sequence[Box], box: Box) -> int | None:
    """Which of the boxes shows the face of another one once more: its place; None if none does.

    A box that reaches around several shows only one that is about as large as itself.
    """
    same = [place for place, other in enumerate(boxes) if is_same(box, other)]
    if len(same) > 1:
        same = [place for place in same if _about_as_large(boxes[place], box)]
    return max(same, key=lambda place: box.iou(boxes[place]), default=None)


def _about_as_large(found: Box, box: Box) -> bool:
    return SIDES[0] <= max(found.w, found.h) / max(box.w, box.h) <= SIDES[1]
