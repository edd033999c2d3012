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


def cpu_settings() -> dict[str, str | int]:
    """What OpenVINO is told when it compiles a network.

    Left alone, processors with bfloat16 units round to that, which costs 1e-3 in probability and
    parts from the Keras weights.
    """
    return {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", **_limits}
