"""The live pipeline on made-up frames, with exact expectations."""

import io
from collections import Counter

import cv2
import numpy as np
import pytest
from PIL import Image

from core.inference.geometry import Box, clipped
from core.inference.live.evidence import THIN
from core.inference.live.judges import load_judges
from core.inference.live.looks import likeness, look_of
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from tests.unit.live.fakes import SIDE, make, scene

FPS = 30


def _play(pipeline, frame_at, seconds, start_s=0.0):
    """Feed `frame_at(time)` at 30 frames a second; all results."""
    times = start_s + np.arange(round(seconds * FPS)) / FPS
    return [pipeline.step(frame_at(time_s), float(time_s)) for time_s in times]


def test_a_still_face_is_found_numbered_judged_and_called():
    pipeline, _, _ = make()
    frame = scene((200, 100))
    results = _play(pipeline, lambda _: frame, 2)
    assert results[0].tracks == ()  # seen once
    first = next(result for result in results if result.tracks)
    assert first.time_s <= 0.25
    assert first.tracks[0].verdict.reason == THIN
    last = results[-1].tracks[0]
    assert (last.number, last.box, last.verdict.state) == (1, Box(200, 100, SIDE, SIDE), "fake")
    assert 0.8 < last.p_fake < 1 / (1 + np.exp(-3))


def test_how_often_it_searches_looks_and_judges():
    pipeline, detector, predictor = make(search_s=1.0, follow_s=0.099, judge_s=0.099)
    frame = scene((200, 100))
    _play(pipeline, lambda _: frame, 1)  # settles
    detector.searches = detector.looks = 0
    predictor.batches.clear()
    _play(pipeline, lambda _: frame, 10, start_s=1.0)
    assert detector.searches == 10
    assert 85 <= detector.looks <= 95
    assert 95 <= len(predictor.batches) <= 101


def test_an_empty_scene_is_searched_often_and_never_judged():
    pipeline, detector, predictor = make(idle_search_s=0.2)
    results = _play(pipeline, lambda _: scene(), 2)
    assert all(result.tracks == () for result in results)
    assert detector.searches in (9, 10, 11) and not predictor.batches


def test_all_faces_of_a_frame_are_one_batch():
    pipeline, _, predictor = make()
    corners = [(60 + 126 * i, 60 + 126 * j) for i in range(5) for j in range(2)]
    frame = scene(*corners, size=(380, 760), side=100)
    wall = np.linspace(0, 105, frame.shape[1]).astype(np.uint8)[None, :, None]
    frame[:] = np.where(frame == 90, wall, frame)  # on an even one each were a picture on a page
    results = _play(pipeline, lambda _: frame, 2)
    assert [track.number for track in results[-1].tracks] == list(range(1, 11))
    assert set(predictor.batches) == {10}
    assert {track.verdict.state for track in results[-1].tracks} == {"fake"}


def test_spread_work_is_one_face_a_frame_in_turn_and_none_in_a_frame_that_is_searched():
    heard = []
    pipeline, detector, predictor = make(
        search_s=0.5, judge_s=0.05, spread=True, heard=lambda *view: heard.append(view)
    )
    frame = scene((50, 50), (200, 100), (350, 200))
    pipeline.step(frame, 0.0)  # nobody knows yet how fast the next ones come
    for number in range(1, 5 * FPS):
        searches, batches = detector.searches, len(predictor.batches)
        pipeline.step(frame, number / FPS)
        assert detector.searches == searches or len(predictor.batches) == batches
    assert set(predictor.batches) == {1}
    views = Counter(key for key, *_ in heard)
    assert len(views) == 3 and max(views.values()) - min(views.values()) <= 1
    assert sum(views.values()) > 4 * FPS


@pytest.mark.parametrize(("fps", "judged"), [(30, 29), (2, 59)])
def test_spread_work_is_done_where_every_frame_is_searched(fps, judged):
    pipeline, detector, predictor = make(search_s=0, idle_search_s=0, judge_s=0.05, spread=True)
    for number in range(60):
        pipeline.step(scene((200, 100)), number / fps)
    assert detector.searches == 60
    assert abs(len(predictor.batches) - judged) <= 1


