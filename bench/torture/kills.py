"""Work that is killed at random moments (signal 9) and gone on with ends like unbroken work.

Training of the classifier, `classify --out` (with a network that costs nothing), `dataset paint`
and `generate`, each in a process of its own. After every kill what lies on the disk is looked at;
at the end it is compared with what a run that nobody killed has left.
"""

import json
import math
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.process import prepare_process

FILES, FACES, PHOTOS, EPOCHS = 64, 40, 24, 4
PAUSE_S = 0.02  # that the network which costs nothing takes for a file
WORKERS_END_S = 30.0
_KILLED = -signal.SIGKILL
_PRELOADED = ["core.training.classifier.session", "core.scoring.workers", "core.generators.dcgan"]
_PRELOADED += ["tests.support.scoring", "core.cli.main"]


@dataclass(frozen=True)
class Story:
    """Work that can be gone on with.

    Attributes:
        name: of it.
        share: of all kills.
        work: does it, from a data folder into another one; begins, or goes on.
        faults: what is wrong in a folder, beside a whole one; asked after every kill, and with
            `done` at the end.
        kills: before a piece of work is let to its end.
    """

    name: str
    share: float
    work: Callable[[Path, Path], None]
    faults: Callable[[Path, Path, bool], Iterator[str]]
    kills: int = 6


def kill_all(count: int, seed: int, until_s: float) -> tuple[dict, list[dict]]:
    """Kill work of every kind so often in all.

    Args:
        count: of kills.
        seed: of the moments; how far the work is by then the machine decides.
        until_s: on the monotonic clock.

    Returns:
        Kills in all and findings, and the same by work with how often it came to its end; then the
        findings in words.
    """
    prepare_process()
    multiprocessing.set_forkserver_preload(_PRELOADED)
    first = multiprocessing.get_context("forkserver").Process(target=time.time)
    first.start()  # and with it the server: it imports what all the others need
    first.join()
    figures, found = {}, []
    for place, story in enumerate(STORIES):
        now, left = time.monotonic(), len(STORIES) - place
        share_s = until_s if left == 1 else now + (until_s - now) / left
        tally, faults = _Teller(story, seed).tell(round(count * story.share), share_s)
        figures[story.name] = dict(tally)
        found += [
            {"kind": "kills", "part": story.name, "what": words, "times": times, "where": "",
             "again": "python -m bench.torture --only kills"}
            for words, times in Counter(faults).items()
        ]  # fmt: skip
    kills = sum(each["kills"] for each in figures.values())
    return {"kills": kills, "findings": len(found), "by_work": figures}, found


class _Teller:
    """Works through one story."""

    def __init__(self, story: Story, seed: int):
        self._story, self._rng = story, random.Random(f"{seed} {story.name}")
        self._root = Path(tempfile.mkdtemp(prefix="kills-"))
        self._data, self._whole = self._root / "data", self._root / "whole"
        _make_data(self._data)
        self._whole_s = math.inf
        self._go_on(self._whole)

    def tell(self, kills: int, until_s: float) -> tuple[Counter, list[str]]:
        """Kill so often; the figures, and what was wrong."""
        tally, faults = Counter(kills=0, ends=0), self._faults(self._whole, True)
        while tally["kills"] < kills and time.monotonic() < until_s:
            folder, code = self._root / "broken", _KILLED
            for _ in range(min(self._story.kills, kills - tally["kills"])):
                code = self._go_on(folder, self._rng.uniform(0, 0.7 * self._whole_s))
                tally["kills"] += code == _KILLED
                faults += self._faults(folder, False)
                if code != _KILLED or time.monotonic() > until_s:
                    break
            code = self._go_on(folder) if code == _KILLED else code
            tally["ends"] += 1
            faults += [f"it ends with exit code {code}"] if code else self._faults(folder, True)
            shutil.rmtree(folder)
        shutil.rmtree(self._root)
        tally["findings"] = len(faults)
        return tally, faults

    def _go_on(self, folder: Path, seconds: float | None = None) -> int:
        """Let the work go on, and kill it after so many seconds; its exit code."""
        started, process = time.monotonic(), self._let(folder)
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
        else:
            self._whole_s = min(self._whole_s, time.monotonic() - started)
        return process.exitcode

    def _let(self, folder: Path) -> multiprocessing.Process:
        context = multiprocessing.get_context("forkserver")
        words = (self._story.work, self._data, folder)
        folder.mkdir(exist_ok=True)
        process = context.Process(target=_quietly, args=words)
        process.start()
        return process

    def _faults(self, folder: Path, done: bool) -> list[str]:
        return list(self._story.faults(folder, self._whole, done))


