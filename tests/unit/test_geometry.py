"""Boxes, FFHQ squares, crops at borders, levelling."""

import cv2
import numpy as np
import pytest

from core.generators import load_generator
from core.inference.aligned import aligned_face, centre_square
from core.inference.alignment import TEMPLATE, TEMPLATE_SIDE, Frame, sampled
from core.inference.detector import shared_detector
from core.inference.geometry import (
    FFHQ_RISE,
    FFHQ_SCALE,
    Box,
    Face,
    crop_face,
    face_of,
    ffhq_square,
    is_aligned,
    merge_boxes,
    picture_in,
    quarter_turned,
    square_of,
)
from tests.conftest import encode


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
    pixels[:, 30:130] = 200
    face = aligned_face(encode(pixels, "PNG"))
    assert face.shape == (100, 100, 3) and (face == 200).all()


def test_of_overlapping_boxes_the_surest_stays():
    inner, outer, apart = Box(10, 10, 40, 40), Box(0, 0, 80, 80), Box(200, 0, 50, 50)
    assert merge_boxes([outer, inner, apart], [3, 9, 1]) == [1, 2]
    assert merge_boxes([], []) == []


def _template_at(x: float, y: float, side: float, roll_deg: float) -> np.ndarray:
    """Six keypoints of a face whose frame lies there."""
    frame, points = Frame(x, y, side, roll_deg), np.full((6, 2), 0.5)
    for place, where in zip((0, 1, 3), TEMPLATE.values(), strict=True):
        points[place] = np.array(where) / TEMPLATE_SIDE
    return frame.points(points)


def test_a_face_by_its_keypoints_has_the_box_whose_square_is_its_frame():
    for roll_deg in (0, 30, -100):
        face = face_of(_template_at(400, 300, 200, roll_deg))
        assert face.roll_deg == pytest.approx(roll_deg, abs=1)
        by_box, exact = ffhq_square(face.box, face.roll_deg), square_of(face)
        assert by_box.iou(exact) > 0.95
        assert (exact.x + exact.w / 2, exact.y + exact.w / 2) == pytest.approx((400, 300), abs=3)
        assert exact.w == pytest.approx(200, rel=0.03)


def test_a_large_turned_face_keeps_its_resolution_and_becomes_level():
    scene = np.full((1200, 1600, 3), 60, np.uint8)
    points = _template_at(800, 600, 700, 60)
    for x, y in points[:2]:
        cv2.circle(scene, (round(x), round(y)), 20, (255, 255, 255), -1)
    crop = crop_face(scene, face_of(points))
    assert crop.pixels.shape[0] == crop.square.w == pytest.approx(700, rel=0.03)
    rows, columns = np.nonzero(crop.pixels[..., 0] > 200)
    left = columns < crop.square.w / 2
    scale = TEMPLATE_SIDE / crop.square.w
    for part, wanted in ((left, TEMPLATE["right eye"]), (~left, TEMPLATE["left eye"])):
        spot = columns[part].mean() * scale, rows[part].mean() * scale
        assert spot == pytest.approx(wanted, abs=4)


def test_a_small_tilt_is_not_turned_back():
    pixels = np.random.default_rng(3).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    crop = crop_face(pixels, face_of(_template_at(400, 300, 200, 3)))
    s = crop.square
    np.testing.assert_array_equal(crop.pixels, pixels[s.y : s.y + s.h, s.x : s.x + s.w])


def test_a_tilted_head_in_a_square_picture_is_not_taken_whole():
    pixels = np.random.default_rng(4).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    level = crop_face(pixels, face_of(_template_at(128, 128, 250, 3)))
    np.testing.assert_array_equal(level.pixels, pixels)
    tilted = crop_face(pixels, face_of(_template_at(128, 128, 250, 40)))
    assert not np.array_equal(tilted.pixels, pixels)


def test_a_frame_is_sampled_upright_and_by_the_means_of_areas():
    fine = np.zeros((400, 400, 3), np.uint8)
    fine[::2] = 200  # stripes finer than the result: their mean is what is left
    small = sampled(fine, Frame(200, 200, 200, 0), 20)
    assert small.shape == (20, 20, 3) and abs(small.astype(int) - 100).max() <= 3
    ramp = np.repeat(np.linspace(0, 255, 400).astype(np.uint8)[None, :, None], 400, axis=0)
    ramp = np.repeat(ramp, 3, axis=2)
    quarter = sampled(ramp, Frame(200, 200, 100, 90), 100)  # right is now down
    assert np.ptp(quarter.mean(axis=1)) > 50 and np.ptp(quarter.mean(axis=(0, 2))) < 3


