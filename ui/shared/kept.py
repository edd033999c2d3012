"""Results that all sessions share, bounded by what they take and not by their number alone."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


def _one(result: object) -> int:
    return 1


class Kept(Generic[Result]):
    """Results by key; the one that nobody asked for the longest goes first.

    All sessions get the same object, so nobody may change it.
    """

    def __init__(self, most: int, size_of: Callable[[Result], int] = _one):
        """Keep nothing yet.

        Args:
            most: that all results may take together; a single larger one is kept alone.
            size_of: what a result takes, bytes for example; 1 each if it is not given.
        """
        self._most, self._size_of, self.size = most, size_of, 0
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Result | None:
        """What is kept under a key; None if nothing is."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def put(self, key: Hashable, result: Result) -> Result:
        """Keep a result, and let others go where there is no room; returns it."""
        with self._lock:
            self._drop(key)
            self._results[key] = result
            self.size += self._size_of(result)
            while self.size > self._most and len(self._results) > 1:
                self._drop(next(iter(self._results)))
        return result

    def forget(self, key: Hashable) -> None:
        """Let a result go, if there is one."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        if key in self._results:
            self.size -= self._size_of(self._results.pop(key))
