"""Run the live pipeline on a video file: an annotated H.264 video, and a report on every face.

Frames are read, judged and written one at a time: pixels in memory do not grow with the length.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace

import pandas as pd

from core.errors import UserError
from core.inference.live.container import Source, open_video
from core.inference.live.evidence import MIN_SPAN_S
from core.inference.live.fit import Fit, Size, letterboxed
from core.inference.live.overlay import draw_tracks
from core.inference.live.pipeline import LivePipeline
from core.inference.live.reader import VideoReader
from core.inference.live.states import LiveFrame
from core.inference.live.survey import main_size
from core.inference.live.track_log import TrackLog, TrackReport
from core.mp4 import Mp4Writer


@dataclass(frozen=True)
class VideoReport:
    """The report on a video.

    Attributes:
        fps: frames per second of the video.
        frames: how many were judged.
        frames_with_face: in how many of them a face was followed.
        width, height: of the annotated video, in pixels.
        duration_s: end of the last judged frame, in seconds.
        tracks: a report on every face that was followed.
        notes: sentences for the user.
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
    *,
    progress: Callable[[float | None], object] = lambda share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> VideoReport:
    """Judge a video and write it with boxes and verdicts, without sound.

    Args:
        source: a path or a seekable binary stream, of a format in `container.FORMATS`.
        target: a path or a seekable stream for the MP4 (H.264); None writes nothing.
        pipeline: a fresh pipeline.
        progress: called after each frame with the share done in [0, 1], None if unknown.
        stopped: called before each frame; True ends the work, and what is done is kept.

    Returns:
        The report; of a file that is damaged further on, on the part before, with a note.

    Raises:
        UserError: it is no video, has no frame that can be decoded, or is over the limits.
    """
    log, size = TrackLog(), main_size(source)
    with open_video(source) as container:
        reader = VideoReader(container)
        with _writer(target, reader.fps) as writer:
            last_s, cancelled = 0.0, False
            for pixels, time_s in reader.frames():
                if stopped():
                    cancelled = True
                    break
                size = size or reader.sizes[0]
                frame = pipeline.step(pixels, time_s)
                log.add(frame)
                if writer is not None:
                    writer.write(draw_tracks(_at_size(frame, size)), time_s)
                last_s = time_s
                progress(min(1.0, time_s / reader.duration_s) if reader.duration_s else None)
        if not log.frames and not cancelled:
            raise UserError(
                "The video has no frame that can be decoded. Save, export or download it again."
            )
        return _report(reader, log, last_s, size or (0, 0), cancelled, pipeline.note)


def _report(
    reader: VideoReader,
    log: TrackLog,
    last_s: float,
    size: Size,
    cancelled: bool,
    judges_note: str | None,
) -> VideoReport:
    notes = reader.notes(last_s, size, cancelled)
    if judges_note:
        notes.append(judges_note)
    if last_s < MIN_SPAN_S and not cancelled:
        notes.append("Too short to judge: a verdict needs about a second of a face.")
    return VideoReport(
        fps=reader.fps,
        frames=log.frames,
        frames_with_face=log.frames_with_face,
        width=size[0],
        height=size[1],
        duration_s=last_s + 1 / reader.fps if log.frames else 0.0,
        tracks=log.report(),
        notes=tuple(notes),
        complete=not cancelled and not reader.cut_short(last_s),
        points=log.points(),
    )


def _at_size(frame: LiveFrame, size: Size) -> LiveFrame:
    """A judged frame and its boxes at the size of the annotated video."""
    own = frame.pixels.shape[1::-1]
    if own == size:
        return frame
    fit = Fit.of(own, size)
    tracks = tuple(replace(track, box=fit.box(track.box)) for track in frame.tracks)
    return replace(frame, pixels=letterboxed(frame.pixels, size), tracks=tracks)


def _writer(target: Source | None, fps: float):
    return nullcontext() if target is None else Mp4Writer(target, fps=fps)
