"""Two browsers at one job: who may stop it, and what is said until it is gone."""

import os
import time

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs import JobStatus
from tests.app.words import page_text
from ui.shared import job_panel


def _page(started: tuple[str, ...] = ()):
    from pathlib import Path

    from ui.shared import job_panel

    for known_by in started:
        job_panel.remember_mine(known_by)
    job = job_panel.job_status(Path("job"))
    if job is not None:
        job_panel.stop_button(Path("job"), job, kept="Epochs are kept.")


@pytest.fixture
def job(monkeypatch):
    """What is known of the job, to be changed by a test; and what was asked to stop."""
    state = {"status": JobStatus(["train"], True, None, False, [], None, "one", 0.0), "stopped": []}
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(job_panel, "job_status", lambda folder: state["status"])
    monkeypatch.setattr(
        job_panel, "stop_job", lambda _, known_by: state["stopped"].append(known_by)
    )
    yield state
    os.environ.pop("TZ", None)
    time.tzset()


def _press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def _labels(page: AppTest) -> list[str]:
    assert not page.exception
    return [button.label for button in page.button]


@pytest.mark.parametrize(
    ("share", "left", "words"),
    [(None, None, "Starting ..."), (0.5, None, "50% done"), (0.5, "01:10", "50% done, 01:10 left")],
)
def test_a_job_tells_how_far_it_is_and_the_time_left(share, left, words):
    assert job_panel.how_far(JobStatus([], True, None, False, [], share, left=left)) == words


def test_who_started_it_stops_it_with_one_press(job):
    page = AppTest.from_function(_page, kwargs={"started": ("one",)})
    page = _press(page.run(), "Stop")
    assert job["stopped"] == ["one"] and not page.warning


def test_another_browser_is_told_whose_it_is_first(job):
    page = AppTest.from_function(_page).run()
    page = _press(page, "Stop")
    assert not job["stopped"] and "another browser window at 00:00" in page.warning[0].value
    page = _press(page, "Let it go on")
    assert _labels(page) == ["Stop"] and not page.warning and not job["stopped"]
    page = _press(_press(page, "Stop"), "Stop it all the same")
    assert job["stopped"] == ["one"]


def test_a_question_about_one_job_is_not_asked_about_the_next(job):
    page = _press(AppTest.from_function(_page).run(), "Stop")
    job["status"] = JobStatus(["train"], True, None, False, [], None, "two", 0.0)
    page = page.run()
    assert _labels(page) == ["Stop"] and not page.warning


def test_it_is_stopping_until_it_is_gone(job):
    job["status"] = JobStatus(["train"], True, None, True, [], None, "one", 0.0)
    page = AppTest.from_function(_page).run()
    assert _labels(page) == ["Stopping ..."] and page.button[0].disabled
    assert "ended by force" in page_text(page)
