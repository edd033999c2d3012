"""Write frames as H.264 in MP4, which every browser plays."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange

from core.errors import UserError

CLOCK = 90_000  # ticks a second
BT709 = 1  # in ITU-T H.273, for matrix, primaries and transfer curve


class Mp4Writer:
    """Writes frames at the times they have, so a variable frame rate is kept.

    Use it as a context manager: leaving it, with or without an error, finishes the file, and
    what was written plays.
    """

    def __init__(self, target: Path | BinaryIO, *, fps: float, crf: int = 23):
        """Open the target.

        Args:
            target: a file, or a seekable stream.
            fps: frames a second, about; the encoder plans with it.
            crf: constant rate factor, 0 (lossless) to 51.

        Raises:
            UserError: the file cannot be written.
        """
        self._stream = None
        self._ticks = -1
        self._rate = Fraction(fps).limit_denominator(1001)
        self._crf = crf
        try:
            self._file = target.open("wb") if isinstance(target, Path) else None
        except OSError as error:
            raise UserError(
                f"The video cannot be written to {target} ({error.strerror})."
            ) from error
        self._container = av.open(self._file or target, "w", format="mp4")

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(self, *_) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()
        if self._file is not None:
            self._file.close()

    def write(self, pixels: np.ndarray, time_s: float) -> None:
        """Append a frame.

        Args:
            pixels: uint8 (height, width, 3), RGB, of the first frame's size; even sides.
            time_s: when it is shown, in seconds; later than the frame before.
        """
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.height, self._stream.width = pixels.shape[:2]
            self._stream.pix_fmt = "yuv420p"
            self._stream.options = {"preset": "veryfast", "crf": str(self._crf)}
            self._stream.codec_context.time_base = Fraction(1, CLOCK)
            _label_as_bt709(self._stream.codec_context)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=BT709, dst_color_range=ColorRange.MPEG
        )
        self._ticks = max(self._ticks + 1, round(time_s * CLOCK))
        frame.pts, frame.time_base = self._ticks, Fraction(1, CLOCK)
        self._container.mux(self._stream.encode(frame))


def _label_as_bt709(context: VideoCodecContext) -> None:
    """Say which colours these are: without a label players guess by the picture's height."""
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = ColorRange.MPEG


def write_mp4(
    frames: Iterable[np.ndarray], target: Path | BinaryIO, *, fps: float = 30.0, crf: int = 23
) -> None:
    """Write frames of a steady rate; see `Mp4Writer`."""
    with Mp4Writer(target, fps=fps, crf=crf) as writer:
        for number, pixels in enumerate(frames):
            writer.write(pixels, number / fps)
