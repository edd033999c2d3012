"""A burst: about ten views of a camera's face, judged together to one verdict."""

import time
from collections.abc import Callable

import numpy as np

from core.inference.live.asking import Asking, Beside
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.stream import LiveStream, StreamView
from core.inference.networks import Network
from core.limits import Places

FRAMES = 10  # judged views of the largest face
SETTLE_S = 2.0  # not judged: exposure, focus and bit rate are poor at first
NO_FACE_S, LIMIT_S = 8.0, 20.0  # a burst ends after this long without, and with a face
_SETTINGS = LiveSettings(search_s=0.5, judge_s=0.25, second_s=0.25, mirror=True)


class Burst:
    """Judges a camera's frames until there are enough; later ones pass unchanged.

    Attributes:
        result: the stream's last view when the burst ended; None before.
    """

    def __init__(
        self,
        judges: Judges,
        settings: LiveSettings = _SETTINGS,
        clock: Callable[[], float] = time.monotonic,
        places: Places | None = None,
        asking: Callable[[Network], Asking] = Beside,
    ):
        """Wait for the first frame.

        Args:
            judges: the networks.
            settings: of the pipeline.
            clock: seconds of a steady clock.
            places: as for `LiveStream`.
            asking: as for `LivePipeline`.
        """
        pipeline = LivePipeline(judges, settings=settings, asking=asking)
        self._stream = LiveStream(pipeline, clock, places)
        self._clock = clock
        self.result: StreamView | None = None
        self._first_s: float | None = None

    def judge(
        self, pixels: np.ndarray, *, media_s: float | None = None, dropped: int = 0
    ) -> np.ndarray:
        """As `LiveStream.judge`; frames of the first `SETTLE_S` seconds pass unchanged."""
        if self._first_s is None:
            self._first_s = self._clock()
        elapsed_s = self._clock() - self._first_s
        if self.result is not None or elapsed_s < SETTLE_S:
            return pixels
        drawn = self._stream.judge(pixels, media_s=media_s, dropped=dropped)
        view = self._stream.view()
        if view.picture is not None and is_enough(view, elapsed_s):
            self.result = view
            self.leave()
        return drawn

    def leave(self) -> None:
        """As `LiveStream.leave`."""
        self._stream.leave()

    @property
    def begun(self) -> bool:
        """Whether a frame has arrived."""
        return self._first_s is not None

    @property
    def error(self) -> str | None:
        """What went wrong with the latest judged frame, in a sentence, or None."""
        return self._stream.view().error

    @property
    def seen(self) -> int:
        """How many views of the largest face were judged so far."""
        return _views(self._stream.view())


def is_enough(view: StreamView, elapsed_s: float) -> bool:
    """Whether a burst ends with this view, `elapsed_s` seconds after its first frame."""
    if not view.tracks:
        return elapsed_s >= NO_FACE_S
    settled = all(track.enough for track in view.tracks)
    return (settled and _views(view) >= FRAMES) or elapsed_s >= LIMIT_S


def _views(view: StreamView) -> int:
    largest = max(view.tracks, key=lambda track: track.box.area, default=None)
    return largest.judged if largest else 0
