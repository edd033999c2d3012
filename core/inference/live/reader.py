"""Read a video: the frames that a player shows, their times, and notes for the user."""

import math
from collections.abc import Iterator

import av
import numpy as np
from av.container import InputContainer

from core.inference.live.container import frame_rate, shown_streams, video_stream
from core.inference.live.display import MAX_SIDE, Display
from core.inference.live.fit import Size

MAX_DAMAGED = 200  # unreadable packets in a row after which reading ends
MAX_SIZES = 4  # named in a note
# A longer gap between time stamps is a new clock in a broadcast, and damage in other files.
BROADCAST_JUMP_S, JUMP_S = 10.0, 3600.0
_BROADCAST = frozenset({"mpegts", "mpeg"})


class VideoReader:
    """Decodes an opened video once.

    Attributes:
        fps: frames per second of the video.
        duration_s: the duration that the file states, in seconds, or None.
        sizes: the distinct sizes (width, height) of the frames so far, in pixels.
    """

    def __init__(self, container: InputContainer):
        """Choose the stream.

        Raises:
            UserError: as `video_stream`.
        """
        self._container, self._stream = container, video_stream(container)
        self._stream.thread_type = "AUTO"
        self.fps = frame_rate(self._stream)
        self.duration_s = self._duration_s()
        self.sizes: list[Size] = []
        self._display = Display(self._stream)
        self._stored: Size | None = None  # of the first frame, in the upright picture's order
        self._damaged = 0
        broadcast = container.format.name in _BROADCAST
        self._clock = _Clock(self.fps, BROADCAST_JUMP_S if broadcast else JUMP_S)

    def frames(self) -> Iterator[tuple[np.ndarray, float]]:
        """Yield each frame as (uint8 (height, width, 3) RGB, seconds since the first frame).

        The size may change from frame to frame.

        Raises:
            UserError: as `Display.show`.
        """
        for shown in self._display.show(self._decoded()):
            self._stored = self._stored or shown.stored
            if shown.size not in self.sizes:
                self.sizes.append(shown.size)
            yield shown.pixels, self._clock.time_s(shown.time_s)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets, in_a_row = self._container.demux(self._stream), 0
        while in_a_row < MAX_DAMAGED:
            try:
                decoded = next(packets).decode()
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError):
                self._damaged, in_a_row = self._damaged + 1, in_a_row + 1
                continue
            in_a_row = 0
            yield from decoded

    def notes(self, last_s: float, size: Size, cancelled: bool) -> list[str]:
        """Sentences for the user on this file.

        Args:
            last_s: time of the last judged frame, in seconds.
            size: (width, height) of the annotated video, in pixels.
            cancelled: whether the user stopped there.
        """
        notes = self._notes_on_size(size)
        if (count := len(shown_streams(self._container))) > 1:
            notes.append(
                f"Of the file's {count} video streams the one that players show was judged."
            )
        if self._display.deinterlaced:
            notes.append("The video is interlaced: its half pictures were put together.")
        if self._display.toned_down:
            notes.append("The video is HDR: its colours were brought to those of a common screen.")
        if self._container.streams.audio:
            notes.append("The sound was left out.")
        if cancelled:
            notes.append(f"Stopped by you after {last_s:.1f} s; the part before is kept.")
        elif self.cut_short(last_s):
            notes.append(
                f"The file is damaged or cut short: it says {self.duration_s:.1f} s, "
                f"{last_s:.1f} s could be judged."
            )
        elif self._damaged:
            notes.append(f"{self._damaged} damaged pieces of the file were skipped.")
        return notes

    def _notes_on_size(self, size: Size) -> list[str]:
        if not self.sizes or self._stored is None:
            return []
        if len(self.sizes) > 1:
            named = ", then ".join(_words(one) for one in self.sizes[:MAX_SIZES])
            more = ", and more" if len(self.sizes) > MAX_SIZES else ""
            return [
                f"The picture changes its size: {named}{more} pixels. Every frame was judged at "
                f"its own size; the annotated video has {_words(size)} throughout."
            ]
        (width, height), (shown_width, shown_height) = self._stored, self.sizes[0]
        if max(width, height) > MAX_SIDE:
            return [
                f"Frames were scaled from {width} x {height} to {shown_width} x {shown_height} "
                "pixels."
            ]
        if abs(width - shown_width) > 1 or abs(height - shown_height) > 1:  # 1: made even
            return [
                f"The file's pixels are not square: its frames of {width} x {height} were judged "
                f"as players show them, at {shown_width} x {shown_height}."
            ]
        return []

    def cut_short(self, last_s: float) -> bool:
        """Whether the frames end over a second, and three frames, before the stated duration."""
        if not self.duration_s or self._clock.jumped:
            return False
        return self.duration_s - last_s > max(1.0, 3 / self.fps)

    def _duration_s(self) -> float | None:
        stream, container = self._stream, self._container
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration:
            # Only Matroska counts its duration from zero and not from the first frame.
            before = container.start_time or 0 if "matroska" in container.format.name else 0
            seconds = (container.duration - before) / av.time_base
        else:
            return None
        return seconds if math.isfinite(seconds) and seconds > 0 else None


class _Clock:
    """Turns time stamps into strictly increasing seconds since the first frame."""

    def __init__(self, fps: float, longest_s: float):
        self.jumped = False
        self._step_s, self._longest_s = 1 / fps, longest_s
        self._origin_s = 0.0
        self._last_s: float | None = None

    def time_s(self, stamp_s: float | None) -> float:
        """The next frame's time; one step later if its stamp is missing, repeated or an outlier."""
        if self._last_s is None:
            self._origin_s, self._last_s = stamp_s or 0.0, 0.0
            return 0.0
        next_s = self._last_s + self._step_s
        now_s = next_s if stamp_s is None else stamp_s - self._origin_s
        if abs(now_s - self._last_s) > self._longest_s:
            self._origin_s += now_s - next_s
            self.jumped, now_s = True, next_s
        self._last_s = now_s if now_s > self._last_s else next_s
        return self._last_s


def _words(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