def test_a_moving_face_is_followed():
    pipeline, _, _ = make()
    results = _play(pipeline, lambda time_s: scene((int(100 + 100 * time_s), 100)), 3)
    assert {track.number for result in results for track in result.tracks} == {1}
    expected = 100 + 100 * results[-1].time_s
    assert abs(results[-1].tracks[0].box.x - expected) < 25


def test_faces_enter_and_leave():
    pipeline, _, _ = make(search_s=0.5)

    def frame_at(time_s):
        corners = [(50, 100)] if time_s < 4 else []
        return scene(*corners, *([(400, 100)] if time_s > 2 else []))

    results = _play(pipeline, frame_at, 7)
    seen = [[track.number for track in result.tracks] for result in results]
    assert seen[1 * FPS] == [1]
    assert seen[int(3.5 * FPS)] == [1, 2]
    assert seen[-1] == [2]


@pytest.mark.slow
def test_memory_does_not_grow_with_faces_that_left():
    (pipeline, _, _), remembered = make(), []
    for second in range(40):
        corner = [(50 + 250 * (second % 2), 100)] if second % 4 < 2 else []
        _play(pipeline, lambda _, corner=corner: scene(*corner), 1, start_s=second)
        remembered.append(pipeline.remembered)
    assert 1 <= max(remembered) <= 2 and remembered[-1] == 0  # the last seconds show nobody


@pytest.mark.parametrize(
    ("corner", "side", "settings", "words"),
    [
        ((200, 100), 50, {}, "only"),
        ((200, 100), 120, {"min_face_px": 200}, "under 200 px"),
        ((-100, 100), 200, {}, "cut by the picture's border"),
    ],
)
def test_weak_views_are_unsure_and_cost_no_judgement(corner, side, settings, words):
    pipeline, _, predictor = make(**settings)
    frame = scene(corner, side=side)
    last = _play(pipeline, lambda _: frame, 2)[-1].tracks[0]
    assert last.verdict.state == "unsure" and words in last.verdict.reason
    assert last.p_fake is None and not predictor.batches


def test_a_flat_face_is_too_blurred():
    pipeline, _, predictor = make()
    frame = scene()
    frame[100:220, 200:320] = 200
    frame = cv2.GaussianBlur(frame, (0, 0), 10)
    last = _play(pipeline, lambda _: frame, 2)[-1].tracks[0]
    assert "too blurred" in last.verdict.reason and not predictor.batches


def test_the_users_threshold_decides_from_the_next_frame():
    pipeline, _, _ = make(log_odds=1.5)  # P(fake) 0.82
    frame = scene((200, 100))
    assert _play(pipeline, lambda _: frame, 2)[-1].tracks[0].verdict.state == "fake"
    pipeline.settings = LiveSettings(threshold=0.95)
    assert _play(pipeline, lambda _: frame, 2, 2.0)[-1].tracks[0].verdict.state == "unsure"


def test_mirror_flips_picture_and_boxes():
    frame = scene((50, 100))
    before = frame.copy()
    pipeline, _, _ = make(mirror=True)
    result = _play(pipeline, lambda _: frame, 1)[-1]
    np.testing.assert_array_equal(result.pixels, frame[:, ::-1])
    np.testing.assert_array_equal(frame, before)
    assert result.tracks[0].box.x == frame.shape[1] - 50 - SIDE


def test_what_is_judged_is_not_mirrored():
    plain, mirrored = make(), make(mirror=True)
    seen = {}
    for name, (pipeline, _, predictor) in (("plain", plain), ("mirrored", mirrored)):
        predictor.log_odds = lambda faces, name=name: seen.setdefault(name, faces)[:, 0, 0, 0]
        _play(pipeline, lambda _: scene((50, 100)), 1)
    np.testing.assert_array_equal(seen["plain"], seen["mirrored"])


def _before_and_after_a_cut():
    """The same square before two walls that have nothing in common."""
    first, second = scene((200, 100)), scene((200, 100))
    wall = np.linspace(0, 105, first.shape[1]).astype(np.uint8)[None, :, None]
    for frame, shade in ((first, wall), (second, wall[:, ::-1])):
        frame[:] = np.where(frame == 90, shade, frame)
    return first, second


