"""The local engine: a process for each core, each with networks of its own on one thread.

A core that decodes while another one judges loses nothing, as they wait for nothing of each
other; one process with many threads would wait at every layer for the slowest.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection

from core.errors import UserError
from core.inference.photo import Inspector, PhotoResult
from core.process import prepare_process
from core.runtime import cores, limit_threads
from core.scoring.unit import result_rows, score_files

AHEAD = 3  # chunks a worker that are on their way: one in work, the others never far
DIED = "The process that judged this file died: the file breaks the decoder, or memory is short."
Rows = list[list[dict]]


def score_in_processes(
    chunks: Iterable[list[str]],
    load: Callable[[], Inspector],
    *,
    workers: int,
    aligned: bool = False,
) -> Iterator[tuple[list[str], Rows]]:
    """Judge chunks of files in processes; a file that kills its process gets a row that says so.

    Args:
        chunks: paths; only a few chunks are taken ahead of what is done.
        load: makes a process' inspector; must be picklable.
        workers: processes.
        aligned: each whole picture is one aligned face.

    Yields:
        (a chunk or a part of it, the rows of each of its files), in the order of `chunks`.

    Raises:
        UserError: `load` did, or the processes die without any file.
    """
    crew, chunks, waiting = Crew(load, workers, aligned), iter(chunks), deque()
    try:
        while True:
            for chunk in islice(chunks, AHEAD * workers - len(waiting)):
                waiting.append((chunk, crew.submit(chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            try:
                yield chunk, future.result()
            except BrokenProcessPool:  # it took all chunks with it; which file did it?
                suspects = [chunk, *(other for other, _ in waiting)]
                waiting.clear()
                for path in (path for suspect in suspects for path in suspect):
                    yield [path], crew.alone(path)
    finally:
        crew.dismiss()


class Crew:
    """A pool of processes that is made anew when one of them dies.

    Args:
        load, workers, aligned: as in `score_in_processes`.
        threads: of each process; None shares out the cores.
    """

    def __init__(
        self, load: Callable[[], Inspector], workers: int, aligned: bool, threads: int | None = None
    ):
        self._load, self._workers = load, workers
        self._threads = threads or max(1, cores() // workers)
        self._work = partial(_score, aligned=aligned)
        self._gather()

    def _gather(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks threads hold
        self._watched, self._held = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self._workers,
            context,
            initializer=_begin,
            initargs=(self._load, self._threads, self._watched),
        )

    def submit(self, paths: list[str]) -> Future:
        """Hand files to a process; a broken pool fails the future, never this call."""
        try:
            with _ctrl_c_held_back():
                return self._pool.submit(self._work, paths)
        except BrokenProcessPool as error:
            failed = Future()
            failed.set_exception(error)
            return failed

    def judge(self, paths: list[str]) -> Rows:
        """Judge files; where their process dies, one by one."""
        try:
            return self.submit(paths).result()
        except BrokenProcessPool:
            return [rows for path in paths for rows in self.alone(path)]

    def alone(self, path: str) -> Rows:
        """Judge a file while no other one is in work, so that it can break nothing but its row."""
        self._renew_if_broken()
        try:
            return self.submit([path]).result()
        except BrokenProcessPool:
            self._renew_if_broken()
            return [result_rows(PhotoResult(path, error=DIED))]

    def _renew_if_broken(self) -> None:
        if not _is_broken(self.submit([])):
            return
        self.dismiss()
        self._gather()
        if _is_broken(self.submit([])):
            raise UserError(
                "The processes that judge die at once: perhaps memory is short. Free some, or "
                "ask for fewer with --workers, and go on with --resume."
            )

    def dismiss(self) -> None:
        """End the processes, whatever they are doing."""
        self._held.close()
        self._watched.close()
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def _ctrl_c_held_back() -> Generator[None]:
    """Processes that are started meanwhile never hear of Ctrl-C: their parent sees to it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_broken(future: Future) -> bool:
    try:
        future.result()
    except BrokenProcessPool:
        return True
    return False


_load: Callable[[], Inspector] | None = None
_inspector: Inspector | None = None  # of this process


def _begin(load: Callable[[], Inspector], threads: int, watched: Connection) -> None:
    """Make this process a worker."""
    global _load
    _load = load
    prepare_process()
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()
    limit_threads(threads)


def _end_with(watched: Connection) -> None:
    """End when the pipe's other end is closed: by the parent, or with it where it was killed."""
    with suppress(EOFError, OSError):
        watched.recv_bytes()
    os._exit(1)  # nobody will ask for what is in work


def _score(paths: list[str], aligned: bool) -> Rows:
    global _inspector
    if _inspector is None:
        if _load is None:
            raise RuntimeError("`_begin` must run first in a worker.")
        _inspector = _load()  # here, as a UserError finds its way home from a task alone
    return score_files(paths, _inspector, aligned=aligned)
