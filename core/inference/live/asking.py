"""Two ways to run the slow network: in a thread (for a stream), or in turn (for a file)."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.inference.networks import Network

# One thread for all streams of the process, with at most one view of each stream waiting: the slow
# network works on one face at a time, however many streams there are.
_worker = ThreadPoolExecutor(1, thread_name_prefix="second-opinion")


@dataclass(frozen=True)
class Answer:
    """The network's output for one view of a face.

    Attributes:
        key: of the face's track.
        time_s: time of the view in the stream, in seconds.
        log_odds: log-odds of fake, before calibration.
    """

    key: int
    time_s: float
    log_odds: float


class Asking(Protocol):
    """How the pipeline hands views to the slow network."""

    @property
    def is_free(self) -> bool:
        """Whether `ask` may be called now. Otherwise the pipeline drops the view."""

    def ask(self, key: int, crop: np.ndarray, time_s: float) -> None:
        """Hand over a view, uint8 (side, side, 3), RGB; only while `is_free`."""

    def answers(self) -> list[Answer]:
        """The answers that came since the last call.

        Raises:
            Exception: what the network raised.
        """


class InTurn:
    """Runs the network within `ask`: a report does not depend on the machine's speed."""

    is_free = True

    def __init__(self, network: Network):
        self._network = network
        self._answers: list[Answer] = []

    def ask(self, key: int, crop: np.ndarray, time_s: float) -> None:
        self._answers.append(_answer(self._network, key, crop, time_s))

    def answers(self) -> list[Answer]:
        taken, self._answers = self._answers, []
        return taken


class Beside:
    """Runs the network in a thread, one view at a time; no method waits for it.

    After a view it pauses for as long as that took: while it runs, frames take twice as long.
    """

    def __init__(self, network: Network, clock: Callable[[], float] = time.monotonic):
        self._network, self._clock = network, clock
        self._future: Future[Answer] | None = None
        self._asked_s, self._rests_until_s = 0.0, -math.inf

    @property
    def is_free(self) -> bool:
        return self._future is None and self._clock() >= self._rests_until_s

    def ask(self, key: int, crop: np.ndarray, time_s: float) -> None:
        self._asked_s = self._clock()
        self._future = _worker.submit(_answer, self._network, key, crop, time_s)

    def answers(self) -> list[Answer]:
        if self._future is None or not self._future.done():
            return []
        done, self._future = self._future, None
        now_s = self._clock()
        self._rests_until_s = now_s + (now_s - self._asked_s)
        return [done.result()]


def _answer(network: Network, key: int, crop: np.ndarray, time_s: float) -> Answer:
    return Answer(key, time_s, float(network.log_odds_of([crop])[0]))
