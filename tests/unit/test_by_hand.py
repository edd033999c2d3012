"""A person marks a face: what is cut out, and what is judged."""

import numpy as np
import pytest

from core.errors import UserError
from core.imaging import Photo
from core.inference.by_hand import BOX, UNSEEN, crop_marked, square_around
from core.inference.geometry import Box, Face, crop_face

PIXELS = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)


def blind(pixels):
    return []


@pytest.mark.parametrize(
    ("box", "square"),
    [
        (Box(100, 50, 80, 100), Box(90, 50, 100, 100)),  # around the middle of the box
        (Box(0, 0, 60, 100), Box(0, 0, 100, 100)),  # moved in from the left edge
        (Box(350, 200, 50, 100), Box(300, 200, 100, 100)),  # and from the right one
        (Box(0, 0, 400, 300), Box(50, 0, 300, 300)),  # never larger than the picture
    ],
)
def test_the_square_around_a_box_lies_in_the_picture(box, square):
    crop = square_around(PIXELS, box)
    assert crop.square == square and crop.outside == 0
    np.testing.assert_array_equal(
        crop.pixels, PIXELS[square.y : square.y + square.h, square.x : square.x + square.w]
    )


def test_without_a_detection_the_box_is_taken_as_it_is():
    crop, mark = crop_marked(PIXELS, Box(100, 100, 90, 90), blind)
    assert mark == UNSEEN
    np.testing.assert_array_equal(crop.pixels, PIXELS[100:190, 100:190])


def test_a_box_over_the_edge_counts_as_far_as_it_lies_in_the_picture():
    crop, _ = crop_marked(PIXELS, Box(-50, -50, 150, 150), blind)
    assert crop.square == Box(0, 0, 100, 100)


@pytest.mark.parametrize("box", [Box(10, 10, 7, 90), Box(500, 10, 90, 90), Box(10, 10, 0, 0)])
def test_a_slip_of_the_hand_is_refused(box):
    with pytest.raises(UserError, match="too small"):
        crop_marked(PIXELS, box, blind)


class TestADetectorThatSees:
    """Close up a face is often found after all."""

    @staticmethod
    def _finder(*boxes: Box):
        """One that sees faces at these places of `PIXELS`, whatever part of it it is shown."""

        def find(part):
            top, left = next(
                (y, x)
                for y in range(PIXELS.shape[0])
                for x in range(PIXELS.shape[1] - 7)
                if (PIXELS[y, x : x + 8] == part[0, :8]).all()
            )
            return [Face(Box(box.x - left, box.y - top, box.w, box.h)) for box in boxes]

        return find

    def test_its_face_is_framed_like_every_other(self):
        seen = Box(170, 120, 60, 60)
        crop, mark = crop_marked(PIXELS, Box(160, 100, 90, 90), self._finder(seen))
        assert mark == BOX
        usual = crop_face(PIXELS, Face(seen))
        assert crop.square == usual.square
        np.testing.assert_array_equal(crop.pixels, usual.pixels)

    @pytest.mark.parametrize(
        "other",
        [Box(300, 120, 60, 60), Box(190, 130, 20, 20), Box(60, 20, 260, 260)],
        ids=["beside the box", "far smaller", "far larger"],
    )
    def test_another_face_is_not_meant(self, other):
        box = Box(160, 100, 90, 90)
        crop, mark = crop_marked(PIXELS, box, self._finder(other))
        assert crop.square == box and mark == UNSEEN

    def test_of_two_the_one_that_fits_better_is_meant(self):
        close, off = Box(165, 105, 80, 80), Box(165, 105, 45, 45)
        crop, _ = crop_marked(PIXELS, Box(160, 100, 90, 90), self._finder(off, close))
        assert crop.square == crop_face(PIXELS, Face(close)).square


def test_a_marked_face_gets_a_verdict_and_is_told_apart(inspector, portrait):
    photo = Photo(np.ascontiguousarray(portrait))
    boxes = [Box(90, 90, 330, 380), Box(0, 0, 40, 40)]
    face, corner = inspector.judge(photo, boxes=boxes)
    assert [face.box, corner.box] == boxes and [face.marked, corner.marked] == [BOX, UNSEEN]
    assert 0 <= face.p_fake <= 1 and face.thumbnail.shape == (256, 256, 3)
    assert corner.verdict.state == "unsure" and "px wide" in corner.verdict.reason
    assert inspector.judge(photo)[0].marked is None


def test_a_marked_face_is_judged_as_if_it_had_been_found(inspector, portrait):
    canvas = np.full((900, 1200, 3), 128, np.uint8)
    canvas[200:712, 300:812] = portrait
    (found,) = inspector.judge(Photo(canvas))
    (marked,) = inspector.judge(Photo(canvas), boxes=[Box(380, 270, 350, 400)])
    assert marked.p_fake == pytest.approx(found.p_fake, abs=0.03)


def test_a_box_outside_the_photo_is_a_sentence(inspector, portrait):
    with pytest.raises(UserError, match="too small"):
        inspector.judge(Photo(portrait), boxes=[Box(600, 0, 90, 90)])
