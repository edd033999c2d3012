"""How compiled networks run on this machine: precision, threads, cores."""

import os

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


def cpu_settings(precision: str = "f32") -> dict[str, str | int]:
    """What OpenVINO is told when it compiles a network.

    Left alone, processors with bfloat16 units round to that, which costs 1e-3 in probability and
    parts from the Keras weights.

    Args:
        precision: "f32", or "bf16" for work that may be rough.
    """
    return {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision, **_limits}


def fast_precision() -> str:
    """The precision that this processor computes fastest: "bf16" with units for it, else "f32"."""
    import openvino as ov

    able = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"
