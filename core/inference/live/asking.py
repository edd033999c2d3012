"""Ask the slow network: in a thread for a stream, so that no frame waits, or at once for a file."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.inference.networks import Network

# One thread for all streams of the process, each with one view in it at most: however many people
# are live, the slow network works on one face at a time.
_worker = ThreadPoolExecutor(1, thread_name_prefix="second-opinion")


@dataclass(frozen=True)
class Answer:
    """What the network said of a view.

    Attributes:
        key: of the track.
        time_s: when the face was seen.
        log_odds: of fake, before calibration.
    """

    key: int
    time_s: float
    log_odds: float


class Asking(Protocol):
    """How the pipeline passes views on to the slow network."""

    @property
    def is_free(self) -> bool:
        """Whether it would take a view now. Views are dropped rather than queued."""

    def ask(self, key: int, crop: np.ndarray, time_s: float) -> None:
        """Hand over a view, uint8 (side, side, 3), RGB; only while it is free."""

    def answers(self) -> list[Answer]:
        """What is known since the last call.

        Raises:
            Exception: whatever the network raised.
        """


class InTurn:
    """Answers before it returns: the same file gives the same report, on any machine."""

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
    """Works in a thread of its own on one view at a time; no call waits for it.

    After a view it rests for as long as that took: while it works the frames take twice as long.
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
