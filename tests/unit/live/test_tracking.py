"""Who is who from frame to frame."""

import pytest

from core.inference.geometry import Box, Face
from core.inference.live.tracking import (
    BOX_TAU_S,
    COAST_LOOKS,
    COAST_S,
    MIN_AFFINITY,
    Tracker,
    affinity,
)

LEFT, RIGHT = Box(100, 100, 80, 80), Box(400, 100, 80, 80)


def _moved(box: Box, dx: int, dy: int = 0) -> Box:
    return Box(box.x + dx, box.y + dy, box.w, box.h)


def _confirmed(*boxes: Box) -> Tracker:
    tracker = Tracker()
    for time_s in (0.0, 0.1):
        tracker.update([Face(box) for box in boxes], time_s)
    return tracker


def test_affinity():
    assert affinity(LEFT, LEFT) == 1
    assert affinity(LEFT, RIGHT) == 0
    assert affinity(LEFT, _moved(LEFT, 5)) == affinity(_moved(LEFT, 5), LEFT)
    fast = _moved(LEFT, 50)  # less than a third of it overlaps
    assert affinity(LEFT, fast) > MIN_AFFINITY
    double = Box(100, 100, 160, 160)
    assert affinity(LEFT, double) < affinity(LEFT, Box(100, 100, 90, 90))


def test_a_face_gets_its_number_when_seen_twice():
    tracker = Tracker()
    tracker.update([Face(LEFT)], 0.0)
    assert tracker.tracks[0].number == 0
    tracker.update([Face(LEFT)], 0.1)
    assert tracker.tracks[0].number == 1


def test_numbers_are_not_spent_on_what_is_seen_once():
    tracker = Tracker()
    tracker.update([Face(RIGHT)], 0.0)
    for time_s in (2.0, 2.1):
        tracker.update([Face(LEFT)], time_s)
    assert [track.number for track in tracker.tracks] == [1]


def test_crossing_faces_keep_their_numbers():
    tracker = _confirmed(LEFT, RIGHT)
    for step in range(1, 31):  # passing each other 200 px apart in height
        faces = [Face(_moved(RIGHT, -10 * step, 200)), Face(_moved(LEFT, 10 * step))]
        if step == 1:
            tracker = _confirmed(LEFT, _moved(RIGHT, 0, 200))
        tracker.update(faces, 0.1 + step / 30)
    boxes = {track.number: track.box for track in tracker.tracks}
    assert set(boxes) == {1, 2}
    assert boxes[1].y < 150 < boxes[2].y


def test_the_best_sum_wins_not_the_first_come():
    tracker = _confirmed(LEFT, _moved(LEFT, 60))
    tracker.update([Face(_moved(LEFT, 30)), Face(_moved(LEFT, 90))], 0.2)
    assert len(tracker.tracks) == 2
    assert tracker.tracks[0].box.x < tracker.tracks[1].box.x


def test_the_box_closes_in_exponentially():
    tracker = _confirmed(LEFT)
    tracker.update([Face(_moved(LEFT, 10))], 0.1 + BOX_TAU_S)
    x, *_ = tracker.tracks[0].centre
    assert x == pytest.approx(140 + 10 * (1 - 2.718281828**-1))


def test_a_jump_is_followed_at_once():
    tracker = _confirmed(LEFT)
    tracker.update([Face(_moved(LEFT, 45))], 0.101)
    assert tracker.tracks[0].box == _moved(LEFT, 45)


def test_a_lost_face_stays_for_a_while_then_goes():
    tracker = _confirmed(LEFT)
    for look in range(COAST_LOOKS):
        tracker.update([], 0.1 + COAST_S * (look + 1) / COAST_LOOKS)
        assert tracker.tracks
    tracker.update([], 0.1 + COAST_S + 0.01)
    assert not tracker.tracks


def test_one_late_frame_does_not_lose_a_face():
    tracker = _confirmed(LEFT)
    tracker.update([], 5.0)
    tracker.update([Face(LEFT)], 10.0)
    assert [track.number for track in tracker.tracks] == [1]


def test_who_comes_back_after_leaving_is_new():
    tracker = _confirmed(LEFT)
    for step in range(10):
        tracker.update([], 1.0 + step)
    for time_s in (20.0, 20.1):
        tracker.update([Face(LEFT)], time_s)
    assert [track.number for track in tracker.tracks] == [2]


def test_drop_forgets_but_counts_on():
    tracker = _confirmed(LEFT)
    tracker.drop(tracker.tracks[0])
    assert not tracker.tracks
    for time_s in (1.0, 1.1):
        tracker.update([Face(LEFT)], time_s)
    assert tracker.tracks[0].number == 2


def test_small_tilts_are_noise_and_large_ones_are_levelled():
    tracker = _confirmed(LEFT)
    for step in range(100):
        tracker.update([Face(LEFT, 3.0)], 0.2 + step / 10)
    assert tracker.tracks[0].face.roll_deg == 0
    for step in range(100):
        tracker.update([Face(LEFT, 12.0)], 11 + step / 10)
    assert tracker.tracks[0].face.roll_deg == pytest.approx(12, abs=0.5)


def test_two_tracks_on_one_face_become_one():
    tracker = _confirmed(LEFT, _moved(LEFT, 120))
    for step in range(1, 20):
        tracker.looked(tracker.tracks[-1], _moved(LEFT, 120 - 6 * step), 0.1 + step / 10)
        tracker.forget(0.1 + step / 10)
    assert [track.number for track in tracker.tracks] == [1]


def test_a_look_that_finds_another_face_is_a_miss():
    tracker = _confirmed(LEFT)
    tracker.looked(tracker.tracks[0], RIGHT, 0.2)
    tracker.looked(tracker.tracks[0], None, 0.3)
    assert tracker.tracks[0].misses == 2 and tracker.tracks[0].box == LEFT
