"""A live stream: one thread judges its frames, others read the results."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import UserError
from core.inference.live.meter import Speed, SpeedMeter
from core.inference.live.overlay import draw_tracks
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.states import TrackState
from core.inference.live.track_log import TrackLog, TrackReport
from core.limits import STREAMS, Places

CHART_S = 30.0
DELAY_WINDOW = 300  # frames over which the smallest delay from the camera is taken

FULL = (
    "As many cameras are judged here as this server allows. Yours will be as soon as another one "
    "stops: leave it on, or come back later."
)
shared_places = Places(STREAMS)  # of the whole process

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamView:
    """A stream's results at one moment.

    Attributes:
        picture: the latest annotated frame: uint8 (height, width, 3), RGB; None before it.
        tracks: the faces in that frame.
        now_s: time of that frame in the stream, in seconds.
        points: columns time_s, track, p_fake, verdict of the last `CHART_S` seconds.
        speed: frames per second, latency, skipped frames.
        error: what went wrong with the latest frame, in a sentence, or None.
        note: why the CNN judges alone although more was wanted, in a sentence, or None.
    """

    picture: np.ndarray | None
    tracks: tuple[TrackState, ...]
    now_s: float
    points: pd.DataFrame
    speed: Speed
    error: str | None
    note: str | None = None


class LiveStream:
    """Judges the frames of one connection. `judge` never raises; any thread may call `view`."""

    def __init__(
        self,
        pipeline: LivePipeline,
        clock: Callable[[], float] = time.monotonic,
        places: Places | None = None,
    ):
        """Wait for the first frame.

        Args:
            pipeline: a fresh one.
            clock: seconds of a steady clock.
            places: a limit on streams that are judged at a time; None for no limit.
        """
        self._pipeline, self._clock, self._places = pipeline, clock, places
        self._who = object()
        self._log = TrackLog(window_s=CHART_S)
        self._meter = SpeedMeter()
        self._delays: deque[float] = deque(maxlen=DELAY_WINDOW)
        self._lock = threading.Lock()
        self._started_s = clock()
        self._picture: np.ndarray | None = None
        self._tracks: tuple[TrackState, ...] = ()
        self._now_s = 0.0
        self._error: str | None = None

    @property
    def settings(self) -> LiveSettings:
        """The settings of the next frame."""
        return self._pipeline.settings

    def set(self, settings: LiveSettings) -> None:
        """Use these settings from the next frame on."""
        self._pipeline.settings = settings

    def judge(
        self, pixels: np.ndarray, *, media_s: float | None = None, dropped: int = 0
    ) -> np.ndarray:
        """Judge a frame and publish the result.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            media_s: the sender's time stamp in seconds, of any origin. With it, the latency
                includes the wait before this call, relative to the fastest recent frame.
            dropped: how many frames were skipped before this one.

        Returns:
            The annotated frame, uint8 (height, width, 3), RGB; `pixels` itself if judging failed
            or all places are taken. The next frame is tried again.
        """
        if self._places is not None and not self._places.has(self._who):
            with self._lock:
                self._error = FULL
            return pixels
        arrived_s = self._arrival(media_s)
        try:
            frame = self._pipeline.step(pixels, arrived_s - self._started_s)
            picture = draw_tracks(frame)
        except Exception as error:  # the caller would swallow it, so the view tells it
            logger.exception("A frame could not be judged")
            with self._lock:
                self._error = _sentence(error)
            return pixels
        with self._lock:
            self._picture, self._tracks, self._now_s = picture, frame.tracks, frame.time_s
            self._error = None
            self._log.add(frame)
            self._meter.add(arrived_s, self._clock(), dropped)
        return picture

    def leave(self) -> None:
        """Free the stream's place; for when no more frames will come."""
        if self._places is not None:
            self._places.leave(self._who)

    def _arrival(self, media_s: float | None) -> float:
        now_s = self._clock()
        if media_s is None:
            return now_s
        self._delays.append(now_s - media_s)
        return min(now_s, media_s + min(self._delays))

    def view(self) -> StreamView:
        """The results at one moment."""
        with self._lock:
            return StreamView(
                self._picture,
                self._tracks,
                self._now_s,
                self._log.points(),
                self._meter.read(self._clock()),
                self._error,
                self._pipeline.note,
            )

    def report(self) -> list[TrackReport]:
        """A report on every face of the stream so far, sorted by number."""
        with self._lock:
            return self._log.report()


def _sentence(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    return (
        f"A frame could not be judged ({type(error).__name__}). The picture goes on without "
        "verdicts; press STOP and START to begin anew."
    )
