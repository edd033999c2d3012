"""Work that is killed at random moments (signal 9) and resumed ends like unbroken work.

Each work of `bench.torture.stories` is done in a process of its own. After every kill what lies on
the disk is looked at; at the end it is compared with what a run that nobody killed has left.
"""

import math
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.torture.stories import STORIES, Story, make_data
from core.process import prepare_process

_KILLED = -signal.SIGKILL
_PRELOADED = ["core.training.classifier.session", "core.scoring.workers", "core.generators.dcgan"]
_PRELOADED += ["tests.support.scoring", "tests.support.kaggle", "core.cli.main", "kagglehub"]


def kill_all(
    count: int, seed: int, until_s: float, kept: dict | None = None
) -> Iterator[tuple[dict, list[dict]]]:
    """Kill work of every kind so often in all.

    Args:
        count: of kills, those that are kept among them.
        seed: of the moments; how far the work is by then the machine decides.
        until_s: on the monotonic clock.
        kept: the figures and, under "found", the findings of an earlier run that this one goes on
            with; what was killed then is not killed again.

    Yields:
        After every piece of work that came to its end: kills in all and findings, and the same by
        work with how often it came to its end; then the findings in words.
    """
    tallies, found = _begun_with(kept or {})
    begun = False
    for place, story in enumerate(STORIES):
        tally, now = tallies[story.name], time.monotonic()
        left = len(STORIES) - place
        share_s = until_s if left == 1 else now + (until_s - now) / left
        wanted = round(count * story.share)
        if tally["kills"] >= wanted or now > share_s:
            continue
        begun = begun or _begin()
        for faults in Teller(story, f"{seed} {tally['kills']}").tell(tally, wanted, share_s):
            found.update((story.name, words) for words in faults)
            yield _figures(tallies, found)
    yield _figures(tallies, found)


def _begun_with(kept: dict) -> tuple[dict[str, Counter], Counter]:
    works = kept.get("by_work", {})
    tallies = {each.name: Counter(works.get(each.name, {"kills": 0})) for each in STORIES}
    return tallies, Counter({(e["part"], e["what"]): e["times"] for e in kept.get("found", ())})


def _begin() -> bool:
    """Start the server of processes: it imports what all the others need."""
    prepare_process()
    multiprocessing.set_forkserver_preload(_PRELOADED)
    first = multiprocessing.get_context("forkserver").Process(target=time.time)
    first.start()
    first.join()
    return True


def _figures(tallies: dict[str, Counter], found: Counter) -> tuple[dict, list[dict]]:
    findings = [
        {"kind": "kills", "part": part, "what": words, "times": times, "where": "",
         "again": "python -m bench.torture --only kills"}
        for (part, words), times in found.items()
    ]  # fmt: skip
    by_work = {name: dict(tally) for name, tally in tallies.items() if tally["kills"]}
    kills = sum(each["kills"] for each in by_work.values())
    return {"kills": kills, "findings": len(found), "by_work": by_work}, findings


class Teller:
    """Works through one story."""

    def __init__(self, story: Story, seed: str):
        self._story, self._rng = story, random.Random(f"{seed} {story.name}")
        self._root = Path(tempfile.mkdtemp(prefix="kills-"))
        self._data, self._whole = self._root / "data", self._root / "whole"
        self._whole_s = math.inf

    def tell(self, tally: Counter, kills: int, until_s: float) -> Iterator[list[str]]:
        """Kill until `tally` has so many kills; yields what was wrong, once for every end."""
        make_data(self._data)
        try:
            with self._story.beside(self._data):
                self._go_on(self._whole)
                faults = self._faults(self._whole, True)
                while tally["kills"] < kills and time.monotonic() < until_s:
                    faults += self._round(tally, kills, until_s)
                    tally["ends"] += 1
                    tally["findings"] += len(faults)
                    yield faults
                    faults = []
        finally:
            shutil.rmtree(self._root, ignore_errors=True)

    def _round(self, tally: Counter, kills: int, until_s: float) -> list[str]:
        """Kill one piece of work a few times and let it come to its end."""
        folder, code, faults = self._root / "broken", _KILLED, []
        for _ in range(min(self._story.kills, kills - tally["kills"])):
            code = self._go_on(folder, self._rng.uniform(0, 0.7 * self._whole_s))
            tally["kills"] += code == _KILLED
            faults += self._faults(folder, False)
            if code != _KILLED or time.monotonic() > until_s:
                break
        code = self._go_on(folder) if code == _KILLED else code
        faults += [f"it ends with exit code {code}"] if code else self._faults(folder, True)
        shutil.rmtree(folder)
        return faults

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
