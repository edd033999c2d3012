"""Many files read by threads, in their order; what is wrong with one stops none."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import UserError

T = TypeVar("T")


@dataclass(frozen=True)
class Read(Generic[T]):
    """A file that was read.

    Attributes:
        number: its place among all.
        path: as it was asked for.
        value: what was read.
    """

    number: int
    path: str
    value: T


@dataclass(frozen=True)
class Unread:
    """A file that could not be read: as `Read`, with what is wrong instead of a value."""

    number: int
    path: str
    error: str


def read_files(
    paths: Sequence[str],
    read: Callable[[str, int], T],
    *,
    chunk: int = 64,
    workers: int | None = None,
) -> Iterator[list[Read[T] | Unread]]:
    """Read files, some at a time, so that no more than these are in memory.

    Args:
        paths: the files.
        read: called with a path and its place; a `UserError` or `OSError` of it is the file's.
        chunk: how many are yielded together; the last may be fewer.
        workers: threads; None takes what suits the machine.

    Yields:
        Files in their order, those that failed among them.
    """

    def attempt(number: int) -> Read[T] | Unread:
        try:
            return Read(number, paths[number], read(paths[number], number))
        except (UserError, OSError) as error:
            return Unread(number, paths[number], str(error))

    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(paths), chunk):
            yield list(pool.map(attempt, range(start, min(start + chunk, len(paths)))))
