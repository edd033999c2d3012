"""Processes that try inputs, watched: one that takes too long or dies is a finding, not the end."""

import math
import multiprocessing
import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from bench.torture.kinds import Kind
from bench.torture.worker import FINE, REFUSED, work

START_S = 600.0  # until a process has made its seeds
PATIENCE = 24  # times its limit of processor time an input may last: others may have the cores
TRIES = 2  # of an input that took too long, or took its process along
_TICKS_A_S = os.sysconf("SC_CLK_TCK")
_LOOK_S = 0.2


@dataclass
class Tally:
    """What came of the inputs of one kind.

    Attributes:
        outcomes: how many were read ("fine"), refused, or are findings.
        by_part: how many inputs each reader got.
        findings: (part, error, place) -> number of the first such input, words, how many.
        slowest_s, most_mb: over all inputs.
    """

    outcomes: Counter = field(default_factory=Counter)
    by_part: Counter = field(default_factory=Counter)
    findings: dict[tuple[str, str, str], list] = field(default_factory=dict)
    slowest_s: float = 0.0
    most_mb: float = 0.0

    def add(self, row: dict, kind: Kind) -> None:
        """Count one input."""
        row = _weighed(row, kind)
        self.by_part[row["part"]] += 1
        self.slowest_s = max(self.slowest_s, row["seconds"])
        self.most_mb = max(self.most_mb, row["megabytes"])
        if row["outcome"] in (FINE, REFUSED):
            self.outcomes[row["outcome"]] += 1
            return
        self.outcomes["findings"] += 1
        key = row["part"], row["what"].split(":")[0], row["where"]
        self.findings.setdefault(key, [row["number"], row["what"], 0])[2] += 1


def _weighed(row: dict, kind: Kind) -> dict:
    """A finding, too, is what takes more memory than an input may."""
    if row["megabytes"] <= kind.megabytes or row["outcome"] not in (FINE, REFUSED):
        return row
    return {**row, "outcome": "memory", "what": f"memory: {row['megabytes']:.0f} MB", "where": ""}


def try_all(
    kind: Kind, seed: int, numbers: range, *, workers: int, until_s: float
) -> Iterator[dict]:
    """Try inputs in several processes; see `bench.torture.worker.work` for the rows.

    Args:
        kind, seed, numbers: which inputs.
        workers: processes.
        until_s: on the monotonic clock; what is not tried by then is left out.
    """
    lanes = [_Lane(kind, seed, numbers[first::workers]) for first in range(workers)]
    try:
        while lanes and time.monotonic() < until_s:
            wait([lane.told for lane in lanes], timeout=_LOOK_S)
            for lane in lanes:
                while (row := lane.row()) is not None:
                    yield row
            lanes = [lane for lane in lanes if lane.left]
    finally:
        for lane in lanes:
            lane.end()


class _Lane:
    """One process and the inputs that are left for it."""

    def __init__(self, kind: Kind, seed: int, numbers: Iterable[int]):
        self._kind, self._seed, self.left = kind, seed, deque(numbers)
        self._failed = 0
        if self.left:
            self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.told, theirs = context.Pipe(duplex=False)
        words = (self._kind.name, self._seed, list(self.left), theirs)
        self._process = context.Process(target=work, args=words, daemon=True)
        self._process.start()
        theirs.close()
        self._ready, self._until_s, self._spent_s = False, time.monotonic() + START_S, math.inf

    def row(self) -> dict | None:
        """What is known of the next input; None if it is not done yet, or none is left."""
        if not self.left:
            return None
        try:
            heard = self.told.recv() if self.told.poll() else None
        except (EOFError, OSError):
            return self._fault("died")
        if heard is None:
            return self._fault("hang") if self._too_long() else None
        self._until_s = time.monotonic() + PATIENCE * self._kind.seconds
        self._spent_s = self._processor_s()
        if not heard:
            self._ready = True
            return self.row()
        self.left.popleft()
        self._failed = 0
        return heard

    def _too_long(self) -> bool:
        if time.monotonic() > self._until_s:
            return True
        return self._processor_s() - self._spent_s > self._kind.seconds

    def _processor_s(self) -> float:
        """Processor time of the process so far, in seconds."""
        try:
            words = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            return self._spent_s
        return (int(words[11]) + int(words[12])) / _TICKS_A_S

    def _fault(self, what: str) -> dict | None:
        self.end()
        if not self._ready:
            raise RuntimeError(f"The seeds of {self._kind.name} cannot be made: {what}")
        self._failed, row = self._failed + 1, None
        if self._failed == TRIES:
            words = {
                "hang": f"hang: more than {self._kind.seconds:.0f} s of processor time",
                "died": f"died: exit code {self._process.exitcode}",
            }
            row = {"number": self.left.popleft(), "part": "?", "outcome": what, "where": ""}
            row |= {"what": words[what], "seconds": self._kind.seconds, "megabytes": 0.0}
            self._failed = 0
        if self.left:
            self._begin()
        return row

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.join()
        self.told.close()
