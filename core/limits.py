"""How many may use the app at once, and how much of it: a host sets it in the environment.

FACES_MAX_STREAMS       webcams that are judged at the same time
FACES_MAX_VIDEOS        video files that are judged or wait for their turn
FACES_MAX_JUDGING       photos that are decoded and judged at the same moment; others wait in line
FACES_MAX_LINE          browser windows in that line
FACES_MAX_SESSION_MB    photos that a browser window keeps, in megabytes

What goes beyond is refused in a sentence; whoever is in goes on.
"""

import os
import threading
import time
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import UserError

GONE_S = 5.0  # who has not asked for so long has left
LOOK_S = 0.5


@dataclass(frozen=True)
class Limit:
    """Attributes: the variable's name; what holds where it is not set; the largest it may be."""

    name: str
    default: int
    most: int = 100_000

    def value(self) -> int:
        """What holds now.

        Raises:
            UserError: the variable is no whole number from 1 to `most`.
        """
        text = os.environ.get(self.name, "").strip() or str(self.default)
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.most):
            raise UserError(f"The setting {self.name} is a whole number from 1 to {self.most:,}.")
        return int(text)


STREAMS = Limit("FACES_MAX_STREAMS", 8)
VIDEOS = Limit("FACES_MAX_VIDEOS", 8)
JUDGING = Limit("FACES_MAX_JUDGING", 4)
LINE = Limit("FACES_MAX_LINE", 200)
SESSION_MB = Limit("FACES_MAX_SESSION_MB", 400)


class Places:
    """Places that are taken by asking for them, and free again when nobody asks any more.

    So no way of going can be forgotten: a closed tab, a pulled plug, a dead connection.
    """

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic):
        self._limit, self._clock, self._lock = limit, clock, threading.Lock()
        self._asked_s: dict[Hashable, float] = {}

    def has(self, who: Hashable) -> bool:
        """Whether somebody has a place; gives one if there is room.

        Args:
            who: asks at least every `GONE_S` seconds to keep it.
        """
        with self._lock:
            now_s = self._clock()
            stay = {each: s for each, s in self._asked_s.items() if now_s - s < GONE_S}
            if who in stay or len(stay) < self._limit.value():
                stay[who] = now_s
            self._asked_s = stay
            return who in stay

    def leave(self, who: Hashable) -> None:
        """Free a place at once."""
        with self._lock:
            self._asked_s.pop(who, None)


class Line:
    """People in a line of which the first few are at work; the others wait, first come first."""

    def __init__(self, at_work: Limit, longest: Limit):
        self._at_work, self._longest = at_work, longest
        self._line: list[object] = []
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, wait: Callable[[int], object] = lambda before: None) -> Generator[None]:
        """Wait for a turn and have it.

        Args:
            wait: told twice a second how many are before it; what it raises ends the waiting.

        Raises:
            UserError: the line is too long.
        """
        ticket = object()
        with self._moved:
            if len(self._line) >= max(self._longest.value(), self._at_work.value()):
                raise UserError(
                    "Very many people are judging photos at this moment. Try again in a minute."
                )
            self._line.append(ticket)
        try:
            while (before := self._before(ticket)) >= 0:
                wait(before + 1)
                with self._moved:
                    self._moved.wait(LOOK_S)
            yield
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _before(self, ticket: object) -> int:
        """How many must end until it may begin, less one; negative once it may."""
        with self._moved:
            return self._line.index(ticket) - self._at_work.value()
