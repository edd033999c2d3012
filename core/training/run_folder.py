"""A run's folder: its settings, its history, its checkpoint. Everything is written atomically.

run.json            recipe (with its seed) and data; libraries, commit and machine it began with
history.csv         one row per epoch
progress.json       done, total, phase, eta_s
last.npz            full state after the last saved epoch: `--resume` starts here
best.weights.npz    the weights of the best epoch on valid
"""

import errno
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.arrays import pack_arrays
from core.atomic import write_atomically
from core.errors import UserError
from core.json_text import read_object
from core.made_with import made_with
from core.sole_writer import is_taken, only_one
from core.tables import read_rows, to_csv
from core.training.agreement import check_same
from core.training.checkpoint import load_arrays, load_weights, pack_weights

MADE_WITH = "made_with"  # key in run.json; may differ when a run is resumed
ENDING_S = 2.0  # for which a new training waits for a stopped one to end
_IN_TRAINING = (
    "Another training runs in {folder} now. Stop it or wait until it ends, then continue with "
    "--resume; or choose another --out."
)


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        done, total: steps of the run; both 0 before they are known.
        phase: what it is doing, for the user.
        eta_s: estimated seconds left; None if unknown.
    """

    done: int = 0
    total: int = 0
    phase: str = "starting"
    eta_s: float | None = None

    @property
    def share(self) -> float | None:
        """Share that is done, in [0, 1]; None before it is known."""
        return min(self.done / self.total, 1.0) if self.total else None


class RunFolder:
    """Reads and writes the files of one training run; no other code knows their names."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.settings_file = folder / "run.json"
        self.history_file = folder / "history.csv"
        self.progress_file = folder / "progress.json"
        self.state_file = folder / "last.npz"
        self.best_file = folder / "best.weights.npz"

    def open(self, settings: dict, *, resume: bool, longer: bool = False) -> None:
        """Prepare the folder for a new run, or check that the run in it can be resumed.

        Args:
            settings: JSON values; they must equal those of a run that is resumed.
            resume: whether to continue the run in the folder.
            longer: whether it may then have more epochs than it was begun with; they are noted.

        Raises:
            UserError: the folder cannot be written, holds a run and `resume` is not given, or
                holds a run with other settings.
        """
        self._make()
        self.check_begun(resume=resume)
        if not self.begun:
            self._write_settings({**settings, MADE_WITH: made_with()})
        else:
            if longer:
                self._prolong(settings["recipe"]["epochs"])
            self._check_same(settings)
        self.save_progress(Progress())

    @contextmanager
    def opened(self, settings: dict, *, resume: bool, longer: bool = False) -> Generator[None]:
        """`open` the folder and lock it against other trainings until the block or process ends.

        Raises:
            UserError: another training runs there, or as in `open`.
        """
        self._make()
        with only_one(self.folder, _IN_TRAINING, wait_s=ENDING_S):
            self.open(settings, resume=resume, longer=longer)
            yield

    @property
    def in_training(self) -> bool:
        """Whether a training runs there now; False where the file system knows no locks."""
        return is_taken(self.folder)

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".probe.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise UserError(
                f"The run folder {self.folder} cannot be written ({error.strerror}). "
                "Choose another --out."
            ) from error

    def check_free(self) -> None:
        """Look whether a run may be trained in the folder now, as `opened` does.

        Raises:
            UserError: it cannot be written, or another training runs there.
        """
        if self.folder.is_dir():
            self._make()
            with only_one(self.folder, _IN_TRAINING, wait_s=ENDING_S):
                pass

    def check_begun(self, *, resume: bool) -> None:
        """Look whether the folder holds a run to continue, or none where one is to be started.

        Raises:
            UserError: it holds none and `resume` is set, or one and it is not.
        """
        if resume and not self.begun:
            raise UserError(
                f"{self.folder} holds no run to continue (no run.json). Leave --resume out to "
                "start one, or check the name."
            )
        if self.begun and not resume:
            raise UserError(
                f"{self.folder} already holds a run. Add --resume to continue it, "
                "or choose another --out."
            )

    def _check_same(self, settings: dict) -> None:
        try:
            earlier = read_object(self.settings_file.read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(f"{self.settings_file} is damaged. Choose another --out.") from error
        check_same(self.folder, earlier, json.loads(json.dumps(settings)))

    @property
    def begun(self) -> bool:
        """Whether there is a run in the folder."""
        return self.settings_file.exists()

    def settings(self) -> dict:
        """The settings in `run.json`.

        Raises:
            UserError: the folder holds no run.
        """
        try:
            return read_object(self.settings_file.read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(
                f"{self.folder} holds no training run (no readable run.json). Train one first."
            ) from error

    def _prolong(self, epochs: int) -> None:
        """Write down that the run is to have more epochs than it was begun with; never fewer."""
        settings = self.settings()
        recipe = settings.get("recipe")
        if isinstance(recipe, dict) and epochs > recipe.get("epochs", epochs):
            recipe["epochs"] = epochs
            self._write_settings(settings)

    def _write_settings(self, settings: dict) -> None:
        self._write(self.settings_file, json.dumps(settings, indent=2, sort_keys=True).encode())

    def save_progress(self, progress: Progress) -> None:
        """Write how far the run is. A full disk is ignored here: it does not end the run yet.

        Raises:
            UserError: the file cannot be written for another reason.
        """
        try:
            write_atomically(self.progress_file, json.dumps(asdict(progress)).encode())
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise self._lost(error) from error

    def progress(self) -> Progress | None:
        """How far the run is; None if the file is missing or damaged."""
        try:
            told = read_object(self.progress_file.read_bytes())
            left_s = np.nan if told["eta_s"] is None else float(told["eta_s"])
            steps, left_s = (int(told["done"]), int(told["total"])), max(left_s, 0.0)
            eta_s = left_s if np.isfinite(left_s) else None
            return Progress(*steps, str(told["phase"]), eta_s) if min(steps) >= 0 else None
        except (OSError, ValueError, KeyError, TypeError, OverflowError):  # int of 1e999
            return None

    def save_state(self, arrays: dict[str, np.ndarray]) -> None:
        """Write the state that `--resume` needs."""
        self._write(self.state_file, pack_arrays(arrays))

    def load_state(self) -> dict[str, np.ndarray] | None:
        """The last saved state, or None if there is none yet."""
        return load_arrays(self.state_file) if self.state_file.exists() else None

    def save_best(self, weights: list[np.ndarray]) -> None:
        """Write the weights of the best epoch, in the model's order."""
        self._write(self.best_file, pack_weights(weights))

    def best_weights(self) -> list[np.ndarray]:
        """The weights of the best epoch, in the model's order.

        Raises:
            UserError: the folder holds no run, no epoch of it is finished, or they are damaged.
        """
        if self.begun and not self.best_file.exists():
            raise UserError(
                f"The run in {self.folder} has no finished epoch yet. Go on with it: the command "
                "that began it, with --resume."
            )
        return load_weights(self.best_file)

    def save_history(self, rows: list[dict]) -> None:
        """Write the whole history, one row per epoch."""
        self._write(self.history_file, to_csv(pd.DataFrame(rows), marked=False))

    def _write(self, file: Path, content: bytes) -> None:
        try:
            write_atomically(file, content)
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError) -> UserError:
        """The sentence for what cannot be written."""
        if not self.begun:
            return UserError(
                f"The run's folder {self.folder} is gone or cannot be written "
                f"({error.strerror}). What it held is lost; start the run again."
            )
        return UserError(
            f"The run's folder {self.folder} cannot be written any more ({error.strerror}). Its "
            "last saved epoch is kept: make the folder writable again, then continue with --resume."
        )

    @property
    def has_history(self) -> bool:
        """Whether a history was written: at least one epoch is finished."""
        return self.history_file.exists()

    def read_history(self) -> bytes:
        """The history as the bytes of a CSV file.

        Raises:
            UserError: the folder does not exist, or no epoch is finished.
        """
        try:
            return self.history_file.read_bytes()
        except OSError as error:
            gone = not self.folder.exists()
            how = "does not exist any more." if gone else "has not finished an epoch yet."
            raise UserError(f"The run {self.folder.name} {how}") from error

    def load_history(self, epochs: int | None = None, *, complete: bool = False) -> list[dict]:
        """The first rows of the history, or all of them.

        Args:
            epochs: how many rows; None for all.
            complete: whether fewer rows are an error.

        Raises:
            UserError: the history is damaged, or not complete.
        """
        try:
            rows = read_rows(self.history_file.read_bytes())[:epochs] if self.has_history else []
            if any("epoch" not in row for row in rows) or (complete and len(rows) < (epochs or 0)):
                raise ValueError("Epochs are missing")
        except (OSError, ValueError) as error:
            raise UserError(
                f"{self.history_file} is missing or damaged, so the run cannot be resumed. "
                "Start a new one in another folder."
            ) from error
        return rows

    def latest_samples(self) -> bytes | None:
        """The newest sample grid of a DCGAN's run as a JPEG file; None if there is none."""
        try:
            return max((self.folder / "samples").glob("epoch_*.jpg")).read_bytes()
        except (OSError, ValueError):
            return None
