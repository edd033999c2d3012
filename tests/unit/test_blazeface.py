"""BlazeFace and the face mesh, on generated faces and scenes made of them."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import decode_image
from core.inference.alignment import TEMPLATE, TEMPLATE_SIDE, frame_of
from core.inference.blazeface import SIDE, BlazeFace, Detections, anchors, blended, decode
from core.inference.geometry import Box, crop_face, square_of
from core.inference.search import MAX_TILES, MIN_FACE_PX, SEEN_SHARE, plan
from tests.conftest import encode
from tests.support.scenes import faceless, noise, pasted, plain, screenshot, texture, turned

STORED = {  # of Portrait A, in pixels of the model's input
    "score": 0.883,
    "box": [50.3, 72.9, 156.8, 156.8],
    "keypoints": [
        [95.0, 120.0],
        [159.4, 118.8],
        [126.9, 158.6],
        [127.8, 190.2],
        [64.8, 131.2],
        [193.4, 129.7],
    ],
}
pytestmark = pytest.mark.usefixtures("blazeface")


@pytest.fixture(scope="module")
def faces(examples) -> list[np.ndarray]:
    """The generated portraits of the examples, 512 px each."""
    return [decode_image(examples[f"Portrait {letter}"]).pixels for letter in "ABC"]


def _error(box: Box, x: float, y: float) -> float:
    """How far a box' middle lies from (x, y), over its width."""
    return float(np.hypot(box.x + box.w / 2 - x, box.y + box.h / 2 - y)) / box.w


def test_anchors_are_those_of_the_published_graph():
    grid = anchors()
    assert grid.shape == (896, 2)
    np.testing.assert_array_equal(grid[:3], [[8, 8], [8, 8], [24, 8]])
    np.testing.assert_array_equal(grid[512:519], [[16, 16]] * 6 + [[48, 16]])
    np.testing.assert_array_equal(grid[-1], [240, 240])


def test_decoding_adds_the_anchor_to_middle_and_keypoints():
    scores, numbers = np.full(896, -9.0, np.float32), np.zeros((896, 16), np.float32)
    scores[[2, 512]] = 0.0, 3.0
    numbers[512] = [1, 2, 40, 60, *[5, 7] * 6]
    found = decode(scores, numbers, 0.5)
    assert found.scores == pytest.approx([1 / (1 + np.exp(-3)), 0.5])
    np.testing.assert_allclose(found.boxes[0], [16 + 1 - 20, 16 + 2 - 30, 40, 60])
    np.testing.assert_allclose(found.keypoints[0], [[21, 23]] * 6)


def test_overlapping_detections_become_one_by_their_scores():
    boxes = np.float32([[0, 0, 40, 40], [4, 0, 40, 40], [100, 100, 30, 30]])
    points = np.stack([np.full((6, 2), value, np.float32) for value in (0, 4, 9)])
    found = blended(Detections(np.float32([0.9, 0.3, 0.5]), boxes, points))
    assert found.scores == pytest.approx([0.9, 0.5])
    np.testing.assert_allclose(found.boxes, [[1, 0, 40, 40], [100, 100, 30, 30]], atol=1e-5)
    np.testing.assert_allclose(found.keypoints[:, 0], [[1, 1], [9, 9]], atol=1e-5)
    assert len(blended(Detections(np.zeros(0), np.zeros((0, 4)), np.zeros((0, 6, 2))))) == 0


def test_a_generated_face_gives_the_stored_numbers(faces):
    """Measured once with this model file on this picture; another decoding gives others."""
    found = BlazeFace().look(faces[0], 0.5)
    assert len(found) == 1
    scale = SIDE / faces[0].shape[0]
    np.testing.assert_allclose(found.boxes[0] * scale, STORED["box"], atol=1.0)
    np.testing.assert_allclose(found.keypoints[0] * scale, STORED["keypoints"], atol=1.0)
    assert found.scores[0] == pytest.approx(STORED["score"], abs=0.02)


def test_every_example_shows_its_faces(blazeface, examples):
    counts = {
        title: len(blazeface.find(decode_image(data).pixels).faces)
        for title, data in examples.items()
    }
    expected = {"Portrait A": 1, "Portrait B": 1, "Portrait C": 1, "Group of four": 4}
    assert {title: counts[title] for title in expected} == expected
    assert counts.get("Astronaut", 1) == 1


@pytest.mark.parametrize("level", [255, 127, 40, 0])
@pytest.mark.parametrize("side", [300, 900, 2000])
def test_a_plain_wall_around_a_face_does_not_hide_it(blazeface, faces, level, side):
    corner = (side - 256) // 2
    for face in faces:
        (found,) = blazeface.find(pasted(face, 256, plain(side, side, level), corner, corner)).faces
        assert _error(found.box, side / 2, side / 2 + 11) < 0.15


