"""About ten frames of a camera: when they are enough, and what stands then."""

import numpy as np
import pytest

from core.inference.live.burst import FRAMES, NO_FACE_S, Burst
from tests.unit.live.fakes import make, scene


@pytest.fixture
def burst(monkeypatch):
    """A burst with a still clock that the test moves, and a detector that knows squares."""

    def built(*_, settings, asking):
        return make(3.0, judge_s=settings.judge_s, mirror=settings.mirror)[0]

    monkeypatch.setattr("core.inference.live.burst.LivePipeline", built)
    burst = Burst(judges=None)
    burst.now_s = 0.0
    burst._stream._clock = lambda: burst.now_s
    burst._stream._started_s = 0.0
    return burst


def _show(burst, frame, seconds, fps=20):
    for _ in range(round(seconds * fps)):
        drawn = burst.judge(frame)
        burst.now_s += 1 / fps
    return drawn


def test_it_ends_after_ten_frames_of_a_face(burst):
    frame = scene((200, 100))
    _show(burst, frame, 1.5)
    assert burst.result is None and 3 <= burst.seen < FRAMES
    _show(burst, frame, 2)
    (track,) = burst.result.tracks
    assert track.judged == FRAMES and track.verdict.state == "fake"
    assert 2 < burst.result.now_s < 4


def test_then_frames_pass_as_they_are_and_the_verdict_stands(burst):
    frame = scene((200, 100))
    _show(burst, frame, 5)
    before = burst.result
    assert _show(burst, scene(), 2) is not None and burst.result is before
    np.testing.assert_array_equal(burst.judge(frame), frame)


def test_without_a_face_it_ends_all_the_same(burst):
    _show(burst, scene(), NO_FACE_S - 0.5)
    assert burst.result is None
    _show(burst, scene(), 1)
    assert burst.result.tracks == ()


def test_a_bad_frame_is_told_and_does_not_end_it(burst):
    burst.judge(None)
    assert "could not be judged" in burst.error and burst.result is None


def test_the_time_until_the_first_frame_does_not_count(burst):
    burst.now_s = 60.0  # a browser that asked for permission meanwhile
    _show(burst, scene((200, 100)), 1)
    assert burst.result is None
    _show(burst, scene((200, 100)), 3)
    assert burst.result.tracks
