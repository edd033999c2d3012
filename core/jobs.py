"""Long work beside the app: one process of its own for each kind, which outlives a page or a tab.

    python -m core.jobs FOLDER WORDS...     # runs `python -m core WORDS...`, keeps log and exit

A job holds a lock on its folder as long as it runs, so a second one cannot start, and a process
number that was given to another program is never taken for it.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.atomic import write_atomically
from core.config import ROOT
from core.errors import UserError

TAIL_BYTES = 20_000
STARTING_S = 10.0


@dataclass(frozen=True)
class JobStatus:
    """Attributes:
    words: of the command after `python -m core`.
    running: whether it still does.
    exit_code: of a job that ended; None while it runs, or if it was killed.
    stopped: whether somebody stopped it.
    lines: the end of what it printed; of a progress bar its last state only.
    share: how far its progress bar is, in [0, 1]; None without one.
    """

    words: list[str]
    running: bool
    exit_code: int | None
    stopped: bool
    lines: list[str]
    share: float | None


def start_job(folder: Path, words: list[str]) -> None:
    """Start `python -m core WORDS...` in a process of its own.

    Args:
        folder: for its log, one for each kind of job.
        words: of the command line; given as they are, never through a shell.

    Raises:
        UserError: a job of this kind is running already, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_running(folder):
            raise UserError("One is running already. Wait for it, or stop it first.")
        for name in ("exit", "pid", "stopped"):
            (folder / name).unlink(missing_ok=True)
        write_atomically(folder / "words.json", json.dumps(words).encode())
        with open(folder / "log.txt", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.jobs", str(folder.resolve()), *words],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise UserError(f"{folder} cannot be written ({error.strerror}).") from error
    deadline = time.monotonic() + STARTING_S
    while not (folder / "pid").exists() and process.poll() is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)


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
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    lines = _tail(folder / "log.txt")
    code = None if running else _number(folder / "exit")
    return JobStatus(words, running, code, (folder / "stopped").exists(), lines, _share(lines))


def stop_job(folder: Path) -> None:
    """Ask a job to stop, if one runs."""
    if is_running(folder) and (number := _number(folder / "pid")):
        (folder / "stopped").touch()
        os.killpg(number, signal.SIGTERM)


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


@contextmanager
def _locked(file, kind: int) -> Generator[None]:
    fcntl.flock(file, kind | fcntl.LOCK_NB)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _run(folder: Path, words: list[str]) -> int:
    """The job's own process: hold the lock, run the command, write down how it ended."""
    with open(folder / "lock", "w") as file, _locked(file, fcntl.LOCK_EX):
        write_atomically(folder / "pid", str(os.getpid()).encode())
        code = subprocess.run([sys.executable, "-m", "core", *words]).returncode
        write_atomically(folder / "exit", str(code).encode())
    return code


if __name__ == "__main__":
    sys.exit(_run(Path(sys.argv[1]), sys.argv[2:]))