@pytest.mark.parametrize("level", [255, 30, 225])
def test_ten_avatars_of_a_screenshot_are_found(blazeface, faces, level):
    scene, middles = screenshot([faces[n % 3] for n in range(10)], 150, level)
    found = blazeface.find(scene).faces
    assert len(found) == 10
    for x, y in middles:
        assert min(_error(face.box, x, y + 6) for face in found) < 0.2


@pytest.mark.parametrize("size", [(16000, 1400), (1200, 14000), (9000, 1000), (5000, 4000)])
def test_one_face_of_400_px_in_a_huge_picture_is_found(blazeface, faces, size):
    width, height = size
    x, y = width // 2, height // 2 - 200
    scene = pasted(faces[1], 400, plain(width, height, (90, 120, 160)), x, y)
    (found,) = blazeface.find(scene).faces
    assert _error(found.box, x + 200, y + 218) < 0.1
    assert found.box.w == pytest.approx(400 / 1.53, rel=0.1)


@pytest.mark.parametrize("side", [62, 100, 300, 800, 2000])
def test_faces_of_any_size_are_found_before_a_busy_wall(blazeface, faces, side):
    wall = texture(max(1200, side + 400), max(900, side + 300), 12)
    for face in faces:
        found = blazeface.find(pasted(face, side, wall, 170, 130)).faces
        assert any(_error(one.box, 170 + side / 2, 130 + 0.54 * side) < 0.2 for one in found)


def test_a_lit_face_in_a_night_scene_is_found(blazeface, faces):
    night = (noise(1600, 1200) * 0.04).astype(np.uint8)
    assert len(blazeface.find(pasted(faces[2], 300, night, 640, 500)).faces) == 1


@pytest.mark.parametrize("roll", [-150, -90, -45, -20, 20, 45, 60, 90, 135, 180])
def test_a_tilted_head_is_levelled_onto_the_template(blazeface, faces, roll):
    for face in faces:
        scene = turned(face, 400, plain(900, 800, 128), roll)
        (found,) = blazeface.find(scene).faces
        assert abs((found.roll_deg - roll + 180) % 360 - 180) < 6
        level = crop_face(scene, found).pixels
        (again,) = blazeface.find(np.pad(level, ((50, 50), (50, 50), (0, 0)))).faces
        assert abs(again.roll_deg) < 5


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_an_aligned_picture_on_its_side_or_head_goes_in_whole_and_upright(
    blazeface, faces, quarters
):
    for face in faces:
        (found,) = blazeface.find(np.ascontiguousarray(np.rot90(face, quarters))).faces
        crop = crop_face(np.rot90(face, quarters), found)
        np.testing.assert_array_equal(crop.pixels, face)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_that_lost_its_orientation_shows_its_faces_upright(blazeface, faces, quarters):
    scene = pasted(faces[1], 260, pasted(faces[0], 200, texture(900, 700, 30), 80, 90), 500, 350)
    lying = np.ascontiguousarray(np.rot90(scene, quarters))
    upright, found = blazeface.find(scene).faces, blazeface.find(lying).faces
    assert len(found) == len(upright) == 2
    for one, other in zip(upright, found, strict=True):
        ends = [crop_face(scene, one).pixels, crop_face(lying, other).pixels]
        small = [cv2.resize(end, (32, 32), interpolation=cv2.INTER_AREA) for end in ends]
        assert np.abs(np.subtract(*small, dtype=int)).mean() < 6


def test_eyes_and_mouth_come_to_lie_on_the_template(blazeface, faces):
    scale = TEMPLATE_SIDE
    for face in faces:
        scene = pasted(face, 333, plain(1200, 900, 200), 400, 300)
        (found,) = blazeface.find(scene).faces
        square = square_of(found)
        points = (np.array(found.keypoints) - (square.x, square.y)) / square.w * scale
        for place, wanted in zip((0, 1, 3), TEMPLATE.values(), strict=True):
            assert np.hypot(*(points[place] - wanted)) < 9


@pytest.mark.slow
def test_what_surrounds_a_face_does_not_move_its_crop(blazeface, faces):
    sizes = [(1200, 900), (4000, 3000), (8000, 2000)]
    for face in faces:
        offsets = []
        for width, height in sizes:
            for level in (255, 128, 0):
                x, y = width // 2 - 217, height // 2 - 193
                (found,) = blazeface.find(
                    pasted(face, 400, plain(width, height, level), x, y)
                ).faces
                square = square_of(found)
                offsets.append((square.x - x, square.y - y, square.w))
        assert np.ptp(np.array(offsets), axis=0).max() <= 6  # of 400 px


def test_an_aligned_picture_goes_in_whole(blazeface, faces):
    for face in faces:
        (found,) = blazeface.find(face).faces
        np.testing.assert_array_equal(crop_face(face, found).pixels, face)


