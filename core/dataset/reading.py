"""Read many files in threads, in their order; a bad file does not stop the others."""

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
        number: its position in `paths`.
        path: as given.
        value: what `read` returned.
    """

    number: int
    path: str
    value: T


@dataclass(frozen=True)
class Unread:
    """A file that could not be read: as `Read`, with the error's sentence instead of a value."""

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
    """Read files in chunks, so that only one chunk is in memory.

    Args:
        paths: the files.
        read: called with a path and its position; its `UserError` or `OSError` makes an `Unread`.
        chunk: files per chunk; the last may be smaller.
        workers: threads; None takes the default of `ThreadPoolExecutor`.

    Yields:
        The files of a chunk in their order, including those that failed.
    """

    def attempt(number: int) -> Read[T] | Unread:
        try:
            return Read(number, paths[number], read(paths[number], number))
        except (UserError, OSError) as error:
            return Unread(number, paths[number], str(error))

    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(paths), chunk):
            yield list(pool.map(attempt, range(start, min(start + chunk, len(paths)))))
