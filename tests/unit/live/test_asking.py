"""The second opinion in live: asked now and then, never waited for, missed without harm."""

import logging
import threading
import time

import numpy as np
import pytest

from core.inference.live.asking import Beside, InTurn
from tests.unit.live.fakes import FixedSecond, make, scene

FPS = 30
CROP = np.zeros((8, 8, 3), np.uint8)


class Waiting(FixedSecond):
    """Answers when it is let."""

    def __init__(self, log_odds: float = 3.0):
        super().__init__(log_odds)
        self.go = threading.Event()

    def log_odds_of(self, crops):
        self.go.wait(30)
        return super().log_odds_of(crops)


class Broken:
    def log_odds_of(self, crops):
        raise RuntimeError("no memory")


def _play(pipeline, frame, seconds, start_s=0.0):
    times = start_s + np.arange(round(seconds * FPS)) / FPS
    return [pipeline.step(frame, float(time_s)) for time_s in times]


def _until(condition, timeout_s: float = 20.0) -> None:
    ends = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_in_turn_answers_at_once_and_each_answer_is_given_once():
    asking = InTurn(FixedSecond(2.0))
    asking.ask(7, CROP, 1.5)
    (answer,) = asking.answers()
    assert (answer.key, answer.time_s, answer.log_odds) == (7, 1.5, 2.0)
    assert asking.answers() == [] and asking.is_free


def test_beside_takes_one_view_at_a_time_and_does_not_wait():
    network, now_s = Waiting(), [10.0]
    asking = Beside(network, clock=lambda: now_s[0])
    assert asking.is_free
    asking.ask(7, CROP, 0.0)
    assert not asking.is_free and asking.answers() == []
    network.go.set()
    now_s[0] = 10.4
    found = []
    _until(lambda: found.extend(asking.answers()) or found)
    assert [answer.key for answer in found] == [7]


def test_beside_rests_for_as_long_as_it_worked():
    now_s = [10.0]
    asking = Beside(FixedSecond(2.0), clock=lambda: now_s[0])
    asking.ask(7, CROP, 0.0)
    now_s[0] = 10.4
    _until(asking.answers)
    now_s[0] = 10.7
    assert not asking.is_free
    now_s[0] = 10.9
    assert asking.is_free


def test_both_networks_are_joined_in_the_verdict():
    agreed, _, _ = make(3.0, FixedSecond(3.0))
    assert _play(agreed, scene((200, 100)), 3)[-1].tracks[0].verdict.state == "fake"
    torn, _, _ = make(3.0, FixedSecond(-3.0))
    (track,) = _play(torn, scene((200, 100)), 3)[-1].tracks
    assert track.verdict.state == "unsure" and track.p_fake == pytest.approx(0.5)


def test_the_second_opinion_is_asked_at_its_own_pace():
    second = FixedSecond(3.0)
    pipeline, _, predictor = make(3.0, second, second_s=0.5)
    _play(pipeline, scene((200, 100)), 5)
    assert 8 <= second.asked <= 11 and len(predictor.batches) > 40


def test_a_slow_second_opinion_drops_views_and_holds_no_frame_up():
    network = Waiting()
    asking = Beside(network)
    pipeline, _, predictor = make(3.0, network, lambda _: asking)
    started = time.monotonic()
    results = _play(pipeline, scene((200, 100)), 3)
    assert time.monotonic() - started < 20  # it would wait for 30 s
    assert len(predictor.batches) > 20 and network.asked == 0
    track = results[-1].tracks[0]
    assert track.verdict.state == "unsure" and track.p_fake is None and not track.enough
    network.go.set()
    _until(lambda: network.asked == 1)
    _until(lambda: pipeline.step(scene((200, 100)), 3.1) and asking.is_free)
    assert network.asked <= 2  # what came meanwhile was not queued


def test_it_sees_the_face_both_ways_round():
    seen = []
    second = FixedSecond(3.0)
    second.log_odds_of = lambda crops: seen.append(crops[0]) or np.zeros(1)
    pipeline, _, _ = make(3.0, second)
    _play(pipeline, scene((200, 100)), 2)
    assert len(seen) >= 4
    np.testing.assert_array_equal(seen[2][:, ::-1], seen[3])
    assert not np.array_equal(seen[2], seen[3])


def test_several_faces_take_turns():
    seen = []
    second = FixedSecond(3.0)

    def heard(key: int, part: str, *_) -> None:
        if part == "second":
            seen.append(key)

    pipeline, _, _ = make(3.0, second, heard=heard, second_s=0.2)
    _play(pipeline, scene((40, 100), (240, 100), (440, 100)), 3)
    counts = [seen.count(key) for key in set(seen)]
    assert len(counts) == 3 and max(counts) - min(counts) <= 2


def test_where_it_fails_the_cnn_goes_on_alone_and_that_is_said(caplog):
    pipeline, _, _ = make(3.0, Broken())
    with caplog.at_level(logging.CRITICAL):
        results = _play(pipeline, scene((200, 100)), 3)
    assert results[-1].tracks[0].verdict.state == "fake"
    assert "failed (RuntimeError)" in pipeline.note and "CNN" in pipeline.note


def test_an_answer_for_a_face_that_left_is_forgotten():
    network = Waiting()
    pipeline, _, _ = make(3.0, network, Beside)
    _play(pipeline, scene((200, 100)), 1)
    _play(pipeline, scene(), 4, start_s=1.0)
    network.go.set()
    _until(lambda: network.asked == 1)
    results = _play(pipeline, scene(), 1, start_s=5.0)
    assert results[-1].tracks == () and pipeline.note is None


def test_the_same_frames_give_the_same_report_in_turn():
    def run():
        pipeline, _, _ = make(3.0, FixedSecond(1.0))
        return [frame.tracks for frame in _play(pipeline, scene((200, 100)), 2)]

    assert run() == run()