def test_a_large_face_is_cut_at_its_own_resolution(blazeface, faces):
    scene = pasted(faces[0], 1500, plain(2400, 1800, 180), 500, 150)
    (found,) = blazeface.find(scene).faces
    assert crop_face(scene, found).pixels.shape[0] == pytest.approx(1500, rel=0.08)


def test_where_there_is_no_face_none_is_found(blazeface):
    assert [len(blazeface.find(picture).faces) for picture in faceless()] == [0] * 30


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (3, 4000), (20, 20)])
def test_any_size_is_searched(blazeface, shape):
    assert blazeface.find(np.full((*shape, 3), 127, np.uint8)).faces == ()


def test_many_threads_share_one_detector(blazeface, faces):
    scenes = [pasted(face, 256, plain(900, 700, 255), 300, 200) for face in faces] * 4
    alone = [blazeface.find(scene) for scene in scenes[:3]]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(blazeface.find, scenes))
    assert together == alone * 4


def test_the_same_picture_gives_the_same_faces(blazeface, faces):
    scene = pasted(faces[0], 256, noise(900, 700), 300, 200)
    assert blazeface.find(scene) == blazeface.find(scene)


def test_a_known_face_is_found_again_where_it_moved(blazeface, faces):
    scene = pasted(faces[0], 400, plain(1280, 720, 180), 300, 150)
    (face,) = blazeface.detect(scene, quick=True)
    moved = np.roll(scene, (12, 25), axis=(0, 1))
    near = blazeface.detect_near(moved, face.box)
    assert abs(near.x - face.box.x - 25) < 15 and abs(near.y - face.box.y - 12) < 15
    assert 0.85 < near.w / face.box.w < 1.15
    assert blazeface.detect_near(np.full_like(scene, 120), face.box) is None


@pytest.mark.parametrize("box", [Box(-200, -200, 90, 90), Box(1270, 710, 90, 90), Box(0, 0, 0, 0)])
def test_looking_beyond_the_picture_finds_nothing(blazeface, box):
    assert blazeface.detect_near(np.zeros((720, 1280, 3), np.uint8), box) is None


def test_a_plan_reaches_the_smallest_face_or_says_what_it_reaches():
    assert plan(256, 256).sides == (256,)
    small = plan(1080, 2200)
    assert small.smallest_px == MIN_FACE_PX
    assert small.sides[-1] == pytest.approx(MIN_FACE_PX / SEEN_SHARE)
    huge = plan(30000, 2000)
    assert huge.smallest_px > MIN_FACE_PX and MAX_TILES > 0


def test_notes_say_where_faces_may_be_missed(blazeface, faces, inspector):
    scene = plain(14000, 4000, 200)
    (note,) = blazeface.find(scene).notes
    assert "very large" in note and "may have been missed" in note
    assert blazeface.find(pasted(faces[0], 256, plain(900, 700, 255), 300, 200)).notes == ()
    tiny = plain(600, 400, 230)
    for number in range(4):
        tiny = pasted(faces[number % 3], 44, tiny, 60 + 120 * number, 150)
    assert any("may have been missed" in note for note in blazeface.find(tiny).notes)


def test_of_a_narrow_strip_no_face_is_spoken_of_that_has_no_room_in_it(blazeface):
    (note,) = blazeface.find(plain(30000, 40, 200)).notes
    assert "long and narrow" in note and "px" not in note


def test_notes_of_the_detector_reach_the_result(blazeface, inspector):
    result = inspector.judge_file("wide.png", encode(plain(16000, 3000, 200)))
    assert any("very large" in note for note in result.notes)


def test_a_plain_frontal_face_that_haar_missed(blazeface):
    from core.generators import load_generator
    from core.generators.codes import truncated_codes

    try:
        generator = load_generator("mobilestylegan")
    except UserError as error:
        pytest.skip(f"{error} `make test` installs it")
    face = generator.paint(truncated_codes(generator, [564160], 1.0))[0]
    assert len(blazeface.find(face).faces) == 1


def test_the_frame_of_a_template_is_the_picture():
    points = np.zeros((6, 2))
    for place, where in zip((0, 1, 3), TEMPLATE.values(), strict=True):
        points[place] = where
    frame = frame_of(points)
    assert (frame.x, frame.y) == pytest.approx((128, 128), abs=2)
    assert frame.side == pytest.approx(256, rel=0.03) and abs(frame.roll_deg) < 1
    turn = cv2.getRotationMatrix2D((0, 0), -30, 2.0)
    tilted = frame_of(points @ turn[:, :2].T)
    assert tilted.roll_deg == pytest.approx(frame.roll_deg + 30)
    assert tilted.side == pytest.approx(2 * frame.side)


def test_points_in_one_place_are_no_face():
    with pytest.raises(ValueError, match="one place"):
        frame_of(np.ones((6, 2)))
