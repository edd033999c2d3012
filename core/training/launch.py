"""Start a training in a process of its own, and find the run that a job trains."""

import os
import re
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.jobs import JobStatus, start_job
from core.open_folder import LIMIT, OpenFolder
from core.sole_writer import knows_locks
from core.training.run_folder import Progress, RunFolder

_OUT = "--out"
QUIET_S = 300.0  # a run that is not done and said nothing for so long is no longer in training


@dataclass(frozen=True)
class StartRun:
    """A training as it is asked for.

    Attributes:
        network: what to train; a key of `core.training.catalogue.RECIPES_OF`.
        recipe: one of that network's recipes.
        epochs: number of the last epoch.
        data: the data set.
        out: the run's folder.
        resume: whether to continue the run in that folder.
    """

    network: str
    recipe: str
    epochs: int
    data: OpenFolder
    out: Path
    resume: bool = False

    def words(self) -> list[str]:
        """The arguments of `python -m core`."""
        return [
            *("train", self.network, "--data", str(self.data.path), _OUT, str(self.out)),
            *(["--resume"] if self.resume else []),
            *("--recipe", self.recipe, "--epochs", str(self.epochs)),
        ]

    def check_data(self) -> None:
        """Raise UserError where there is no data set to train on."""
        if not self.data.path.is_dir():
            raise UserError(
                f"There is no folder {self.data.path}. Get a data set on the Dataset page."
            )


def list_runs(folder: OpenFolder) -> list[Path]:
    """The run folders in a folder, newest first; none where it cannot be read."""
    try:
        runs = [RunFolder(path) for path in folder.path.iterdir()]
        begun = [run for run in runs if run.begun]
        begun.sort(key=lambda run: -run.settings_file.stat().st_mtime)
        return [run.folder for run in begun]
    except OSError:
        return []


def new_run(runs: Path, name: str) -> Path:
    """The folder of a run that is to be started.

    Args:
        runs: the folder of all runs.
        name: as somebody typed it.

    Raises:
        UserError: the name is empty, too long, has other characters, or is taken.
    """
    if not re.fullmatch(r"[\w-]{1,40}", name):
        raise UserError("A run's name has 1 to 40 letters, digits, - or _.")
    if RunFolder(runs / name).begun:
        raise UserError(f"There is a run {name} already. Choose another name, or go on with it.")
    return runs / name


def may_delete() -> bool:
    """Whether visitors of the app may delete runs: not on a server that sets `FACES_ROOT`."""
    return not os.environ.get(LIMIT)


def delete_run(runs: Path, run: Path, *, ended: Path | None = None) -> None:
    """Delete a run with all its files, for good.

    Args:
        runs: the folder of all runs.
        run: one of them.
        ended: a run whose training has certainly ended (see `ended_run`).

    Raises:
        UserError: `run` is not in `runs`, may be in training, or cannot be deleted.
    """
    folder = RunFolder(run)
    if not may_delete() or run.is_symlink() or run.resolve().parent != runs.resolve():
        raise UserError(f"Only runs in {runs} can be deleted here.")
    if not folder.begun:
        raise UserError(f"There is no run {run.name} any more.")
    if folder.in_training:
        raise UserError(f"{run.name} is in training. Stop that first.")
    try:
        unsure = ended is None or run.resolve() != ended.resolve()
        if unsure and not knows_locks(run) and _told_just_now(folder):
            raise UserError(f"{run.name} may be in training: its progress changed just now.")
        shutil.rmtree(run)
    except OSError as error:
        raise UserError(f"{run.name} cannot be deleted ({error.strerror}).") from error


def _told_just_now(folder: RunFolder) -> bool:
    """Whether an unfinished run has written its progress lately; asked where there are no locks."""
    told = folder.progress()
    if told is None or told.share == 1:
        return False
    return time.time() - folder.progress_file.stat().st_mtime < QUIET_S


def free_name(runs: Path, taken: Collection[str] = ()) -> str:
    """The first of run-1, run-2, ... that is neither a folder in `runs` nor in `taken`."""
    names = (f"run-{n}" for n in range(1, 10**6))
    return next(name for name in names if name not in taken and not (runs / name).exists())


def start_run(job: Path, run: StartRun) -> str:
    """Start a training, or continue one, in a process of its own.

    Args:
        job: the folder of the job (see `core.jobs`); one runs at a time.
        run: what to train.

    Returns:
        The job's id: `JobStatus.id`.

    Raises:
        UserError: there is no data, a training runs already, or the job cannot be written.
    """
    run.check_data()
    return start_job(job, run.words())


def progress_since(run: RunFolder, since_s: float) -> Progress | None:
    """How far a run is; None before the job that goes on with it has told.

    Args:
        run: its folder, where an earlier training may have left its last word.
        since_s: when the job was started, seconds since 1970.
    """
    try:
        if run.progress_file.stat().st_mtime < since_s:
            return None
    except OSError:
        return None
    return run.progress()


def run_of(job: JobStatus | None) -> Path | None:
    """The folder of the run that a job trains or trained; None if it trains none."""
    words = job.words if job is not None else []
    return Path(words[words.index(_OUT) + 1]) if _OUT in words[:-1] else None


def ended_run(job: JobStatus | None) -> Path | None:
    """The folder of the run that a job trained until it ended or was stopped; None if none."""
    return run_of(job) if job is not None and not job.running else None


def running_run(job: JobStatus | None) -> Path | None:
    """The folder of the run that a job trains now; None if none."""
    return run_of(job) if job is not None and job.running else None
