"""A process that tries inputs one after the other and tells how each went."""

import gc
import os
import resource
import time
import traceback
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

from bench.torture.kinds import KINDS, Part, make_input
from core.config import ROOT
from core.process import prepare_process
from core.runtime import limit_threads

FINE, REFUSED = "fine", "refused"
SPARE_BYTES = 3 * 2**30  # of addresses beyond what is there once all is loaded
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")  # of Linux


def work(kind: str, seed: int, numbers: Iterable[int], told: Connection) -> None:
    """Try inputs and send a row about each, after one that says that the seeds are made.

    Args:
        kind: a key of `KINDS`.
        seed, numbers: as for `make_input`.
        told: gets dictionaries: number, part, outcome, what, where, seconds, megabytes.
    """
    prepare_process()
    limit_threads(1)
    _silence()
    parts = KINDS[kind].parts()
    gc.collect()
    _bound_memory()
    told.send({})
    for number in numbers:
        part, data = make_input(parts, kind, seed, number)
        told.send({"number": number, "part": part.name, **try_one(part, data)})


def try_one(part: Part, data: bytes) -> dict:
    """How one input went: outcome, of a finding what was raised and where, processor time."""
    before_mb, started = _forget_peak(), time.process_time()
    found = {"outcome": FINE}
    try:
        part.attempt(data)
    except part.refusals:
        found = {"outcome": REFUSED}
    except Exception as error:
        found = {"outcome": "error", "what": _what(error), "where": where(error)}
    seconds = time.process_time() - started
    return {**found, "seconds": seconds, "megabytes": max(0.0, _peak_mb() - before_mb)}


def where(error: BaseException) -> str:
    """The innermost place in the project's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename.startswith(str(ROOT)) and "/.venv/" not in f.filename]
    last = ([f for f in own if "/bench/torture/" not in f.filename] or own or frames)[-1]
    return f"{Path(last.filename).name}, {last.name}"


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200].encode("ascii", "replace").decode()


def _silence() -> None:
    """What decoders write to the terminal is of no interest."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _bound_memory() -> None:
    limit = _kilobytes("VmSize") * 1024 + SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _forget_peak() -> float:
    """Let the peak of memory be that of now, and say it, in megabytes."""
    _CLEAR.write_text("5")
    return _peak_mb()


def _peak_mb() -> float:
    return _kilobytes("VmHWM") / 1024


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])
