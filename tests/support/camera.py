"""A camera for a connection over loopback."""

import numpy as np
from aiortc.mediastreams import VideoStreamTrack
from av import VideoFrame


class Camera(VideoStreamTrack):
    """Sends the same few frames again and again, 30 a second or about as many as are asked."""

    def __init__(self, pictures: list[np.ndarray], fps: int = 30):
        super().__init__()
        self._pictures, self._sent, self._step = pictures, 0, max(1, round(30 / fps))

    async def recv(self) -> VideoFrame:
        for _ in range(self._step):
            pts, time_base = await self.next_timestamp()
        picture = self._pictures[self._sent % len(self._pictures)]
        self._sent += 1
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame
