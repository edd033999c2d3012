"""What is kept of each face: points, flips, the verdict on the whole track."""

import numpy as np
import pytest

from core.inference.geometry import Box
from core.inference.live.states import LiveFrame, TrackState
from core.inference.live.track_log import TrackLog, to_table
from core.inference.verdict import Verdict

PIXELS = np.zeros((4, 4, 3), np.uint8)


def _state(number=1, verdict="fake", p_fake=0.9, judged=50, width=100, lost_s=0.0):
    reason = "why" if verdict == "unsure" else None
    box = Box(0, 0, width, width)
    return TrackState(number, box, p_fake, Verdict(verdict, reason), judged, lost_s)


def _log(verdicts: str, fps: float = 10.0, **kwargs) -> TrackLog:
    """A log of one face whose verdicts are given by a letter a frame."""
    log = TrackLog(**kwargs)
    names = {"r": "real", "f": "fake", "u": "unsure"}
    for number, letter in enumerate(verdicts):
        tracks = () if letter == "-" else (_state(verdict=names[letter]),)
        log.add(LiveFrame(number / fps, PIXELS, tracks))
    return log


@pytest.mark.parametrize(
    ("verdicts", "flips"),
    [("uuuuffff", 0), ("ffffffff", 0), ("uuffrrff", 2), ("ffuuffuu", 3), ("uuuuuuuu", 0)],
)
def test_flips_count_changes_after_the_first_verdict(verdicts, flips):
    (report,) = _log(verdicts, fps=len(verdicts) / 60).report()  # about a minute
    minutes = (report.last_s - report.first_s) / 60
    assert report.flips_per_minute == pytest.approx(flips / minutes, abs=0.001)


def test_frames_and_shown_time():
    log = _log("-uuff--ff")
    assert (log.frames, log.frames_with_face) == (9, 6)
    (report,) = log.report()
    assert report.frames == 6
    assert report.shown_s == {"real": 0.0, "fake": 0.5, "unsure": 0.2}
    assert sum(report.shown_s.values()) == pytest.approx(report.last_s - report.first_s)


def _followed(looks: str) -> TrackLog:
    """A log of one face that is found (x) or looked for in vain (o), a letter a frame."""
    log, lost = TrackLog(point_every_s=0.05), 0
    for number, letter in enumerate(looks):
        lost = 0 if letter == "x" else lost + 1
        tracks = () if letter == "-" else (_state(lost_s=0.1 * lost),)
        log.add(LiveFrame(number / 10, PIXELS, tracks))
    return log


def test_frames_after_the_last_find_do_not_count():
    log = _followed("xxxxooo---")
    (report,) = log.report()
    assert (report.frames, report.last_s, log.frames_with_face) == (4, 0.3, 4)
    assert log.points()["time_s"].max() == pytest.approx(0.3)


def test_frames_between_two_finds_count():
    log = _followed("xxoooxoo")
    (report,) = log.report()
    assert (report.frames, report.last_s, log.frames_with_face) == (6, 0.5, 6)


def test_a_lost_face_beside_a_found_one_waits_alone():
    log = TrackLog()
    for number, lost_s in enumerate((0.0, 0.1, 0.2)):
        tracks = (_state(1), _state(2, lost_s=lost_s))
        log.add(LiveFrame(number / 10, PIXELS, tracks))
    one, other = log.report()
    assert (one.frames, other.frames, log.frames_with_face) == (3, 1, 3)


@pytest.mark.parametrize(("verdicts", "expected"), [("uuff", "fake"), ("ffrr", "real")])
def test_the_table_says_what_the_box_said_last(verdicts, expected):
    (report,) = _log(verdicts).report()
    assert (report.verdict, report.reason) == (expected, None)


def test_what_is_shown_after_the_face_was_last_found_does_not_count():
    log = TrackLog()
    for number, (verdict, lost_s) in enumerate([("fake", 0.0), ("fake", 0.0), ("unsure", 0.2)]):
        log.add(LiveFrame(number / 10, PIXELS, (_state(verdict=verdict, lost_s=lost_s),)))
    assert log.report()[0].verdict == "fake"


def test_an_unsure_face_has_its_reason_in_the_table():
    (report,) = _log("uuu").report()
    assert (report.verdict, report.reason) == ("unsure", "why")


def test_points_come_at_their_pace_and_leave_the_window():
    log = _log("f" * 600, fps=30, point_every_s=0.5, window_s=5)
    points = log.points()
    assert 9 <= len(points) <= 11
    assert points["time_s"].min() >= 14.9 and np.diff(points["time_s"]).min() >= 0.49


def test_a_table_of_several_faces():
    log = TrackLog()
    for time_s in (0.0, 0.1, 0.2):
        log.add(LiveFrame(time_s, PIXELS, (_state(1, width=90), _state(3, "real", 0.1))))
    table = to_table(log.report())
    assert list(table["id"]) == [1, 3] and list(table["size_px"]) == [90, 100]
    assert list(table["shown_fake_s"]) == [0.2, 0.0]
    assert to_table([]).empty
