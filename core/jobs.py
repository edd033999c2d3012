"""Long work beside the app: one process of its own for each kind, which outlives a page or a tab.

    python -m core.jobs FOLDER WORDS...     # runs `python -m core WORDS...`, keeps log and exit

A job holds a lock on its folder until its last process is gone, so a second one cannot start, and a
process number that was given to another program is never taken for it. Who stops it asks it to end;
what has not ended after `GRACE_S` is killed.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.atomic import write_atomically
from core.config import ROOT
from core.errors import UserError

TAIL_BYTES = 20_000
STARTING_S = 10.0
GRACE_S = 10.0  # that a job has to end, once it is asked to
RUNNING = "One is running already. Wait for it, or stop it first."


@dataclass(frozen=True)
class JobStatus:
    """Attributes:
    words: of the command after `python -m core`.
    running: whether it still does.
    exit_code: of a job that ended; None while it runs, or if it was killed.
    stopped: whether somebody stopped it.
    lines: the end of what it printed; of a progress bar its last state only.
    share: how far its progress bar is, in [0, 1]; None without one.
    id: what `start_job` returned; empty where it is not known.
    started_s: when it was started, seconds since 1970 by the clock on the wall.
    left: the time left as its progress bar has it, "00:12"; None where it tells none.
    """

    words: list[str]
    running: bool
    exit_code: int | None
    stopped: bool
    lines: list[str]
    share: float | None
    id: str = ""
    started_s: float | None = None
    left: str | None = None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end and has not yet."""
        return self.running and self.stopped


def start_job(folder: Path, words: list[str]) -> str:
    """Start `python -m core WORDS...` in a process of its own.

    Args:
        folder: for its log, one for each kind of job.
        words: of the command line; given as they are, never through a shell.

    Returns:
        What this job is known by, and no other: `JobStatus.id`.

    Raises:
        UserError: a job of this kind is running already, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "starting", "w") as file, _locked(file, fcntl.LOCK_EX):
            if is_running(folder):
                raise UserError(RUNNING)
            return _start(folder, words)
    except BlockingIOError as error:  # somebody else starts one at this moment
        raise UserError(RUNNING) from error
    except OSError as error:
        raise UserError(f"{folder} cannot be written ({error.strerror}).") from error


def _start(folder: Path, words: list[str]) -> str:
    """Start it and wait until it holds its lock."""
    known_by = uuid.uuid4().hex
    for name in ("exit", "pid", "stopped"):
        (folder / name).unlink(missing_ok=True)
    write_atomically(folder / "words.json", json.dumps(words).encode())
    write_atomically(folder / "id", known_by.encode())
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.jobs", str(folder.resolve()), *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + STARTING_S
    while not (folder / "pid").exists() and process.poll() is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return known_by


def is_running(folder: Path) -> bool:
    """Whether a job of this folder runs."""
    try:
        with open(folder / "lock") as file, _locked(file, fcntl.LOCK_SH):
            return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True


def job_status(folder: Path) -> JobStatus | None:
    """What is known of the folder's last job; None if there was none."""
    running = is_running(folder)  # first: what it printed last must not be missed
    try:
        words = json.loads((folder / "words.json").read_text())
        begun_s = (folder / "words.json").stat().st_mtime
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    lines = _tail(folder / "log.txt")
    code = None if running else _number(folder / "exit")
    stopped = (folder / "stopped").exists()
    told = _share(lines), _id(folder), begun_s, _left(lines)
    return JobStatus(words, running, code, stopped, lines, *told)


def stop_job(folder: Path, known_by: str | None = None) -> None:
    """Ask a job to end, if one runs; what has not ended after `GRACE_S` is killed.

    Args:
        folder: the job's.
        known_by: the job that is meant, by its `id`: one that was started since goes on. None
            means whichever runs.
    """
    if known_by not in (None, _id(folder)) or not is_running(folder):
        return
    if number := _number(folder / "pid"):
        with suppress(OSError):  # a full disk must not keep it alive
            (folder / "stopped").touch()
        with suppress(ProcessLookupError):  # it ended at this moment
            os.killpg(number, signal.SIGTERM)


def _id(folder: Path) -> str:
    try:
        return (folder / "id").read_text()
    except (OSError, ValueError):
        return ""


def _number(file: Path) -> int | None:
    """What stands in a file of one number; None if it is not there, or damaged."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _tail(log: Path) -> list[str]:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    return [line for line in lines if line]


def _share(lines: list[str]) -> float | None:
    found = [re.search(r"(\d{1,3})%\|", line) for line in lines[-3:]]
    shares = [int(match[1]) / 100 for match in found if match]
    return min(shares[-1], 1.0) if shares else None


def _left(lines: list[str]) -> str | None:
    found = [re.search(r"\d%\|.*<(\d+(?::\d\d)+)", line) for line in lines[-3:]]
    times = [match[1] for match in found if match]
    return times[-1] if times else None


@contextmanager
def _locked(file: IO, kind: int) -> Generator[None]:
    fcntl.flock(file, kind | fcntl.LOCK_NB)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _run(folder: Path, words: list[str]) -> int:
    """The job's own process: hold the lock, run the command, write down how it ended.

    The command holds the lock as well: while either lives, the job runs.
    """
    signal.signal(signal.SIGALRM, _kill_all)
    signal.signal(signal.SIGTERM, lambda *_: signal.setitimer(signal.ITIMER_REAL, GRACE_S))
    with open(folder / "lock", "w") as file:
        _wait_for(file)
        write_atomically(folder / "pid", str(os.getpid()).encode())
        command = [sys.executable, "-m", "core", *words]
        code = subprocess.Popen(command, pass_fds=[file.fileno()]).wait()
        if (folder / "stopped").exists():
            _kill_all()  # what the command has left behind, and this process
        write_atomically(folder / "exit", str(code).encode())
    return code


def _kill_all(*_) -> None:
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _wait_for(file: IO) -> None:
    """Take the lock: `is_running` of another page may hold it for a moment."""
    deadline = time.monotonic() + STARTING_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(_run(Path(sys.argv[1]), sys.argv[2:]))
