"""Faces in the order in which one reads them: row by row, each from left to right."""

from collections.abc import Sequence

from core.inference.geometry import Box

ROW_SHARE = 0.5  # of a box' height that another's centre may lie above or below in the same row


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Positions of boxes, row by row from the top, each row from left to right.

    A face belongs to the row of the topmost face that is not in a row yet, if its centre lies
    about as high.
    """
    left = sorted(range(len(boxes)), key=lambda at: _centre(boxes[at]))
    order: list[int] = []
    while left:
        first = boxes[left[0]]
        row = [at for at in left if _centre(boxes[at]) - _centre(first) <= ROW_SHARE * first.h]
        order += sorted(row, key=lambda at: boxes[at].x)
        left = [at for at in left if at not in row]
    return order


def _centre(box: Box) -> float:
    return box.y + box.h / 2
