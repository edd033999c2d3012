"""Judge an uploaded video in a thread: with progress, a way to cancel, and the result."""

import io
import logging
import threading
import time
from collections.abc import Callable

from core.errors import UserError
from core.inference.live.pipeline import LivePipeline
from core.inference.live.video import VideoReport, judge_video
from core.limits import VIDEOS

WAIT_S = 0.2
_turn = threading.Semaphore(1)  # one video is judged at a time, so that webcams stay fluent
_unfinished: set["VideoJob"] = set()  # running or waiting; each holds a whole video in memory
_counting = threading.Lock()

logger = logging.getLogger(__name__)


class VideoJob:
    """One video, judged in memory by a thread. All methods but `wait` return at once.

    Attributes:
        name: the file's name.
        calibration: the thresholds of the verdicts.
        report, error: when done one of them: the result, or a sentence on why there is none.
    """

    def __init__(
        self,
        name: str,
        data: bytes,
        pipeline: LivePipeline,
        *,
        alive: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Start the thread.

        Args:
            name: the file's name, to show.
            data: the video's bytes.
            pipeline: a fresh pipeline.
            alive: called before each frame; False cancels the job.
            clock: seconds of a steady clock.

        Raises:
            UserError: `FACES_MAX_VIDEOS` videos are judged or wait already.
        """
        with _counting:
            if len(_unfinished) >= VIDEOS.value():
                raise UserError(
                    "As many videos are judged or wait here as this server allows. Come back in a "
                    "few minutes: the file need not be dropped again."
                )
            _unfinished.add(self)
        self.name, self.calibration = name, pipeline.calibration
        self.report: VideoReport | None = None
        self.error: str | None = None
        self._output = io.BytesIO()
        self._alive, self._clock = alive, clock
        self._started_s: float | None = None
        self._share: float | None = 0.0
        self._cancelled = threading.Event()
        self._thread = threading.Thread(
            target=self._take_part, args=(data, pipeline), daemon=True, name="video-job"
        )
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the job has ended, with a report or an error."""
        return not self._thread.is_alive()

    @property
    def video(self) -> bytes:
        """The annotated MP4, once the job is done."""
        return self._output.getvalue() if self.done else b""

    def progress(self) -> tuple[float | None, float | None]:
        """Share done in [0, 1] and seconds left; None if unknown."""
        share = self._share
        if not share or self._started_s is None:
            return share, None
        return share, (self._clock() - self._started_s) * (1 - share) / share

    @property
    def waiting(self) -> bool:
        """Whether the job waits for other videos."""
        return self._started_s is None and not self.done

    def cancel(self) -> None:
        """Stop before the next frame; the result is the part that is done."""
        self._cancelled.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until the job ends, at most `timeout_s` seconds; None waits without limit."""
        self._thread.join(timeout_s)

    def _take_part(self, data: bytes, pipeline: LivePipeline) -> None:
        try:
            self._work(data, pipeline)
        finally:
            with _counting:
                _unfinished.discard(self)

    def _work(self, data: bytes, pipeline: LivePipeline) -> None:
        while not _turn.acquire(timeout=WAIT_S):
            if self._stopped():
                self.error = "Cancelled before it began."
                return
        self._started_s = self._clock()
        try:
            self.report = judge_video(
                io.BytesIO(data),
                self._output,
                pipeline,
                progress=self._note,
                stopped=self._stopped,
            )
        except UserError as error:
            self.error = str(error)
        except Exception as error:  # nobody sees a thread's exception
            logger.exception("A video could not be judged")
            self.error = f"The video could not be judged ({type(error).__name__})."
        finally:
            _turn.release()

    def _note(self, share: float | None) -> None:
        self._share = share

    def _stopped(self) -> bool:
        return self._cancelled.is_set() or not self._alive()