def _quietly(work: Callable[[Path, Path], None], data: Path, folder: Path) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    work(data, folder)


def _make_data(folder: Path) -> None:
    from core.imaging import encode
    from tests.conftest import write_dataset

    write_dataset(folder / "faces", {"train": PHOTOS // 2, "valid": 6})
    (folder / "photos").mkdir()
    for number in range(FILES):
        pixels = np.full((8, 8, 3), number * 37 % 256, np.uint8)
        (folder / "photos" / f"{number:03}.png").write_bytes(encode(pixels))


def _command(*words) -> None:
    from core.cli.main import main

    sys.exit(main([str(word) for word in words]))


def _train(data: Path, folder: Path) -> None:
    begun = ["--resume"] if (folder / "run.json").exists() else []
    words = ["--recipe", "original", "--epochs", EPOCHS, "--data", data / "faces", "--out", folder]
    _command("train", "classifier", *words, *begun)


def _train_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    from core.training.checkpoint import load_arrays
    from core.training.run_folder import read_rows

    names = ("run.json", "history.csv", "last.npz", "best.weights.npz")
    there = [name for name in names if (folder / name).exists()]
    if done and len(there) < len(names):
        yield f"of the run only {there} are there"
        return
    try:
        rows = read_rows((folder / names[1]).read_bytes()) if names[1] in there else []
        arrays = {name: load_arrays(folder / name) for name in there if name.endswith(".npz")}
    except Exception as error:
        yield f"half a file: {type(error).__name__}"
        return
    if names[0] in there:
        json.loads((folder / names[0]).read_text())
    columns = ["epoch", "loss", "val_loss", "val_accuracy", "lr"]
    for row, other in zip(rows, read_rows((whole / names[1]).read_bytes()), strict=done):
        if any(row[name] != other[name] for name in columns):
            yield "an epoch has other figures than in an unbroken run"
    if done:
        for name, kept in arrays.items():
            sound = load_arrays(whole / name)
            if set(kept) != set(sound) or any((kept[k] != sound[k]).any() for k in kept):
                yield f"{name} differs from that of an unbroken run"


def _score(data: Path, folder: Path) -> None:
    from tests.support.scoring import main

    main(str(data / "photos"), str(folder / "r.jsonl"), str(folder / "log"), str(PAUSE_S))


def _score_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    out = folder / "r.jsonl"
    if not out.exists():
        if done:
            yield "there is no table"
        return
    if out.read_bytes() != (whole / out.name).read_bytes():
        yield "the table differs from that of an unbroken run"
    rows = pd.DataFrame([json.loads(line) for line in out.read_text().splitlines()])
    if len(rows) != FILES or rows["path"].duplicated().any():
        yield "a file is missing, or judged twice"
    if done and not _ended({int(line.split()[0]) for line in _lines(folder / "log")}):
        yield "a worker outlives its killed parent"


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def _ended(processes: set[int]) -> bool:
    until_s = time.monotonic() + WORKERS_END_S
    while any(Path(f"/proc/{number}/exe").exists() for number in processes):
        if time.monotonic() > until_s:
            return False
        time.sleep(0.1)
    return True


def _paint(data: Path, folder: Path) -> None:
    words = ["--generator", "dcgan", "--count", FACES, "--source", "x", "--out", folder]
    _command("dataset", "paint", *words)


def _generate(data: Path, folder: Path) -> None:
    _command("generate", "--seed", 5, "--count", FACES, "--out", folder)


def _file_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    """Every file is whole; what a killed write has begun is hidden, and no picture by its name."""
    names = _shown(folder)
    if done and names != _shown(whole):
        yield "other files than those of an unbroken run"
    for name in names & _shown(whole):
        if (folder / name).read_bytes() != (whole / name).read_bytes():
            yield "a file is half, or differs from that of an unbroken run"


def _shown(folder: Path) -> set[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in files if not path.name.startswith(".")}


STORIES = (
    Story("classify --out", 0.35, _score, _score_faults),
    Story("dataset paint", 0.25, _paint, _file_faults),
    Story("generate", 0.15, _generate, _file_faults, kills=2),
    Story("train classifier", 0.25, _train, _train_faults),
)
