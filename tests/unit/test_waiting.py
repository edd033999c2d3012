"""A line for trainings: one runs, a few wait, whoever asked may take his own back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs import JobStatus
from core.open_folder import OpenFolder
from core.training import waiting
from core.training.launch import StartRun
from core.training.waiting import MOST_WAITING, Asked, TrainingLine


@pytest.fixture
def machine(monkeypatch):
    """One place to train: what runs there, and the names of all that began."""
    state = {"running": False, "began": []}

    def begin(job: Path, run: StartRun) -> str:
        run.check_data()
        state["running"] = True
        state["began"].append(run.out.name)
        return f"job of {run.out.name}"

    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    monkeypatch.setattr(waiting, "is_running", lambda job: state["running"])
    monkeypatch.setattr(waiting, "start_run", begin)
    return state


@pytest.fixture
def line(machine, tmp_path) -> Iterator[TrainingLine]:
    line = TrainingLine(tmp_path / "job")
    yield line
    for asked in line.waiting():  # nothing may begin once the machine is a real one again
        line.take_back(asked.id, asked.owner)


def _asked(folder: Path, name: str, owner: str = "me", data: str = ".") -> Asked:
    run = StartRun("classifier", "original", 1, OpenFolder(folder / data), folder / "runs" / name)
    return Asked(run, owner)


def _names(line: TrainingLine) -> list[str]:
    return [asked.run.out.name for asked in line.waiting()]


def _until(happened) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_first_begins_and_the_next_ones_begin_by_themselves_in_their_order(
    line, machine, tmp_path
):
    assert line.ask(_asked(tmp_path, "a")) is True
    assert [line.ask(_asked(tmp_path, name)) for name in "bc"] == [False, False]
    assert _names(line) == ["b", "c"] and machine["began"] == ["a"]
    for place, left in ((2, ["c"]), (3, [])):
        machine["running"] = False
        _until(lambda place=place: len(machine["began"]) == place)
        assert _names(line) == left
    assert machine["began"] == ["a", "b", "c"]
    assert line.whose("job of c").owner == "me" and line.whose("another") is None


def test_only_its_owner_takes_a_run_back(line, machine, tmp_path):
    line.ask(_asked(tmp_path, "a"))
    line.ask(_asked(tmp_path, "b", owner="you"))
    (asked,) = line.waiting()
    line.take_back(asked.id, "me")
    assert _names(line) == ["b"]
    line.take_back(asked.id, "you")
    machine["running"] = False
    assert line.waiting() == [] and machine["began"] == ["a"]


def test_the_line_has_an_end_and_no_name_twice(line, tmp_path):
    for number in range(MOST_WAITING + 1):
        line.ask(_asked(tmp_path, f"run-{number}"))
    with pytest.raises(UserError, match="wait already"):
        line.ask(_asked(tmp_path, "one-more"))
    line.take_back(line.waiting()[0].id, "me")
    with pytest.raises(UserError, match="run-2 waits already"):
        line.ask(_asked(tmp_path, "run-2"))
    with pytest.raises(UserError, match="no folder"):
        line.ask(_asked(tmp_path, "other", data="nowhere"))


def test_the_name_of_the_run_in_training_is_refused_also_without_a_folder(
    line, machine, tmp_path, monkeypatch
):
    first = _asked(tmp_path, "a")
    line.ask(first)
    job = JobStatus(first.run.words(), True, None, False, [], None)
    monkeypatch.setattr(waiting, "job_status", lambda folder: job)
    with pytest.raises(UserError, match="A run a is being trained now"):
        line.ask(_asked(tmp_path, "a"))
    assert line.ask(_asked(tmp_path, "b")) is False and _names(line) == ["b"]


def test_what_could_not_begin_is_told_to_its_owner_once(line, machine, tmp_path):
    (tmp_path / "set").mkdir()
    line.ask(_asked(tmp_path, "a"))
    line.ask(_asked(tmp_path, "b", owner="you", data="set"))
    (tmp_path / "set").rmdir()
    machine["running"] = False
    _until(lambda: not line.waiting())
    assert line.refusal("me") is None
    assert "b could not begin: There is no folder" in line.refusal("you")
    assert line.refusal("you") is None
