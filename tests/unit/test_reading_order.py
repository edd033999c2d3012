"""Faces are numbered as one reads: row by row, each from left to right."""

from core.inference.geometry import Box
from core.inference.reading_order import reading_order


def _read(*boxes: tuple[int, int, int, int]) -> list[int]:
    return reading_order([Box(*box) for box in boxes])


def test_rows_come_before_columns():
    right_above, left_below, left_above = (300, 0, 90, 90), (0, 200, 90, 90), (0, 10, 90, 90)
    assert _read(right_above, left_below, left_above) == [2, 0, 1]


def test_heads_of_different_height_are_one_row():
    assert _read((400, 20, 100, 100), (200, 0, 100, 100), (0, 45, 100, 100)) == [2, 1, 0]


def test_size_does_not_matter_and_nothing_is_lost():
    assert _read((0, 100, 20, 20), (50, 0, 300, 300)) == [0, 1]
    assert _read() == []
    same = [(5, 5, 10, 10)] * 3
    assert _read(*same) == [0, 1, 2]
