"""Boxes, FFHQ squares, crops at borders, levelling."""

import cv2
import numpy as np
import pytest

from core.inference.geometry import (
    FFHQ_RISE,
    FFHQ_SCALE,
    Box,
    Face,
    centre_square,
    crop_face,
    ffhq_square,
)


def test_overlap_and_iou():
    one, other = Box(0, 0, 10, 10), Box(5, 5, 10, 10)
    assert one.overlap(other) == 25
    assert one.iou(other) == pytest.approx(25 / 175)
    assert one.overlap(Box(20, 20, 5, 5)) == 0


def test_the_square_is_wider_and_higher_than_the_box():
    square = ffhq_square(Box(100, 200, 100, 100))
    assert square.w == square.h == round(100 * FFHQ_SCALE)
    assert square.x + square.w / 2 == pytest.approx(150, abs=1)
    assert square.y + square.h / 2 == pytest.approx(250 - 100 * FFHQ_RISE, abs=1)


def test_up_follows_the_tilt():
    level, tilted = ffhq_square(Box(0, 0, 200, 200)), ffhq_square(Box(0, 0, 200, 200), 90)
    assert tilted.x - level.x == pytest.approx(200 * FFHQ_RISE, abs=1)


def test_a_crop_inside_is_the_pixels_themselves():
    pixels = np.random.default_rng(0).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    crop = crop_face(pixels, Face(Box(250, 150, 100, 100)))
    s = crop.square
    np.testing.assert_array_equal(crop.pixels, pixels[s.y : s.y + s.h, s.x : s.x + s.w])
    assert crop.outside == 0


def test_beyond_the_border_the_picture_is_mirrored():
    pixels = np.random.default_rng(1).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    crop = crop_face(pixels, Face(Box(0, 100, 100, 100)))
    missing = -crop.square.x
    assert missing > 0
    np.testing.assert_array_equal(crop.pixels[:, missing - 1], crop.pixels[:, missing])
    np.testing.assert_array_equal(crop.pixels[:, missing - 5], crop.pixels[:, missing + 4])
    assert crop.outside == pytest.approx(missing / crop.square.w, abs=0.01)


def test_a_square_picture_that_is_one_face_is_taken_whole():
    pixels = np.random.default_rng(2).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    crop = crop_face(pixels, Face(Box(45, 60, 166, 166), roll_deg=8))
    np.testing.assert_array_equal(crop.pixels, pixels)


def test_levelling_turns_the_eyes_horizontal():
    scene = np.full((500, 700, 3), 90, np.uint8)
    middle = np.array([350.0, 250.0])
    roll = np.radians(20)
    along = np.array([np.cos(roll), np.sin(roll)])
    for side in (-1, 1):  # two bright eyes on a line that falls to the right
        x, y = middle + side * 35 * along
        cv2.circle(scene, (round(x), round(y)), 6, (255, 255, 255), -1)
    crop = crop_face(scene, Face(Box(270, 180, 160, 160), roll_deg=20))
    rows, columns = np.nonzero(crop.pixels[..., 0] > 200)
    left, right = columns < crop.square.w / 2, columns >= crop.square.w / 2
    assert abs(rows[left].mean() - rows[right].mean()) < 2
    assert crop.pixels.shape == (crop.square.w, crop.square.w, 3)


@pytest.mark.parametrize("shape", [(10, 10), (3, 50), (1, 1)])
def test_a_face_larger_than_the_picture_can_still_be_cut(shape):
    pixels = np.zeros((*shape, 3), np.uint8)
    crop = crop_face(pixels, Face(Box(-5, -5, 60, 60), roll_deg=10))
    assert crop.pixels.shape[0] == crop.pixels.shape[1] > 0


def test_the_middle_of_an_oblong_picture():
    pixels = np.zeros((100, 160, 3), np.uint8)
    assert centre_square(pixels).square == Box(30, 0, 100, 100)
