"""The stream between threads: it never raises, and publishes what it knows."""

import threading

import numpy as np
import pytest

from core.errors import UserError
from core.inference.colors import CLASS_COLORS
from core.inference.live.overlay import draw_tracks, label_of
from core.inference.live.settings import LiveSettings
from tests.unit.live.fakes import Ticking, make, scene, stream_of


def _play(stream, clock, frame, frames=60, fps=10, **kwargs):
    for _ in range(frames):
        picture = stream.judge(frame, **kwargs)
        clock.now += 1 / fps - Ticking.cost_s
    return picture


def test_before_the_first_frame_there_is_nothing():
    view = stream_of()[0].view()
    assert view.picture is None and view.tracks == () and view.error is None
    assert view.points.empty


def test_a_view_has_everything_of_the_same_moment():
    stream, clock, _ = stream_of()
    picture = _play(stream, clock, scene((200, 100)), dropped=2)
    view = stream.view()
    np.testing.assert_array_equal(view.picture, picture)
    assert view.tracks[0].verdict.state == "fake"
    assert view.now_s == pytest.approx(5.9)
    assert view.speed.fps == pytest.approx(10, rel=0.05)
    assert view.speed.p50_latency_ms == pytest.approx(20)
    assert (view.speed.judged, view.speed.dropped) == (60, 120)
    assert len(view.points) > 15 and set(view.points["track"]) == {1}
    assert stream.report()[0].verdict == "fake"


def test_latency_counts_the_wait_before_the_judgement():
    stream, clock, _ = stream_of()
    waits = [0.0, 0.0, 0.05] * 20  # every third frame lay in the queue for 50 ms
    for number, wait_s in enumerate(waits):
        clock.now = 200 + number / 10 + wait_s
        stream.judge(scene(), media_s=7 + number / 10)
    speed = stream.view().speed
    assert speed.p95_latency_ms == pytest.approx(70)
    assert speed.p50_latency_ms == pytest.approx(20)


def test_an_error_reaches_the_page_and_passes():
    stream, clock, predictor = stream_of()
    frame = scene((200, 100))
    _play(stream, clock, frame, 20)
    known = stream.view()
    good, predictor.log_odds = predictor.log_odds, None
    returned = _play(stream, clock, frame, 3)
    np.testing.assert_array_equal(returned, frame)
    view = stream.view()
    assert "TypeError" in view.error and "Traceback" not in view.error
    assert view.tracks == known.tracks  # nothing already known is lost
    predictor.log_odds = good
    _play(stream, clock, frame, 3)
    assert stream.view().error is None


def test_a_user_error_is_told_in_its_own_words():
    stream, clock, predictor = stream_of()

    def refuse(_):
        raise UserError("The classifier is missing.")

    predictor.log_odds = refuse
    _play(stream, clock, scene((200, 100)), 3)
    assert stream.view().error == "The classifier is missing."


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((0, 0, 3), np.uint8), None])
def test_a_bad_frame_does_not_raise(bad):
    stream, _, _ = stream_of()
    assert stream.judge(bad) is bad
    assert stream.view().error


def test_stale_when_frames_stop_coming():
    stream, clock, _ = stream_of()
    _play(stream, clock, scene(), 5)
    assert not stream.view().speed.stale
    clock.now += 3
    assert stream.view().speed.stale


def test_settings_are_used_from_the_next_frame():
    stream, clock, _ = stream_of(log_odds=1.5)
    _play(stream, clock, scene((200, 100)))
    stream.set(LiveSettings(threshold=0.95))
    _play(stream, clock, scene((200, 100)))
    assert stream.view().tracks[0].verdict.state == "unsure"


@pytest.mark.slow
def test_views_while_frames_come_in():
    stream, clock, _ = stream_of()
    frame, wrong = scene((200, 100)), []
    stop = threading.Event()

    def look():
        while not stop.is_set():
            view = stream.view()
            if view.tracks and view.picture is None:
                wrong.append(view)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    _play(stream, clock, frame, 200)
    stop.set()
    for thread in threads:
        thread.join(5)
    assert not wrong and stream.view().speed.judged == 200


def test_the_drawing_has_the_verdicts_colour_and_leaves_the_frame():
    pipeline, _, _ = make()
    frame = scene((200, 100))
    for number in range(60):
        result = pipeline.step(frame, number / 30)
    before = result.pixels.copy()
    drawn = draw_tracks(result)
    np.testing.assert_array_equal(result.pixels, before)
    color = tuple(int(CLASS_COLORS["fake"][i : i + 2], 16) for i in (1, 3, 5))
    assert tuple(drawn[219, 260]) == color and tuple(drawn[160, 200]) == color
    assert label_of(result.tracks[0]) == "1 generated · P(fake) 88%"


@pytest.mark.parametrize("size", [(70, 70), (90, 640), (640, 90)])
def test_labels_fit_any_picture(size):
    pipeline, _, _ = make()
    frame = scene((2, 2), size=size, side=66)
    for number in range(20):
        result = pipeline.step(frame, number / 10)
    assert result.tracks
    assert draw_tracks(result).shape == (*size, 3)
