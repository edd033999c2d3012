"""A run tells how far it is, in its folder; a training is started and found again."""

import json

import pytest

import core.training.progress as module
from core.errors import UserError
from core.jobs import JobStatus
from core.open_folder import OpenFolder
from core.training.launch import StartRun, free_name, new_run, run_of, running_run, start_run
from core.training.progress import Bar, seconds_left
from core.training.run_folder import Progress, RunFolder


@pytest.fixture
def run(tmp_path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.open({"recipe": {"name": "ours"}}, resume=False)
    return run


def test_a_run_that_begins_knows_no_length(run):
    assert run.progress() == Progress(0, 0, "starting", None) and run.progress().share is None


def test_the_file_follows_the_bar(run, monkeypatch):
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    with Bar(run, "training", 10, done=4, quiet=True) as bar:
        assert json.loads(run.progress_file.read_text()) == {
            "done": 4, "total": 10, "phase": "training", "eta_s": None,
        }  # fmt: skip
        bar.update(3)
        told = run.progress()
        assert (told.done, told.share) == (7, 0.7) and told.eta_s is not None
        bar.update(3)
    assert run.progress() == Progress(10, 10, "training", 0.0)


def test_a_bar_tells_what_is_being_done_now(run):
    with Bar(run, "training", 10, quiet=True) as bar:
        bar.update(2)
        bar.turn_to("validating")
        assert (run.progress().phase, run.progress().done) == ("validating", 2)


def test_a_bar_that_is_broken_off_keeps_how_far_it_came(run):
    with pytest.raises(KeyboardInterrupt), Bar(run, "training", 10, quiet=True) as bar:
        bar.update(2)
        raise KeyboardInterrupt
    assert run.progress().done == 2


def test_the_time_left_follows_the_rate_of_this_process():
    assert seconds_left(0, 10, 5.0) is None
    assert seconds_left(4, 6, 8.0) == 12.0
    assert seconds_left(4, 0, 8.0) == 0.0


@pytest.mark.parametrize("text", ["", "{half", "[]", "{}", '{"done": "x", "total": 1}'])
def test_a_file_that_tells_nothing_is_no_progress(run, text):
    run.progress_file.write_text(text)
    assert run.progress() is None


def test_a_job_tells_which_run_it_trains(tmp_path):
    wanted = StartRun("dcgan", "ours", 3, OpenFolder(tmp_path), tmp_path / "new", resume=True)
    job = JobStatus(wanted.words(), True, None, False, [], None)
    assert run_of(job) == running_run(job) == tmp_path / "new"
    ended = JobStatus(wanted.words(), False, 0, False, [], None)
    assert run_of(ended) == tmp_path / "new" and running_run(ended) is None
    for words in ([], ["train", "--out"]):
        assert run_of(JobStatus(words, True, None, False, [], None)) is None
    assert run_of(None) is None


def test_what_is_started_is_a_command(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("core.training.launch.start_job", lambda *asked: started.append(asked))
    start_run(
        tmp_path / "job", StartRun("second", "second", 2, OpenFolder(tmp_path), tmp_path / "s")
    )
    told = f"train second --data {tmp_path} --out {tmp_path / 's'} --recipe second --epochs 2"
    assert started == [(tmp_path / "job", told.split())]


def test_a_run_is_not_started_over_another(run):
    runs = run.folder.parent
    assert new_run(runs, "other") == runs / "other" and free_name(runs) == "run-1"
    with pytest.raises(UserError, match="already"):
        new_run(runs, "run")
    with pytest.raises(UserError, match="letters, digits"):
        new_run(runs, "../run")
