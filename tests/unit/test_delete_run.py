"""Runs are deleted for good: only runs, only those of the folder, none that is in training."""

import errno
import os
import subprocess
import sys

import pytest

from core.errors import UserError
from core.training.launch import delete_run
from core.training.run_folder import Progress, RunFolder


@pytest.fixture
def runs(tmp_path):
    RunFolder(tmp_path / "runs" / "mine").open({"seed": 1}, resume=False)
    return tmp_path / "runs"


@pytest.fixture
def without_locks(monkeypatch):
    """A file system that cannot tell whether somebody is in a folder."""

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("core.sole_writer.fcntl.flock", no_locks)


def test_a_run_whose_process_is_gone_may_go_at_once(runs):
    training = (
        "import sys, time; from pathlib import Path\n"
        "from core.training.run_folder import Progress, RunFolder\n"
        "run = RunFolder(Path(sys.argv[1]))\n"
        "with run.opened({'seed': 1}, resume=True):\n"
        "    run.save_progress(Progress(3, 10, 'training', 5.0))\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", training, str(runs / "mine")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        with pytest.raises(UserError, match="mine is in training"):
            delete_run(runs, runs / "mine")
        process.kill()
    delete_run(runs, runs / "mine", ended=runs / "another")
    assert list(runs.iterdir()) == []


def test_without_locks_a_run_is_deleted_once_it_is_done_or_quiet(runs, without_locks):
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


def test_without_locks_a_run_whose_job_has_ended_may_go_at_once(runs, without_locks):
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
