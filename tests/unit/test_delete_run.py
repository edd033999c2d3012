"""Runs are deleted for good: only runs, only those of the folder, none that is in training."""

import os

import pytest

from core.errors import UserError
from core.training.launch import delete_run
from core.training.run_folder import Progress, RunFolder


@pytest.fixture
def runs(tmp_path):
    RunFolder(tmp_path / "runs" / "mine").open({"seed": 1}, resume=False)
    return tmp_path / "runs"


def test_a_run_is_deleted_once_it_is_done_or_quiet(runs):
    run = RunFolder(runs / "mine")
    run.save_progress(Progress(3, 10, "training", 5.0))
    with pytest.raises(UserError, match="may be in training"):
        delete_run(runs, run.folder)
    run.save_progress(Progress(10, 10, "training", 0.0))
    delete_run(runs, run.folder)
    assert list(runs.iterdir()) == []
    with pytest.raises(UserError, match="no run mine any more"):
        delete_run(runs, run.folder)


def test_nothing_else_is_deleted(runs, tmp_path):
    elsewhere = RunFolder(tmp_path / "elsewhere" / "run")
    elsewhere.open({}, resume=False)
    (runs / "link").symlink_to(elsewhere.folder)
    (runs / "notes").mkdir()
    for folder in (elsewhere.folder, runs / "link", runs / "notes", runs, runs / ".." / "runs"):
        with pytest.raises(UserError):
            delete_run(runs, folder)
    assert elsewhere.begun and (runs / "notes").exists() and (runs / "mine").exists()


def test_where_strangers_reach_the_app_nothing_is_deleted(runs, monkeypatch):
    monkeypatch.setenv("FACES_ROOT", str(runs))
    with pytest.raises(UserError, match="can be deleted"):
        delete_run(runs, runs / "mine")


def test_a_run_whose_job_has_ended_may_go_at_once(runs):
    run = RunFolder(runs / "mine")
    run.save_progress(Progress(1, 10, "training", 5.0))
    with pytest.raises(UserError, match="may be in training"):
        delete_run(runs, run.folder, ended=runs / "another")
    delete_run(runs, run.folder, ended=run.folder)
    assert list(runs.iterdir()) == []


def test_a_run_that_is_in_training_stays_however_quiet_it_is(runs):
    run = RunFolder(runs / "mine")
    with run.opened({"seed": 1}, resume=True):
        os.utime(run.progress_file, (0, 0))
        with pytest.raises(UserError, match="mine is in training"):
            delete_run(runs, run.folder, ended=run.folder)
    delete_run(runs, run.folder)
    assert list(runs.iterdir()) == []
