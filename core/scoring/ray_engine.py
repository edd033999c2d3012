"""The engine beyond one machine: Ray Data hands files to actors on every node of a cluster.

Each actor holds a process of the local engine's crew, with networks of its own on one thread, so a
file that kills its process becomes a row here too. An actor or a node that dies is Ray's concern:
what it had in work is judged again elsewhere. Nothing is doubled by that, as all rows come home to
one process, which keeps one answer for each file (see `core.scoring.part`).

The project, in the same version, must be installed on every node (docs/scale.md).
"""

import json
import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, cast

import pyarrow as pa

from core.config import ROOT
from core.errors import UserError
from core.inference.photo import Inspector
from core.runtime import DEV_LOCK, cores, not_installed, package_folder
from core.scoring.unit import FILES
from core.scoring.workers import Crew, Rows

WAVE_FILES = 500_000  # paths that this process holds at once
BLOCK_FILES = 16 * FILES  # at most: what an actor has in work is judged again when it dies
BLOCKS_EACH = 4  # at least, for each worker: the last one to finish is waited for
STORE_BYTES = 200 * 2**20  # of a cluster started here: paths and rows are all that goes through it
# Environment variables of Ray: it sends no usage statistics, and its workers have the priority of
# the local engine's.
RAY_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what a user needs to hear comes as an error
}


def require_ray() -> None:
    """Look whether Ray is there.

    Raises:
        UserError: it is not installed.
    """
    if package_folder("ray") is None:
        raise not_installed("Ray, which the engine ray judges with,", DEV_LOCK)


def score_on_ray(
    chunks: Iterable[list[str]],
    load: Callable[[], Inspector],
    *,
    workers: int | None = None,
    address: str | None = None,
    aligned: bool = False,
) -> Iterator[tuple[list[str], Rows]]:
    """Judge chunks of files on a cluster.

    Args:
        chunks: paths or URIs that every node can read.
        load: makes a process' inspector; must be picklable.
        workers: actors, one core each; None takes every core of the cluster.
        address: of a running cluster ("auto", "host:6379", "ray://host:10001"); None starts one on
            this machine, and ends it.
        aligned: each whole picture is one aligned face.

    Yields:
        (some files, the rows of each), as they are finished.

    Raises:
        UserError: Ray is not installed, no cluster answers, or `load` raised one.
    """
    require_ray()
    with joined_cluster(workers, address) as slots:
        chunks = iter(chunks)
        while wave := list(chain.from_iterable(islice(chunks, WAVE_FILES // FILES))):
            yield from _judged(wave, workers or slots, load, aligned)


@contextmanager
def joined_cluster(workers: int | None, address: str | None) -> Generator[int]:
    """Join a cluster for a while; where this process has joined one already, it is kept.

    Args:
        workers: cores of a cluster that is started here; None is every core of this machine.
        address: as for `score_on_ray`.

    Yields:
        How many cores the cluster has.

    Raises:
        UserError: no cluster answers.
    """
    for name, value in RAY_SETTINGS.items():
        os.environ.setdefault(name, value)
    import ray

    joined = ray.is_initialized()
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if not joined and address:
            ray.init(address=address, **quiet)
        elif not joined:
            paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
            ray.init(
                address="local",
                num_cpus=workers or cores(),
                object_store_memory=STORE_BYTES,
                include_dashboard=False,
                runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(paths)}},
                **quiet,
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        asked = f"at {address}" if address else "on this machine"
        raise UserError(f"No Ray cluster could be reached {asked} ({_line(error)}).") from error
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        if not joined:
            ray.shutdown()


def _judged(
    wave: list[str], workers: int, load: Callable[[], Inspector], aligned: bool
) -> Iterator[tuple[list[str], Rows]]:
    import ray
    from ray.exceptions import RayError

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False  # the command has one
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    judged = ray.data.from_arrow(_blocks(wave, workers)).map_batches(
        _Judge,
        fn_constructor_args=(load, aligned),
        batch_size=FILES,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
    )
    waiting = set(wave)
    try:
        for table in judged.iter_batches(batch_size=None, batch_format="pyarrow"):
            table = cast(pa.Table, table)  # as asked for; Ray's own hint says otherwise
            for sentence in filter(None, table["refused"].to_pylist()):
                raise UserError(sentence)
            files = [os.fsdecode(name) for name in table["file"].to_pylist()]
            waiting.difference_update(files)
            yield files, [json.loads(rows) for rows in table["rows"].to_pylist()]
    except RayError as error:
        raise UserError(
            f"Ray gave up ({_line(error)}). Nothing that is judged is lost: --resume goes on."
        ) from error
    if waiting:
        raise UserError(f"{len(waiting):,} files did not come back from Ray: go on with --resume.")


def _blocks(wave: list[str], workers: int) -> list[pa.Table]:
    """The files in portions; as bytes, since a name need not be text."""
    size = min(BLOCK_FILES, max(FILES, len(wave) // (BLOCKS_EACH * workers)))
    names = [os.fsencode(path) for path in wave]
    return [
        pa.table({"file": pa.array(names[at : at + size], pa.binary())})
        for at in range(0, len(names), size)
    ]


class _Judge:
    """What an actor does: it holds the networks, in a process that a file may kill."""

    def __init__(self, load: Callable[[], Inspector], aligned: bool):
        # One of as many workers as there are cores, so one thread.
        self._crew = Crew(load, 1, aligned, threads=1)

    def __call__(self, batch: pa.Table) -> pa.Table:
        names = batch["file"].to_pylist()
        try:
            found = self._crew.judge([os.fsdecode(name) for name in names])
        except UserError as error:  # as an exception it would come home in another's words
            return _table(names, refused=str(error))
        return _table(names, [json.dumps(each) for each in found])


def _table(names: list[bytes], rows: list[str] | None = None, refused: str | None = None):
    """What an actor sends home: the rows of each file as JSON, or why it can judge none."""
    columns = {"rows": rows or [None] * len(names), "refused": [refused] * len(names)}
    texts = {name: pa.array(column, pa.string()) for name, column in columns.items()}
    return pa.table({"file": pa.array(names, pa.binary()), **texts})


def _line(error: Exception) -> str:
    """The last line of what it says: Ray's texts are whole tracebacks."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