def test_a_cut_to_another_person_in_the_same_place_starts_afresh(monkeypatch):
    monkeypatch.setattr("core.inference.live.pipeline.likeness", lambda one, other: 0.0)
    pipeline, _, _ = make()
    first, second = _before_and_after_a_cut()
    _play(pipeline, lambda _: first, 2)
    results = _play(pipeline, lambda _: second, 2, start_s=2.0)
    assert results[0].tracks == ()
    assert {track.number for result in results for track in result.tracks} == {2}


def test_likeness_tells_a_face_from_another(examples):
    one, other = (
        look_of(np.asarray(Image.open(io.BytesIO(examples[title])).convert("RGB")))
        for title in ("Portrait A", "Portrait B")
    )
    assert likeness(one, one) == pytest.approx(1)
    assert likeness(one, 0.6 * one) == pytest.approx(1)  # light does not count
    assert likeness(one, other) < 0.7
    assert likeness(one, np.zeros_like(one)) == 0


def test_a_change_around_the_same_person_does_not():
    pipeline, _, _ = make()
    first, second = _before_and_after_a_cut()
    _play(pipeline, lambda _: first, 2)
    results = _play(pipeline, lambda _: second, 2, start_s=2.0)
    assert {track.number for result in results for track in result.tracks} == {1}


def test_a_time_that_runs_backwards_stands_still():
    pipeline, _, _ = make()
    frame = scene((200, 100))
    _play(pipeline, lambda _: frame, 1)
    assert pipeline.step(frame, 0.2).time_s == pytest.approx(29 / FPS)


def test_the_same_frames_give_the_same_results():
    def run():
        pipeline, _, _ = make()
        return [
            result.tracks
            for result in _play(pipeline, lambda t: scene((int(100 + 50 * t), 100)), 2)
        ]

    assert run() == run()


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2), (31, 33), (2160, 3840)])
def test_any_frame_size(size, inspector):
    pipeline = LivePipeline(load_judges("cnn"))
    for time_s in (0.0, 0.1, 0.4):
        assert pipeline.step(np.zeros((*size, 3), np.uint8), time_s).tracks == ()


@pytest.mark.parametrize(
    "frame", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))]
)
def test_no_frame(frame):
    with pytest.raises(ValueError, match="Received"):
        make()[0].step(frame, 0.0)


@pytest.mark.parametrize("time_s", [float("nan"), float("inf")])
def test_no_time(time_s):
    with pytest.raises(ValueError, match="finite"):
        make()[0].step(scene(), time_s)


@pytest.mark.parametrize("bad", [{"threshold": 0}, {"threshold": 1.5}])
def test_bad_settings(bad):
    with pytest.raises(ValueError, match="Received"):
        LiveSettings(**bad)


def test_clipped():
    frame = np.zeros((100, 200, 3), np.uint8)
    assert clipped(Box(-10, -10, 50, 50), frame) == Box(0, 0, 40, 40)
    assert clipped(Box(190, 90, 50, 50), frame) == Box(190, 90, 10, 10)
    assert clipped(Box(500, 500, 50, 50), frame).area == 0


def test_the_real_detector_finds_a_generated_face(inspector, portrait):
    frame = np.full((720, 1280, 3), 120, np.uint8)
    frame[100:612, 400:912] = portrait
    pipeline = LivePipeline(load_judges("cnn"))
    results = [pipeline.step(frame, number / FPS) for number in range(45)]
    (track,) = results[-1].tracks
    middle = track.box.x + track.box.w / 2, track.box.y + track.box.h / 2
    assert abs(middle[0] - 656) < 40 and abs(middle[1] - 370) < 60
    assert track.judged >= 5 and track.p_fake is not None


def test_a_dark_scene_does_no_harm(inspector, portrait):
    frame = (portrait * 0.05).astype(np.uint8)
    pipeline = LivePipeline(load_judges("cnn"))
    for number in range(40):
        result = pipeline.step(frame, number / FPS)
    assert all(track.verdict.state == "unsure" for track in result.tracks)
