"""A cheap inspector for folder scoring, and a run in a process of its own that tests may kill.

python -m tests.support.scoring FOLDER OUT LOG [PAUSE_S]
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from core.inference.networks import Panel
from core.inference.photo import Inspector, Prepared
from core.inference.verdict import Calibration
from core.scoring.folder import FolderRun
from core.scoring.unit import score_files
from core.scoring.workers import score_in_processes

BOMB = "bomb"  # in a file's name: it ends the process that reads it
SETTINGS = {"paths": ["somewhere"], "aligned": True}


class Brightness:
    """A network to which dark faces are fake."""

    def log_odds_of(self, crops) -> np.ndarray:
        return np.array([4 - crop.mean() / 32 for crop in crops])


@dataclass(frozen=True)
class Log:
    """Writes down who read what: a line "process number, name"."""

    path: str
    pause_s: float = 0.0

    def note(self, name: str) -> None:
        with open(self.path, "a") as file:
            file.write(f"{os.getpid()} {Path(name).name}\n")
        time.sleep(self.pause_s)


class FakeInspector(Inspector):
    """Decodes and cuts as the true one, and asks `Brightness`."""

    def __init__(self, log: Log | None = None):
        own = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)
        super().__init__(None, Panel("cnn", {"cnn": Brightness()}, {"cnn": 1.0}, own, {}), own)
        self.panel.part_calibrations["cnn"] = own
        self._log = log

    def prepare(self, name: str, data: bytes, *args, **options) -> Prepared:
        if self._log:
            self._log.note(name)
        if BOMB in Path(name).name:
            os._exit(3)
        return super().prepare(name, data, *args, **options)


def in_this_process(chunks: Iterable[list[str]]) -> Iterator[tuple[list[str], list]]:
    """An engine without processes."""
    inspector = FakeInspector()
    return ((chunk, score_files(chunk, inspector, aligned=True)) for chunk in chunks)


def in_processes(log: Log | None = None, workers: int = 2):
    """The local engine with the cheap inspector."""
    load = partial(FakeInspector, log)
    return partial(score_in_processes, load=load, workers=workers, aligned=True)


def main(folder: str, out: str, log: str, pause_s: str = "0") -> None:
    run = FolderRun(Path(out), SETTINGS, resume=True)
    for _ in run.judge([folder], in_processes(Log(log, float(pause_s)))):
        pass
    run.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