def _rough(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 200, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("level", [255, 0, 90])
def test_an_aligned_picture_on_a_page_is_taken_whole(level):
    scene = np.full((600, 800, 3), level, np.uint8)
    scene[200:456, 300:556] = _rough(256, 256)
    for box in (Box(330, 240, 190, 190), Box(355, 260, 150, 150)):  # reaches over it, and not
        crop = crop_face(scene, Face(box))
        assert crop.square == Box(300, 200, 256, 256) and crop.outside == 0
        np.testing.assert_array_equal(crop.pixels, scene[200:456, 300:556])


@pytest.mark.parametrize("level", [255, 0, 90])
def test_the_page_a_picture_lies_on_is_no_part_of_it(level):
    scene = np.full((600, 800, 3), level, np.uint8)
    scene[200:456, 300:700] = _rough(400, 256)
    crop = crop_face(scene, Face(Box(330, 240, 190, 190)))
    s = crop.square
    left, top = 300 - s.x, 200 - s.y
    assert left > 5 and top > 5
    inside = crop.pixels[top : top + 256, left:]
    np.testing.assert_array_equal(inside, scene[200:456, 300 : s.x + s.w])
    np.testing.assert_array_equal(crop.pixels[:, left - 1], crop.pixels[:, left])  # mirrored
    assert crop.outside == pytest.approx(1 - inside[..., 0].size / s.area, abs=0.01)


def test_an_even_wall_behind_a_head_belongs_to_the_picture():
    scene = np.full((600, 800, 3), 240, np.uint8)
    cv2.ellipse(scene, (400, 300), (70, 95), 0, 0, 360, (90, 120, 160), -1)
    assert picture_in(scene, Box(280, 180, 240, 240)) == Box(0, 0, 800, 600)
    assert picture_in(_rough(800, 600), Box(280, 180, 240, 240)) == Box(0, 0, 800, 600)


def test_an_end_that_compression_smeared_is_found_all_the_same():
    scene = np.full((600, 800, 3), 255, np.uint8)
    scene[200:456, 300:556] = _rough(256, 256) // 2
    _, data = cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, 60])
    found = picture_in(cv2.imdecode(data, cv2.IMREAD_COLOR), Box(280, 180, 300, 300))
    assert (found.x, found.y) == pytest.approx((300, 200), abs=1)
    assert (found.w, found.h) == pytest.approx((256, 256), abs=1)


@pytest.mark.parametrize("side", [60, 120, 150, 300])
@pytest.mark.parametrize("turned", [False, True])
def test_two_even_colours_are_no_picture_on_a_page(side, turned):
    scene = np.full((400, 400, 3), 250, np.uint8)
    scene[:, 200:] = 20
    scene = np.ascontiguousarray(scene.swapaxes(0, 1)) if turned else scene
    crop = crop_face(scene, Face(Box(200 - side // 2, 200 - side // 2, side, side)))
    assert crop.pixels.shape[0] == crop.square.w and 0 <= crop.outside < 0.6


@pytest.mark.parametrize("quarters", range(-3, 4))
def test_places_turn_with_their_picture(quarters):
    pixels = np.zeros((30, 50), np.uint8)
    places = np.array([[4, 7], [40, 20]])
    pixels[places[:, 1], places[:, 0]] = 10, 20
    moved = quarter_turned(places + 0.5, (50, 30), quarters) - 0.5
    x, y = np.rint(moved).astype(int).T
    assert np.rot90(pixels, quarters)[y, x].tolist() == [10, 20]


@pytest.mark.parametrize(("roll_deg", "quarters"), [(0, 0), (170, 3), (-90, 1), (90, 2), (-180, 1)])
def test_a_frame_turns_on_the_spot(roll_deg, quarters):
    turned = Frame(5, 6, 7, roll_deg).turned(quarters)
    assert (turned.x, turned.y, turned.side) == (5, 6, 7)
    assert -180 < turned.roll_deg <= 180
    assert (turned.roll_deg - roll_deg - 90 * quarters) % 360 == 0


@pytest.mark.parametrize(
    ("square", "whole"),
    [
        (Box(-18, -20, 166, 166), True),  # all around it, and not too much wider
        (Box(-30, -32, 190, 190), False),  # framed more tightly than was measured
        (Box(20, -20, 166, 166), False),  # the face lies half beyond an edge
    ],
)
def test_a_picture_framed_tightly_is_taken_whole(square, whole):
    assert is_aligned(square, 2.0, Box(0, 0, 128, 128)) == whole
    assert not is_aligned(square, 2.0, Box(0, 0, 128, 100))


def test_the_dcgans_faces_are_not_cut_by_their_border():
    generator, detector = load_generator("dcgan"), shared_detector()[0]
    for face in generator.paint(generator.codes([7, 8, 30])):
        found = detector.find(face).faces
        assert found and crop_face(face, found[0]).outside == 0
