"""Open a video that may come from anybody: FFmpeg is given that file's bytes, and nothing else.

Some formats are only texts that name other files or network addresses (SDP, ffconcat, HLS and
others), and FFmpeg follows them. So a text is refused before FFmpeg sees it, only the formats in
`FORMATS` are opened, and whatever else a file may ask for is denied.
"""

import io
import math
import time
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from core.decoding.formats import ANIMATED, open_image
from core.errors import UserError

Source = Path | BinaryIO
# FFmpeg's names for what phones, cameras, browsers, editors and television write. Every one
# holds its pictures itself. The last line has only sound: opened to be able to say so.
FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,ogg,asf,ivf,obu,mxf,dv,"
    "gif,apng,"
    "mp3,wav,flac,aac"
)
MAX_FRAME_PIXELS = 8192 * 8192
MIN_RATE, MAX_RATE, COMMON_RATE = 0.01, 1000, 30.0  # frames a second
OPEN_LIMIT_S = 20.0  # a sound file is open in well under a second
_LIMITS = {"max_pixels": str(MAX_FRAME_PIXELS)}  # of every decoder
_HEAD_BYTES = 4096
_TEXT_BYTES = bytes({*b"\t\n\f\r\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_SHOWN = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails


@contextmanager
def open_video(source: Source) -> Generator[InputContainer]:
    """Open a video file.

    Args:
        source: a file, or its bytes as a seekable stream, which is read from the start.

    Raises:
        UserError: no video, damaged in its first part, or of a format that is not opened.
    """
    with _file(source) as file:
        file.seek(0)
        _check(file)
        file.seek(0)
        with _container(file) as container:
            yield container


def _file(source: Source):
    if not isinstance(source, Path):
        return nullcontext(source)
    try:
        return source.open("rb")
    except OSError as error:
        raise UserError(f"The file {source} cannot be read ({error.strerror}).") from error


def _check(file: BinaryIO) -> None:
    """Tell what is plainly no video by its content; its name says nothing."""
    head = file.read(_HEAD_BYTES)
    if not head:
        raise UserError("The file is empty (0 bytes), not a video. Save or download it again.")
    if head.startswith(_UTF_16) or not head.translate(None, _TEXT_BYTES):
        raise UserError(
            "The file is a text, not a video. A playlist or a stream description only names "
            "videos, and nothing that it names is opened: give the video file itself."
        )
    kind, moves = _picture(file)
    if moves and kind == "WEBP":  # the one kind of animation that FFmpeg does not play
        raise UserError(
            "The file is a WebP animation, which cannot be played here. Save it as GIF or MP4, "
            "or judge one picture of it on the Photo page."
        )
    if kind is not None and not moves:
        raise UserError(
            "The file is a picture, not a video. The Photo page judges pictures, and so does the "
            "command classify."
        )


def _picture(file: BinaryIO) -> tuple[str | None, bool]:
    """Which kind of picture a file is, None for no picture; and whether it is an animation."""
    try:
        with open_image(file) as picture:
            moves = picture.format in ANIMATED and getattr(picture, "is_animated", False)
            return picture.format, moves
    except UserError:  # beyond the limit on pictures, but one
        return "picture", False
    except Exception:  # Pillow's plugins raise many types; then it is none
        return None, False


class _Bytes:
    """A file for FFmpeg: without its name, by which it would guess a format or find neighbours,
    and with an end to the wait until the video is open."""

    def __init__(self, file: BinaryIO):
        self.seek, self.tell, self._read = file.seek, file.tell, file.read
        self.until_s = time.monotonic() + OPEN_LIMIT_S

    @property
    def late(self) -> bool:
        return time.monotonic() > self.until_s

    def read(self, size: int) -> bytes:
        return b"" if self.late else self._read(size)


def _container(file: BinaryIO) -> InputContainer:
    source = _Bytes(file)
    try:
        container = av.open(
            source,
            mode="r",
            metadata_errors="ignore",
            timeout=(OPEN_LIMIT_S, None),
            options=_LIMITS,
            container_options={"format_whitelist": FORMATS, "protocol_whitelist": "none"},
            io_open=_deny,
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise (_too_slow() if source.late else _unreadable()) from error
    if source.late:
        container.close()
        raise _too_slow()
    source.until_s = math.inf
    return container


def _too_slow() -> UserError:
    return UserError(
        f"The file could not be opened within {OPEN_LIMIT_S:.0f} s. Copy it to a faster disk, or "
        "save it as MP4."
    )


def _unreadable() -> UserError:
    return UserError(
        "The file is not a video this app can read, or it is damaged or cut short. Use MP4, MOV, "
        "WebM or AVI, and save or download it again."
    )


def _deny(url: str, flags: int, options: dict) -> io.IOBase:
    raise PermissionError("A video may not open other files.")


def shown_streams(container: InputContainer) -> list[VideoStream]:
    """The video streams that are no cover pictures or thumbnails."""
    return [s for s in container.streams.video if not s.disposition & _NOT_SHOWN]


def video_stream(container: InputContainer) -> VideoStream:
    """The stream that players show: of those marked "default" the best, by FFmpeg's own rule.

    Raises:
        UserError: there is none, it cannot be decoded, or its frames are beyond the limit.
    """
    shown = shown_streams(container)
    if not shown:
        raise UserError("The file has no video in it, only sound or pictures.")
    playable = [stream for stream in shown if stream.codec_context is not None]
    if not playable:
        raise UserError(
            "The video's coding is not known to this app. Save it as H.264, which every "
            "program can write."
        )
    named = container.streams.best("video")
    best = next((stream for stream in playable if stream == named), None)
    if best is None:
        best = max(playable, key=lambda s: (Disposition.default in s.disposition, s.width))
    check_size(best.width, best.height)
    best.codec_context.options = _LIMITS
    return best


def frame_rate(stream: VideoStream) -> float:
    """Frames a second as the file states them, or a common rate where it does not."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate and MIN_RATE <= rate <= MAX_RATE else COMMON_RATE


def check_size(width: int, height: int) -> None:
    """Refuse frames that would take too much memory.

    Raises:
        UserError: more than `MAX_FRAME_PIXELS`, or none: FFmpeg has held them back for that.
    """
    if not 0 < width * height <= MAX_FRAME_PIXELS:
        raise UserError(
            f"The video's frames are too large (more than {MAX_FRAME_PIXELS // 10**6} million "
            "pixels), or their size cannot be told. Save it at a smaller size."
        )
