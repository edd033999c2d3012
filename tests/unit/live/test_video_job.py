"""A video that is judged beside the page: progress, cancel, turns."""

import threading

from core.inference.live.job import VideoJob
from tests.unit.live.fakes import make
from tests.unit.live.films import film, frames_of, squares


def _squares(frames: int = 40) -> bytes:
    return film(squares(frames))


def _start(data: bytes, **kwargs) -> VideoJob:
    pipeline, _, _ = make()
    return VideoJob("clip.mp4", data, pipeline, **kwargs)


def test_it_ends_with_a_report_and_a_video():
    job = _start(_squares())
    job.wait(30)
    assert job.done and job.error is None and job.report.frames == 40
    assert len(frames_of(job.video)) == 40
    share, left_s = job.progress()
    assert share > 0.95 and left_s < 1


def test_a_bad_file_is_an_error_in_words():
    job = _start(b"text")
    job.wait(30)
    assert "not a video" in job.error and job.report is None


def test_cancel():
    job = _start(_squares(600))
    job.cancel()
    job.wait(30)
    assert job.done and job.error is None and job.report.frames < 600


def test_a_job_nobody_waits_for_stops_by_itself():
    answers = iter([True] * 5)
    job = _start(_squares(600), alive=lambda: next(answers, False))
    job.wait(30)
    assert job.done and job.report.frames == 5


def test_one_video_at_a_time():
    go = threading.Event()
    first = _start(_squares(5), alive=lambda: go.wait(30))
    second = _start(_squares(5))
    third = _start(_squares(5))
    assert second.waiting and third.waiting
    third.cancel()
    third.wait(30)
    assert "before it began" in third.error
    go.set()
    for job in (first, second):
        job.wait(30)
        assert job.report.frames == 5 and not job.waiting


def test_an_unexpected_error_is_told():
    pipeline, _, predictor = make()
    predictor.log_odds = None
    job = VideoJob("clip.mp4", _squares(), pipeline)
    job.wait(30)
    assert "TypeError" in job.error
