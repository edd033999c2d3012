"""Jobs beside the app: one at a time, followed, stopped, outliving who started them."""

import time

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


@pytest.fixture
def sleeper(tmp_path, monkeypatch):
    """A job that would run for minutes: training waits for data that never ends."""
    package = tmp_path / "elsewhere" / "core"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import sys, time\n"
        "for n in range(600):\n"
        "    print(f'\\rmaking: {n % 100:3d}%| {n} of 600', end='', file=sys.stderr, flush=True)\n"
        "    time.sleep(0.2)\n"
    )
    for name in ("jobs", "atomic", "config", "errors"):
        source = (module.ROOT / "core" / f"{name}.py").read_text()
        (package / f"{name}.py").write_text(source)
    monkeypatch.setattr(module, "ROOT", tmp_path / "elsewhere")
    return tmp_path / "job"


def test_one_at_a_time_followed_and_stopped(sleeper):
    start_job(sleeper, ["anything"])
    assert is_running(sleeper)
    with pytest.raises(UserError, match="running already"):
        start_job(sleeper, ["another"])
    status = _until(lambda: (s := job_status(sleeper)).share and s)
    assert status.running and 0 < status.share < 1 and len(status.lines) == 1
    stop_job(sleeper)
    status = _ended(sleeper)
    assert status.stopped and status.exit_code is None
    stop_job(sleeper)  # nothing runs: nothing happens
    start_job(sleeper, ["again"])
    assert job_status(sleeper).running and not job_status(sleeper).stopped
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
