"""Between WebRTC and the live pipeline: what becomes of a browser's frames."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import av
from streamlit_webrtc import VideoProcessorBase

from core.inference.live.asking import Beside
from core.inference.live.burst import Burst
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.stream import LiveStream, shared_places
from core.limits import Places


@dataclass
class LiveConnection:
    """What outlives reruns of a page.

    Attributes:
        settings: of the stream, and of those to come.
        stream: the latest one; None before the first START.
        clock: seconds of a steady clock, for the streams to come.
        places: of which each of them needs one.
    """

    settings: LiveSettings
    stream: LiveStream | None = None
    clock: Callable[[], float] = time.monotonic
    places: Places = shared_places

    def set(self, settings: LiveSettings) -> None:
        """Use these settings from the next frame on."""
        self.settings = settings
        if self.stream is not None:
            self.stream.set(_steady(settings))

    def start(self, judges: Judges) -> "FrameProcessor":
        """Begin a new stream with the shared networks; called at every START."""
        if self.stream is not None:
            self.stream.leave()
        pipeline = LivePipeline(judges, settings=_steady(self.settings), asking=Beside)
        self.stream = LiveStream(pipeline, self.clock, self.places)
        return FrameProcessor(self.stream)


def _steady(settings: LiveSettings) -> LiveSettings:
    """The settings for a camera, whose frames must not wait for one that takes long."""
    return replace(settings, spread=True)


class FrameProcessor(VideoProcessorBase):
    """Judges the newest of the frames that have come in; the older ones are left out.

    No queue can grow, and as `LiveStream.judge` never raises, no error is lost in the thread.

    Attributes:
        loop: the event loop of the connection; None before its first frame.
    """

    def __init__(self, stream: LiveStream | Burst):
        self._stream = stream
        self.loop: asyncio.AbstractEventLoop | None = None

    async def recv_queued(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """One annotated frame for all that have come in since the last call."""
        self.loop = asyncio.get_running_loop()
        newest = frames[-1]
        drawn = self._stream.judge(
            newest.to_ndarray(format="rgb24"), media_s=newest.time, dropped=len(frames) - 1
        )
        return [av.VideoFrame.from_ndarray(drawn, format="rgb24")]

    def on_ended(self) -> None:
        """The camera is off, or its connection is.

        streamlit-webrtc lets a loop run in a thread for each connection and does not close it: its
        two sockets would stay until garbage is collected.
        """
        self._stream.leave()
        if self.loop is not None and not self.loop.is_running():
            self.loop.close()
