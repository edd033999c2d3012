"""Start a training in a process of its own, and find the run that a job trains."""

import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.jobs import JobStatus, start_job
from core.open_folder import OpenFolder
from core.training.run_folder import RunFolder

_OUT = "--out"


@dataclass(frozen=True)
class StartRun:
    """A training as it is asked for.

    Attributes:
        network: what to train, as `train` names it.
        recipe: one of that network's.
        epochs: until which it trains.
        data: the data set.
        out: the run's folder.
        resume: whether a run there goes on.
    """

    network: str
    recipe: str
    epochs: int
    data: OpenFolder
    out: Path
    resume: bool = False

    def words(self) -> list[str]:
        """The command's words."""
        return [
            *("train", self.network, "--data", str(self.data.path), _OUT, str(self.out)),
            *(["--resume"] if self.resume else []),
            *("--recipe", self.recipe, "--epochs", str(self.epochs)),
        ]


def new_run(runs: Path, name: str) -> Path:
    """The folder of a run that is to be started.

    Args:
        runs: the folder of all runs.
        name: as somebody typed it.

    Raises:
        UserError: the name is no name, or is taken.
    """
    if not re.fullmatch(r"[\w-]{1,40}", name):
        raise UserError("A run's name has letters, digits, - and _, at most 40 of them.")
    if RunFolder(runs / name).begun:
        raise UserError(f"There is a run {name} already. Choose another name, or go on with it.")
    return runs / name


def free_name(runs: Path) -> str:
    """A name that no run has."""
    return next(name for n in range(1, 10**6) if not (runs / (name := f"run-{n}")).exists())


def start_run(job: Path, run: StartRun) -> str:
    """Start it, or let it go on.

    Args:
        job: the folder of the job (see `core.jobs`); one runs at a time.
        run: what to train.

    Returns:
        What the job is known by: `JobStatus.id`.

    Raises:
        UserError: there is no data, a training runs already, or the job cannot be written.
    """
    if not run.data.path.is_dir():
        raise UserError(f"There is no folder {run.data.path}. Get a data set on the Dataset page.")
    return start_job(job, run.words())


def run_of(job: JobStatus | None) -> Path | None:
    """The folder of the run that a job trains or trained; None if it trains none."""
    words = job.words if job is not None else []
    return Path(words[words.index(_OUT) + 1]) if _OUT in words[:-1] else None


def running_run(job: JobStatus | None) -> Path | None:
    """The folder of the run that a job trains now; None if none."""
    return run_of(job) if job is not None and job.running else None
