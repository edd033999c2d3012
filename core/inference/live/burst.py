"""About ten frames of a camera, judged as one: the verdict stands when enough was seen."""

import numpy as np

from core.inference.live.asking import Beside
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.stream import LiveStream, StreamView

FRAMES = 10  # judged views of the largest face
LIMIT_S = 8.0  # a camera that shows no face for so long, or a slow machine, ends it as well
_SETTINGS = LiveSettings(search_s=0.5, judge_s=0.25, second_s=0.25, mirror=True)


class Burst:
    """Judges a camera's frames until enough was seen; then lets them pass as they are.

    Attributes:
        result: what was seen when it ended, None until then.
    """

    def __init__(self, judges: Judges, settings: LiveSettings = _SETTINGS):
        self._stream = LiveStream(LivePipeline(judges, settings=settings, asking=Beside))
        self.result: StreamView | None = None

    def judge(
        self, pixels: np.ndarray, *, media_s: float | None = None, dropped: int = 0
    ) -> np.ndarray:
        """As `LiveStream.judge`."""
        if self.result is not None:
            return pixels
        drawn = self._stream.judge(pixels, media_s=media_s, dropped=dropped)
        view = self._stream.view()
        if is_enough(view):
            self.result = view
        return drawn

    @property
    def error(self) -> str | None:
        """What is wrong with the latest frame, in a sentence, or None."""
        return self._stream.view().error

    @property
    def seen(self) -> int:
        """How many views of the largest face were judged."""
        return _views(self._stream.view())


def is_enough(view: StreamView) -> bool:
    """Whether a burst may end with this."""
    if view.picture is None:
        return False
    settled = bool(view.tracks) and all(track.enough for track in view.tracks)
    return (settled and _views(view) >= FRAMES) or view.now_s >= LIMIT_S


def _views(view: StreamView) -> int:
    largest = max(view.tracks, key=lambda track: track.box.area, default=None)
    return largest.judged if largest else 0
