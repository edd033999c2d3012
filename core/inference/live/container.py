"""Open an untrusted video: FFmpeg reads the bytes of that file and nothing else.

Some formats are texts that name other files or network addresses (SDP, ffconcat, HLS and others),
which FFmpeg would open. So texts are refused before FFmpeg reads them, only the formats in
`FORMATS` are allowed, and opening any other file is denied.
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
# FFmpeg's names of the formats of phones, cameras, browsers, editors and television, all of which
# hold their pictures themselves. The last line is audio: opened to tell that there is no video.
FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,ogg,asf,ivf,obu,mxf,dv,"
    "gif,apng,"
    "mp3,wav,flac,aac"
)
MAX_FRAME_PIXELS = 8192 * 8192
MIN_RATE, MAX_RATE, COMMON_RATE = 0.01, 1000, 30.0  # frames a second
OPEN_LIMIT_S = 20.0  # an intact file opens in well under a second
_LIMITS = {"max_pixels": str(MAX_FRAME_PIXELS)}  # of every decoder
_HEAD_BYTES = 4096
_TEXT_BYTES = bytes({*b"\t\n\f\r\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_SHOWN = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails


@contextmanager
def open_video(source: Source) -> Generator[InputContainer]:
    """Open a video file.

    Args:
        source: a path, or a seekable binary stream, which is read from its start.

    Raises:
        UserError: it cannot be read, is no video, is damaged at its start, is of a format that is
            not in `FORMATS`, or takes longer than `OPEN_LIMIT_S` to open.
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
    """Refuse empty files, texts and pictures by their content; the name is ignored."""
    head = file.read(_HEAD_BYTES)
    if not head:
        raise UserError("The file is empty (0 bytes), not a video. Save or download it again.")
    if head.startswith(_UTF_16) or not head.translate(None, _TEXT_BYTES):
        raise UserError(
            "The file is a text, not a video. A playlist or a stream description only names "
            "videos, and nothing that it names is opened: give the video file itself."
        )
    kind, moves = _picture(file)
    if moves and kind == "WEBP":  # the only animation that FFmpeg cannot decode
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
    """The format of a picture file, None if it is no picture; and whether it is an animation."""
    try:
        with open_image(file) as picture:
            moves = picture.format in ANIMATED and getattr(picture, "is_animated", False)
            return picture.format, moves
    except UserError:  # over the limit on pixels, but a picture
        return "picture", False
    except Exception:  # Pillow's plugins raise many types; then it is none
        return None, False


class _Bytes:
    """A file for FFmpeg without its name, from which it would guess a format or other files, and
    with a time limit until the video is open."""

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
    """The video streams without cover pictures and thumbnails."""
    return [s for s in container.streams.video if not s.disposition & _NOT_SHOWN]


def video_stream(container: InputContainer) -> VideoStream:
    """The video stream that players show, chosen by FFmpeg's rule.

    Raises:
        UserError: there is none, its codec is not known, or its frames are too large.
    """
    shown = shown_streams(container)
    if not shown:
        raise UserError("The file has no video in it, only sound or pictures.")
    playable = [stream for stream in shown if stream.codec_context is not None]
    if not playable:
        raise UserError(
            "The video's codec is not known to this app. Save it as H.264, which every "
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
    """Frames per second as the file states them; `COMMON_RATE` if it states none or a wrong one."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate and MIN_RATE <= rate <= MAX_RATE else COMMON_RATE


def check_size(width: int, height: int) -> None:
    """Refuse frames that would take too much memory.

    Raises:
        UserError: more than `MAX_FRAME_PIXELS` pixels, or 0: FFmpeg refused to tell the size.
    """
    if not 0 < width * height <= MAX_FRAME_PIXELS:
        raise UserError(
            f"The video's frames are too large (more than {MAX_FRAME_PIXELS // 10**6} million "
            "pixels), or their size cannot be told. Save it at a smaller size."
        )
