"""Jobs beside the app: one at a time, followed, stopped, outliving who started them."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import jobs as module
from core.errors import UserError
from core.jobs import is_running, job_status, start_job, stop_job


def _until(condition, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return found


def _ended(folder):
    return _until(lambda: not is_running(folder) and job_status(folder))


def test_a_job_runs_to_its_end(tmp_path):
    assert job_status(tmp_path / "job") is None
    start_job(tmp_path / "job", ["classify", "--help"])
    status = _ended(tmp_path / "job")
    assert status.exit_code == 0 and not status.stopped
    assert status.words == ["classify", "--help"]
    assert any("photo or folder" in line for line in status.lines)


def test_a_failure_leaves_its_sentence(tmp_path):
    start_job(tmp_path, ["dataset", "info", str(tmp_path / "nowhere")])
    status = _ended(tmp_path)
    assert status.exit_code == 1 and status.lines[-1].startswith("Error: There is no folder")


SLEEPS = """import sys, time
for n in range(600):
    bar = f"\\rmaking: {n % 100:3d}%| {n}/600 [00:02<1:58:07, 5face/s]"
    print(bar, end="", file=sys.stderr, flush=True)
    time.sleep(0.2)
"""
# It hears no request to end, and neither does the process that it has started.
STUBBORN = """import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), other.pid, flush=True)
other.wait()
"""


def _pretend(tmp_path, monkeypatch, program: str, grace_s: float = module.GRACE_S):
    """Let every job run this program; the folder of a job."""
    package = tmp_path / "elsewhere" / "core"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(program)
    for name in ("jobs", "atomic", "config", "errors"):
        source = (module.ROOT / "core" / f"{name}.py").read_text()
        source = source.replace(f"GRACE_S = {module.GRACE_S}", f"GRACE_S = {grace_s}")
        (package / f"{name}.py").write_text(source)
    monkeypatch.setattr(module, "ROOT", tmp_path / "elsewhere")
    return tmp_path / "job"


@pytest.fixture
def sleeper(tmp_path, monkeypatch):
    """A job that would run for minutes: training waits for data that never ends."""
    return _pretend(tmp_path, monkeypatch, SLEEPS)


def test_one_at_a_time_followed_and_stopped(sleeper):
    start_job(sleeper, ["anything"])
    assert is_running(sleeper)
    with pytest.raises(UserError, match="running already"):
        start_job(sleeper, ["another"])
    status = _until(lambda: (s := job_status(sleeper)).share and s)
    assert status.running and 0 < status.share < 1 and len(status.lines) == 1
    assert status.left == "1:58:07"
    stop_job(sleeper)
    status = _ended(sleeper)
    assert status.stopped and status.exit_code is None
    stop_job(sleeper)  # nothing runs: nothing happens
    start_job(sleeper, ["again"])
    assert job_status(sleeper).running and not job_status(sleeper).stopped
    stop_job(sleeper)
    _ended(sleeper)


def _printed(folder):
    lines = job_status(folder).lines
    return [int(word) for word in lines[0].split()] if lines else None


def _lives(number: int) -> bool:
    return Path(f"/proc/{number}/exe").exists()  # of a process that has ended it cannot be read


def test_it_is_stopping_until_its_last_process_is_gone_and_is_killed_in_the_end(
    tmp_path, monkeypatch
):
    folder = _pretend(tmp_path, monkeypatch, STUBBORN, grace_s=1.5)
    start_job(folder, ["anything"])
    numbers = _until(lambda: _printed(folder))
    stop_job(folder)
    status = job_status(folder)
    assert status.running and status.stopping and all(map(_lives, numbers))
    with pytest.raises(UserError, match="running already"):
        start_job(folder, ["too early"])
    status = _ended(folder)
    assert status.stopped and not status.stopping
    _until(lambda: not any(map(_lives, numbers)))


def test_a_job_whose_own_process_was_killed_runs_as_long_as_its_command(sleeper):
    start_job(sleeper, ["anything"])
    _until(lambda: job_status(sleeper).share)
    os.kill(int((sleeper / "pid").read_text()), signal.SIGKILL)
    time.sleep(0.2)
    assert is_running(sleeper)
    stop_job(sleeper)
    assert _ended(sleeper).stopped


def test_only_the_job_that_is_meant_is_stopped(sleeper):
    first = start_job(sleeper, ["first"])
    stop_job(sleeper, first)
    _ended(sleeper)
    second = start_job(sleeper, ["second"])
    assert second != first and job_status(sleeper).id == second
    stop_job(sleeper, first)  # a page that is behind the times
    assert is_running(sleeper) and not job_status(sleeper).stopped
    stop_job(sleeper, second)
    _ended(sleeper)


def test_of_two_that_start_at_once_one_is_refused(sleeper):
    with ThreadPoolExecutor(4) as pool:
        tried = [pool.submit(start_job, sleeper, [str(number)]) for number in range(4)]
    begun = [each.result() for each in tried if not each.exception()]
    refused = [each.exception() for each in tried if each.exception()]
    assert len(begun) == 1 and all("running already" in str(each) for each in refused)
    assert job_status(sleeper).id == begun[0]
    stop_job(sleeper)
    _ended(sleeper)


@pytest.mark.parametrize("words", [b"\xff", b"7", b'["a", 7]', b"[" * 100_000])
def test_a_job_whose_words_are_damaged_is_none(tmp_path, words):
    (tmp_path / "words.json").write_bytes(words)
    assert job_status(tmp_path) is None


@pytest.mark.parametrize("code", [b"", b"\xf7\xff", b"zero"])
def test_a_damaged_exit_code_is_none(tmp_path, code):
    (tmp_path / "words.json").write_text('["train"]')
    (tmp_path / "exit").write_bytes(code)
    assert job_status(tmp_path).exit_code is None
    stop_job(tmp_path)  # nothing runs: nothing happens


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        start_job(tmp_path / "file", [])
    assert job_status(tmp_path / "file") is None
