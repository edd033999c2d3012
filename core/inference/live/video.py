"""The live pipeline on a video file: annotated H.264 out, and a report on every face.

Frames are read, judged, written and forgotten one at a time: memory does not grow with length.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import pandas as pd

from core.errors import UserError
from core.inference.live.evidence import MIN_SPAN_S
from core.inference.live.overlay import draw_tracks
from core.inference.live.pipeline import LivePipeline
from core.inference.live.track_log import TrackLog, TrackReport
from core.inference.verdict import Calibration
from core.mp4 import Mp4Writer

MAX_SIDE = 1920  # larger frames are scaled down, in pixels
MAX_FRAME_PIXELS = 8192 * 8192
MAX_DAMAGED = 200  # unreadable pieces in a row before a file is given up
Source = Path | BinaryIO


@dataclass(frozen=True)
class VideoReport:
    """What was found in a video.

    Attributes:
        fps: frames a second of the video itself.
        frames: how many were judged.
        frames_with_face: in how many of them a face was followed.
        width, height: of the annotated video, in pixels.
        duration_s: end of the last judged frame.
        tracks: every face that was followed.
        notes: sentences on what was done or went wrong.
        complete: whether the file was judged to its end.
        points: columns time_s, track, p_fake, verdict, for a chart.
    """

    fps: float
    frames: int
    frames_with_face: int
    width: int
    height: int
    duration_s: float
    tracks: list[TrackReport]
    notes: tuple[str, ...]
    complete: bool
    points: pd.DataFrame

    def to_contract(self) -> dict:
        """The JSON track report of `python -m core video`."""
        return {
            "fps": round(self.fps, 3),
            "frames": self.frames,
            "frames_with_face": self.frames_with_face,
            "width": self.width,
            "height": self.height,
            "duration_s": round(self.duration_s, 3),
            "complete": self.complete,
            "notes": list(self.notes),
            "tracks": [asdict(track) for track in self.tracks],
        }


def judge_video(
    source: Source,
    target: Source | None,
    pipeline: LivePipeline,
    calibration: Calibration,
    *,
    progress: Callable[[float | None], object] = lambda share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> VideoReport:
    """Judge a video and write it with boxes and verdicts, without sound.

    Args:
        source: a file of any container and codec that FFmpeg reads, or its bytes as a stream.
        target: where the MP4 (H.264) goes, a file or a seekable stream; None writes nothing.
        pipeline: a fresh pipeline.
        calibration: for the verdict on a whole track.
        progress: told the share done after each frame, None where the length is unknown.
        stopped: asked before each frame; True ends the work, what is done is kept.

    Raises:
        UserError: not a video, one without frames or beyond the limits. A file that breaks
            later gives a report on the part before, with a note.
    """
    log = TrackLog(calibration)
    with _Reader(source) as reader, _writer(target, reader.fps) as writer:
        last_s, cancelled = 0.0, False
        for pixels, time_s in reader.frames():
            if stopped():
                cancelled = True
                break
            frame = pipeline.step(pixels, time_s)
            log.add(frame)
            if writer is not None:
                writer.write(draw_tracks(frame), time_s)
            last_s = time_s
            progress(min(1.0, time_s / reader.duration_s) if reader.duration_s else None)
        if not log.frames and not cancelled:
            raise UserError(
                "The video has no frame that can be decoded. Save, export or download it again."
            )
        notes = reader.notes(last_s, cancelled)
        if last_s < MIN_SPAN_S and not cancelled:
            notes.append("Too short to judge: a verdict needs about a second of a face.")
        return VideoReport(
            fps=reader.fps,
            frames=log.frames,
            frames_with_face=log.frames_with_face,
            width=reader.size[0],
            height=reader.size[1],
            duration_s=last_s + 1 / reader.fps if log.frames else 0.0,
            tracks=log.report(),
            notes=tuple(notes),
            complete=not cancelled and not reader.cut_short(last_s),
            points=log.points(),
        )


def _writer(target: Source | None, fps: float):
    return nullcontext() if target is None else Mp4Writer(target, fps=fps)


class _Reader:
    """Decodes the first video stream of a file: upright RGB frames with their times."""

    def __init__(self, source: Source):
        try:
            file = str(source) if isinstance(source, Path) else source
            self._container = av.open(file, metadata_errors="ignore")
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise UserError(
                "The file is not a video this app can read, or it is damaged or cut short. Use "
                "MP4, MOV, WebM or AVI, and save or download it again."
            ) from error
        if self._is_picture():
            self._container.close()
            raise UserError(
                "The file is a picture, not a video. Judge it on the Photo page, or with "
                "`python -m core classify`."
            )
        streams = [s for s in self._container.streams.video if not _is_cover(s)]
        if not streams:
            self._container.close()
            raise UserError("The file has no video in it, only sound or pictures.")
        self._stream = streams[0]
        self._stream.thread_type = "AUTO"
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.fps = float(rate) if rate and 0 < rate <= 1000 else 30.0
        self.duration_s = self._duration_s()
        self.size = (0, 0)
        self._damaged = 0
        self._scaled_from: tuple[int, int] | None = None

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_) -> None:
        self._container.close()

    def frames(self) -> Iterator[tuple[np.ndarray, float]]:
        """(uint8 (height, width, 3) RGB, seconds since the first frame) of each frame."""
        first_s = last_s = None
        for number, frame in enumerate(self._decoded()):
            time_s = frame.time if frame.time is not None else number / self.fps
            first_s = time_s if first_s is None else first_s
            time_s -= first_s
            if last_s is not None and not time_s > last_s:  # lost or doubled time stamps
                time_s = last_s + 1 / self.fps
            last_s = time_s
            yield self._upright(frame), time_s

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

    def _upright(self, frame: av.VideoFrame) -> np.ndarray:
        if frame.width * frame.height > MAX_FRAME_PIXELS:
            raise UserError(
                f"The video's frames are too large ({frame.width} x {frame.height} pixels). "
                "Scale it down first."
            )
        quarter_turns = round(frame.rotation / 90) % 4
        if self.size == (0, 0):
            self.size = self._size_for(frame, quarter_turns)
        width, height = self.size if quarter_turns % 2 == 0 else self.size[::-1]
        rgb = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
        return np.ascontiguousarray(np.rot90(rgb.to_ndarray(), quarter_turns))

    def _size_for(self, frame: av.VideoFrame, quarter_turns: int) -> tuple[int, int]:
        """Size of all upright frames: within MAX_SIDE, even as H.264 asks for."""
        size = (frame.width, frame.height)
        size = size if quarter_turns % 2 == 0 else size[::-1]
        scale = min(1.0, MAX_SIDE / max(size))
        if scale < 1:
            self._scaled_from = size
        width, height = (max(2, round(side * scale / 2) * 2) for side in size)
        return width, height

    def notes(self, last_s: float, cancelled: bool) -> list[str]:
        """Sentences on what a user should know of this file."""
        notes = []
        if self._scaled_from:
            notes.append(
                f"Frames were scaled from {self._scaled_from[0]} x {self._scaled_from[1]} to "
                f"{self.size[0]} x {self.size[1]} pixels."
            )
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

    def cut_short(self, last_s: float) -> bool:
        """Whether the frames ended well before the length that the file states."""
        if not self.duration_s:
            return False
        return self.duration_s - last_s > max(1.0, 3 / self.fps)

    def _is_picture(self) -> bool:
        """FFmpeg has formats of its own for pictures: image2, png_pipe, jpeg_pipe and so on."""
        name = self._container.format.name
        return name == "image2" or name.endswith("_pipe")

    def _duration_s(self) -> float | None:
        stream, container = self._stream, self._container
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration:
            seconds = container.duration / av.time_base
        else:
            return None
        return seconds if math.isfinite(seconds) and seconds > 0 else None


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)
