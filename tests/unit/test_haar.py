"""The Haar cascades: on the app's own generated examples and scenes made of them."""

import cv2
import numpy as np
import pytest

from core.imaging import decode_image
from core.inference.geometry import Box
from core.inference.haar import AUTHORS_CASCADE, HaarDetector, drop_satellites, roll_between_eyes
from tests.support.scenes import noise, pasted, plain


@pytest.fixture(scope="module")
def detector():
    return HaarDetector()


def test_every_example_shows_its_faces(detector, examples):
    counts = {
        title: len(detector.detect(decode_image(data).pixels)) for title, data in examples.items()
    }
    expected = {"Portrait A": 1, "Portrait B": 1, "Portrait C": 1, "Group of four": 4}
    assert {title: counts[title] for title in expected} == expected


def test_twenty_faces(detector, portrait):
    face = cv2.resize(portrait, (180, 180), interpolation=cv2.INTER_AREA)
    scene = np.full((4 * 220, 5 * 220, 3), 200, np.uint8)
    for row in range(4):
        for column in range(5):
            y, x = 20 + 220 * row, 20 + 220 * column
            scene[y : y + 180, x : x + 180] = face
    assert len(detector.detect(scene)) == 20


def test_boxes_come_back_in_the_photos_own_pixels(detector, portrait):
    scene = np.full((2400, 3600, 3), 180, np.uint8)
    scene[800:1600, 2000:2800] = cv2.resize(portrait, (800, 800))
    (face,) = detector.detect(scene)
    middle = (face.box.x + face.box.w / 2, face.box.y + face.box.h / 2)
    assert np.hypot(middle[0] - 2400, middle[1] - 1200) < 120
    assert 350 < face.box.w < 700


def test_a_tilted_head_is_noticed(detector, portrait):
    turn = cv2.getRotationMatrix2D((256, 256), -12, 1.0)  # clockwise
    tilted = cv2.warpAffine(portrait, turn, (512, 512), borderMode=cv2.BORDER_REFLECT_101)
    rolls = [face.roll_deg for face in detector.detect(tilted)]
    assert rolls and 6 <= rolls[0] <= 18


@pytest.mark.parametrize("shape", [(1, 1), (20, 20), (1, 900), (480, 640)])
def test_where_there_is_no_face_none_is_found(detector, shape):
    assert detector.detect(np.full((*shape, 3), 127, np.uint8)) == []


def test_noise_is_no_face(detector):
    assert detector.detect(noise(640, 480)) == []


@pytest.mark.parametrize("level", [255, 40, 0])
@pytest.mark.parametrize("side", [384, 900, 1200])
def test_a_plain_wall_around_a_face_does_not_hide_it(detector, portrait, level, side):
    corner = (side - 256) // 2
    scene = pasted(portrait, 256, plain(side, side, level), corner, corner)
    assert len(detector.find(scene).faces) == 1


def test_the_authors_cascade_can_be_taken(portrait):
    assert len(HaarDetector(AUTHORS_CASCADE).detect(portrait)) == 1


def test_a_large_picture_is_said_to_be_searched_less_finely(detector):
    assert detector.find(plain(1280, 900, 127)).notes == ()
    (note,) = detector.find(plain(2560, 900, 127)).notes
    assert "narrower than 64 px" in note


@pytest.mark.parametrize(
    ("eyes", "roll"),
    [
        ([Box(20, 30, 20, 20), Box(60, 30, 20, 20)], 0.0),
        ([Box(20, 30, 20, 20), Box(60, 44, 20, 20)], 19.29),
        ([Box(20, 30, 20, 20)], 0.0),
        ([Box(20, 30, 20, 20), Box(60, 30, 20, 20), Box(65, 50, 20, 20)], 0.0),
        ([Box(20, 0, 20, 20), Box(60, 90, 20, 20)], 0.0),
        ([], 0.0),
    ],
    ids=["level", "tilted", "one eye", "three eyes", "absurd", "none"],
)
def test_roll_needs_two_sensible_eyes(eyes, roll):
    assert roll_between_eyes(eyes, 100) == pytest.approx(roll, abs=0.1)


def test_a_known_face_is_found_again_where_it_moved(detector, portrait):
    scene = np.full((720, 1280, 3), 180, np.uint8)
    scene[100:612, 300:812] = portrait
    (face,) = detector.detect(scene)
    moved = np.roll(scene, (12, 25), axis=(0, 1))
    near = detector.detect_near(moved, face.box)
    assert abs(near.x - face.box.x - 25) < 15 and abs(near.y - face.box.y - 12) < 15
    assert 0.85 < near.w / face.box.w < 1.15
    assert detector.detect_near(np.full_like(scene, 120), face.box) is None


@pytest.mark.parametrize("box", [Box(-200, -200, 90, 90), Box(1270, 710, 90, 90), Box(0, 0, 9, 9)])
def test_looking_beyond_the_picture_finds_nothing(detector, box):
    assert detector.detect_near(np.zeros((720, 1280, 3), np.uint8), box) is None


def test_satellites_go_and_neighbours_stay():
    face, hair = Box(200, 200, 240, 240), Box(380, 130, 120, 120)
    neighbour, friend = Box(700, 200, 120, 120), Box(420, 210, 200, 200)
    assert drop_satellites([face, hair, neighbour, friend]) == [face, neighbour, friend]


def test_a_second_opinion_keeps_faces(detector, examples):
    for title in ("Portrait A", "Group of four"):
        pixels = decode_image(examples[title]).pixels
        assert len(detector.search(pixels, second_opinion=True)) == len(detector.detect(pixels))
