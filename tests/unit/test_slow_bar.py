"""The bar of work that takes long: not for what is quick, with the time left, gone at the end."""

from contextlib import nullcontext

import pytest

from core.config import BAR_AFTER_S
from core.errors import UserError
from ui.shared import progress


class _Place:
    """What the page would show at the bar's place, one after the other; None is nothing."""

    def __init__(self):
        self.shown = []

    def progress(self, share: float, text: str) -> None:
        self.shown.append((share, text))

    def empty(self) -> None:
        self.shown.append(None)


@pytest.fixture
def place(monkeypatch) -> _Place:
    """Each look at the clock finds it two seconds on."""
    place, clock = _Place(), iter(range(0, 100, 2))
    monkeypatch.setattr(progress.st, "empty", lambda: place)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    return place


def test_slow_work_tells_how_far_it_is_and_the_time_left(place):
    with progress.slow_bar("Face {done} of {total}") as show:
        show(1, 4)
        show(4, 4)
    assert place.shown == [(0.25, "Face 1 of 4, 00:06 left"), (1.0, "Face 4 of 4"), None]


def test_the_first_step_of_many_faces_tells_the_time_left_and_old_ones_do_not_count(
    place, monkeypatch
):
    for name in ("container", "button", "caption", "rerun"):
        monkeypatch.setattr(progress.st, name, lambda *_, **__: nullcontext())
    monkeypatch.setattr(progress.st, "progress", lambda *shown, **_: place)
    progress.judge_all(iter([4, 5, 10]), 10, "key")
    assert place.shown == [
        (0.5, "Judged 5 of 10 faces, 00:10 left"),
        (1.0, "Judged 10 of 10 faces"),
    ]


def test_before_the_first_step_no_time_is_told(place):
    with progress.slow_bar("Painting") as show:
        show(0, 3)
    assert place.shown == [(0.0, "Painting"), None]


def test_quick_work_has_no_bar(place, monkeypatch):
    monkeypatch.setattr(progress.time, "monotonic", lambda: BAR_AFTER_S)
    with progress.slow_bar("Painting") as show:
        show(1, 1)
    assert place.shown == [None]


def test_the_bar_is_gone_where_the_work_fails(place):
    with pytest.raises(UserError), progress.slow_bar("Painting") as show:
        show(1, 2)
        raise UserError("Something is missing.")
    assert place.shown[-1] is None and len(place.shown) == 2
