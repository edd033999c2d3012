"""How networks are read, compiled and run on this machine: precision, threads, cores."""

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from openvino import CompiledModel, Model

# What a part of the app can do without; the locks name versions and hashes. Of the packages in the
# latter two only data files are read.
DEV_LOCK = "requirements-dev.lock"
DATA_LOCK, DATA_DEV_LOCK = "requirements-data.lock", "requirements-data-dev.lock"
_limits: dict[str, int] = {}  # of this process


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_threads(count: int) -> None:
    """Let networks, OpenCV and matrix products of this process use so many threads each.

    For a process among several that share the cores; call it before a network is loaded.
    """
    import cv2
    from threadpoolctl import threadpool_limits

    _limits["INFERENCE_NUM_THREADS"] = count
    cv2.setNumThreads(count)
    threadpool_limits(count)


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, found without importing it; None if it is not installed."""
    found = importlib.util.find_spec(name)
    folders = found.submodule_search_locations if found else None
    return Path(next(iter(folders))) if folders else None


def how_to_install(lock: str, *, again: bool = False) -> str:
    """The sentence that tells how to install the packages of a lock.

    Args:
        lock: `DEV_LOCK`, `DATA_LOCK` or `DATA_DEV_LOCK`.
        again: over an installed copy that is damaged or of another version.
    """
    options = "--require-hashes --no-deps" + " --force-reinstall" * again
    return f"Run `pip install {options} -r {lock}` in this project's folder."


def not_installed(what: str, lock: str) -> UserError:
    """The error, to be raised, where something is missing that the app can do without.

    Args:
        what: is missing, and what for, as a sentence begins.
        lock: that holds it, as `how_to_install` takes it.
    """
    return UserError(f"{what} is not installed. {how_to_install(lock)}")


def read_network(source: Path | bytes, constants: bytes | None = None) -> "Model":
    """A network as an OpenVINO model, to be looked into or compiled.

    Args:
        source: a file, or the bytes of an ONNX file or of an IR's XML.
        constants: the IR's, where `source` is its XML.

    Raises:
        RuntimeError: it is no network.
    """
    import openvino as ov  # kept out of the start of every other command

    return ov.Core().read_model(source, b"" if constants is None else constants)


def compiled(network: "Model", *, precision: str = "f32") -> "CompiledModel":
    """A network made ready for the CPU, as an OpenVINO `CompiledModel`.

    Run it by a request of your own (`create_infer_request`): one that is called itself keeps a
    request that keeps it, and never leaves the memory.

    Left alone, processors with bfloat16 units round to that, which costs 1e-3 in probability and
    parts from the Keras weights, and 6% of the spread of features that are compared.

    Args:
        network: what `read_network` gave.
        precision: "f32", or "bf16" for work that may be rough.
    """
    import openvino as ov

    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision, **_limits}
    return ov.Core().compile_model(network, "CPU", settings)


def fast_precision() -> str:
    """The precision that this processor computes fastest: "bf16" with units for it, else "f32"."""
    import openvino as ov

    able = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"
