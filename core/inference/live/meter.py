"""The speed of a stream: frames per second, latency, skipped frames."""

from collections import deque
from dataclasses import dataclass

import numpy as np

STALE_AFTER_S = 2.0


@dataclass(frozen=True)
class Speed:
    """The speed over the window before the latest result.

    Attributes:
        fps: judged frames per second; 0 before the second result.
        p50_latency_ms, p95_latency_ms: percentiles of the time from a frame's arrival to its
            result; None before the first result.
        judged, dropped: frames since the start.
        stale: whether the latest result is older than `STALE_AFTER_S` seconds.
    """

    fps: float
    p50_latency_ms: float | None
    p95_latency_ms: float | None
    judged: int
    dropped: int
    stale: bool


class SpeedMeter:
    """Counts frames over a sliding window. Times are seconds of any one steady clock."""

    def __init__(self, window_s: float = 5.0):
        self._window_s = window_s
        self._results: deque[tuple[float, float]] = deque()  # done, latency
        self._judged = self._dropped = 0

    def add(self, arrived_s: float, done_s: float, dropped: int = 0) -> None:
        """Add a result.

        Args:
            arrived_s: when its frame arrived.
            done_s: when the result was ready.
            dropped: how many frames were skipped before it.
        """
        self._results.append((done_s, max(0.0, done_s - arrived_s)))
        self._judged += 1
        self._dropped += dropped
        while self._results[0][0] < done_s - self._window_s:
            self._results.popleft()

    def read(self, now_s: float) -> Speed:
        """The speed at a time of the same clock."""
        latencies_ms = [1000 * latency for _, latency in self._results]
        p50, p95 = np.percentile(latencies_ms, [50, 95]) if latencies_ms else (None, None)
        times_s = [done_s for done_s, _ in self._results]
        span_s = times_s[-1] - times_s[0] if times_s else 0.0
        return Speed(
            fps=(len(times_s) - 1) / span_s if span_s > 0 else 0.0,
            p50_latency_ms=None if p50 is None else float(p50),
            p95_latency_ms=None if p95 is None else float(p95),
            judged=self._judged,
            dropped=self._dropped,
            stale=bool(times_s) and now_s - times_s[-1] > STALE_AFTER_S,
        )
