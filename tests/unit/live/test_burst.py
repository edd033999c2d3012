"""About ten frames of a camera: when they are enough, and what stands then."""

import numpy as np
import pytest

from core.inference.live.burst import FRAMES, NO_FACE_S, SETTLE_S, Burst
from tests.unit.live.fakes import make, scene


class Clock:
    def __init__(self):
        self.now_s = 60.0  # the browser asked for permission meanwhile

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def burst(monkeypatch):
    """A burst with a still clock that the test moves, and a detector that knows squares."""

    def built(*_, settings, asking):
        return make(3.0, judge_s=settings.judge_s, mirror=settings.mirror)[0]

    monkeypatch.setattr("core.inference.live.burst.LivePipeline", built)
    clock = Clock()
    burst = Burst(None, clock=clock)
    burst.clock = clock
    return burst


def _show(burst, frame, seconds, fps=20):
    for _ in range(round(seconds * fps)):
        drawn = burst.judge(frame)
        burst.clock.now_s += 1 / fps
    return drawn


def test_it_ends_after_ten_frames_of_a_face(burst):
    frame = scene((200, 100))
    _show(burst, frame, SETTLE_S + 1.5)
    assert burst.result is None and 3 <= burst.seen < FRAMES
    _show(burst, frame, 2)
    (track,) = burst.result.tracks
    assert track.judged == FRAMES and track.verdict.state == "fake"
    assert FRAMES * 0.2 < burst.clock.now_s - 60 - SETTLE_S < 4


def test_then_frames_pass_as_they_are_and_the_verdict_stands(burst):
    frame = scene((200, 100))
    _show(burst, frame, SETTLE_S + 5)
    before = burst.result
    assert _show(burst, scene(), 2) is not None and burst.result is before
    np.testing.assert_array_equal(burst.judge(frame), frame)


def test_without_a_face_it_ends_all_the_same(burst):
    _show(burst, scene(), NO_FACE_S - 0.5)
    assert burst.result is None
    _show(burst, scene(), 1)
    assert burst.result.tracks == ()


def test_a_bad_frame_is_told_and_does_not_end_it(burst):
    _show(burst, scene(), SETTLE_S + 0.2)
    burst.judge(None)
    assert "could not be judged" in burst.error and burst.result is None


def test_the_first_moments_are_shown_and_not_judged(burst):
    frame = scene((200, 100))
    np.testing.assert_array_equal(_show(burst, frame, SETTLE_S - 0.1), frame)
    assert burst.seen == 0 and burst.result is None
