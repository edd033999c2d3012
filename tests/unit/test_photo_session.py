"""The photos of a session while one run of the page overtakes another.

Streamlit does not wait for a run that judges: it starts the next one beside it, and the old one
ends at its next word to the page.
"""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException

from core.limits import Limit, Line
from ui.photo import session

HOME = [("a.jpg", b"a"), ("b.jpg", b"b")]  # what was dropped on Home lies in no widget of the page
PHOTO = [("c.jpg", b"c")]


@pytest.fixture(autouse=True)
def _session(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    # the runs lie within each other here, so that none may wait for another
    monkeypatch.setattr(session, "shared_line", Line(Limit("X", 99), Limit("Y", 99)))


def _run(settings, files, meanwhile=None, at=1) -> None:
    """A run of the page; while it judges its photo number `at` another one overtakes it."""
    calls = []

    class Inspector:
        def judge_file(self, name, data, aligned):
            calls.append(name)
            if meanwhile and len(calls) == at:
                meanwhile()
            return SimpleNamespace(name=name, error=None, faces=(), by=settings)

    def progress(share, words):
        assert 0 <= share <= 1
        if meanwhile and len(calls) >= at:
            raise StopException

    with suppress(StopException):
        session.add(files, Inspector(), progress, settings)


def _kept() -> list[tuple[str, object]]:
    return [(item.result.name, item.result.by) for item in session.judged()]


@pytest.fixture
def mixed():
    _run(0, HOME)
    _run(0, PHOTO)
    assert _kept() == [("a.jpg", 0), ("b.jpg", 0), ("c.jpg", 0)]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_threshold_that_moves_on_leaves_every_photo_in_its_place(mixed, at):
    def press(threshold: int) -> None:
        _run(threshold, PHOTO, (lambda: press(threshold + 1)) if threshold < 10 else None, at)

    press(1)
    assert _kept() == [("a.jpg", 10), ("b.jpg", 10), ("c.jpg", 10)]
    assert session.titles(session.judged()) == ["a.jpg", "b.jpg", "c.jpg"]
    assert not session.waiting()


@pytest.mark.parametrize("at", [1, 2])
def test_new_photos_are_judged_once_when_a_run_is_overtaken(at):
    _run(0, HOME, lambda: _run(0, HOME), at)
    assert _kept() == [("a.jpg", 0), ("b.jpg", 0)] and not session.waiting()


def test_an_old_run_does_not_bring_back_what_was_removed_or_cleared(mixed):
    _run(1, [], lambda: session.remove(session.digest_of(b"a"), "a.jpg"))
    assert [name for name, _ in _kept()] == ["b.jpg", "c.jpg"]
    _run(2, [], session.clear)
    assert _kept() == []


def test_a_waiting_photo_that_is_taken_out_is_not_judged():
    _run(0, HOME, lambda: None)  # stopped: the second one waits
    assert [name for name, *_ in session.waiting()] == ["b.jpg"]
    session.remove(session.digest_of(b"b"), "b.jpg")
    _run(0, HOME)
    assert _kept() == [("a.jpg", 0)]


def test_until_it_is_judged_anew_a_result_is_known_to_be_old(mixed):
    _run(1, PHOTO, lambda: None)
    assert [item.result.name for item in session.outdated(1)] == ["b.jpg", "c.jpg"]
    assert [item.result.name for item in session.up_to_date(1)] == ["a.jpg"]
