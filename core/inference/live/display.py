"""From decoded frames to what a player shows: pixel aspect, rotation, colours, interlacing.

FFmpeg's filters do the work; the choices that its players make are made here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.video.stream import VideoStream

from core.decoding.hdr import HLG, PQ, toned_down
from core.errors import UserError
from core.inference.live.container import check_size

MAX_SIDE = 1920  # larger frames are scaled down, in pixels
MAX_ASPECT = 4.0  # of a pixel; real ones reach 2.9, others are wrong entries
HD_HEIGHT = 720  # from this height browsers take unlabelled colours as BT.709
# The colour matrices that swscale knows, numbered by ITU-T H.273.
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}


@dataclass(frozen=True)
class Shown:
    """A frame as it is shown.

    Attributes:
        pixels: uint8 (height, width, 3), RGB, upright; both sides even and within `MAX_SIDE`.
        time_s: its time stamp in seconds, or None.
        stored: width and height in the file, swapped if the frame was turned by 90 degrees.
    """

    pixels: np.ndarray
    time_s: float | None
    stored: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


class Display:
    """Shows the frames of one stream.

    Attributes:
        deinterlaced: whether interlaced frames were found and deinterlaced.
        toned_down: whether HDR frames were tone mapped.
    """

    def __init__(self, stream: VideoStream):
        self.deinterlaced = self.toned_down = False
        self._time_base = stream.time_base
        self._aspect = _container_aspect(stream)

    def show(self, frames: Iterable[av.VideoFrame]) -> Iterator[Shown]:
        """Yield each frame as a player shows it.

        Raises:
            UserError: a frame is too large, or of a kind that cannot be shown.
        """
        chain = kind = None
        for frame in frames:
            check_size(frame.width, frame.height)
            self.deinterlaced |= frame.interlaced_frame
            if kind != (now := self._kind(frame)):
                if chain is not None:
                    yield from chain.push(None)
                chain, kind = self._chain(frame), now
            if chain is not None:  # there is one from the first frame on
                yield from chain.push(frame)
        if chain is not None:
            yield from chain.push(None)

    def _kind(self, frame: av.VideoFrame) -> tuple:
        """The properties a filter chain is built for; when they change, a new chain is built."""
        colours = frame.colorspace, frame.color_range, frame.color_trc, frame.color_primaries
        return (frame.width, frame.height, frame.format.name, *colours, self.deinterlaced)

    def _chain(self, frame: av.VideoFrame) -> "_Chain":
        scale = f"{_shown_size(self._aspect)}:flags=area:eval=frame"
        filters = [("setparams", _labels(frame)), ("scale", scale), ("format", "rgb24")]
        if self.deinterlaced:
            filters.insert(0, ("bwdif", "mode=send_frame:deint=interlaced"))
        chain = _Chain(frame, self._time_base, filters)
        self.toned_down |= chain.curve is not None
        return chain


class _Chain:
    """A chain of FFmpeg's filters for frames of one kind."""

    def __init__(
        self, frame: av.VideoFrame, time_base: Fraction | None, filters: list[tuple[str, str]]
    ):
        self._stored = frame.width, frame.height
        self.curve = int(frame.color_trc) if frame.color_trc in (PQ, HLG) else None
        source = (
            f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:"
            f"time_base={time_base}:range={int(frame.color_range)}"
        )
        self._graph = Graph()
        nodes = [self._graph.add(*one) for one in [("buffer", source), *filters]]
        self._graph.link_nodes(*nodes, self._graph.add("buffersink")).configure()

    def push(self, frame: av.VideoFrame | None) -> Iterator[Shown]:
        """Push the next frame, None at the end; yield the frames that are ready."""
        try:
            self._graph.vpush(frame)
            while True:
                yield self._upright(self._graph.vpull())
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        except av.error.FFmpegError as error:
            raise UserError(
                "The video's pictures are of a kind that cannot be shown. Save it as H.264."
            ) from error

    def _upright(self, frame: av.VideoFrame) -> Shown:
        pixels, stored, matrix = frame.to_ndarray(), self._stored, _display_matrix(frame)
        if self.curve is not None:
            pixels = toned_down(pixels, self.curve)
        swapped = np.abs(matrix[[0, 1], [1, 0]]).sum() > np.abs(matrix.diagonal()).sum()
        if swapped:
            pixels, stored, matrix = pixels.swapaxes(0, 1), stored[::-1], matrix[:, ::-1]
        flips = [slice(None, None, -1 if sign < 0 else 1) for sign in matrix.diagonal()]
        return Shown(np.ascontiguousarray(pixels[flips[1], flips[0]]), frame.time, stored)


def _display_matrix(frame: av.VideoFrame) -> np.ndarray:
    """int32 (2, 2): the matrix from stored to shown (x, y), up to a shift and a scale."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return np.eye(2, dtype=np.int32)
    return np.frombuffer(data, np.int32)[[0, 3, 1, 4]].reshape(2, 2)


def _container_aspect(stream: VideoStream) -> Fraction | None:
    """The pixel aspect of the container where it overrides that of the frames, as in players."""
    stated, coded = stream.sample_aspect_ratio, stream.codec_context.sample_aspect_ratio
    return stated if stated and stated != coded else None


def _shown_size(aspect: Fraction | None) -> str:
    """The scale filter's size: the height is kept, the width multiplied by the pixel aspect.

    "sar" is the frame's own aspect, which may change within a file.
    """
    sar = "sar" if aspect is None else f"({aspect})"
    wide = f"iw*if(between({sar},{1 / MAX_ASPECT},{MAX_ASPECT}),{sar},1)"
    fit = f"min(1,{MAX_SIDE}/max({wide},ih))"
    return ":".join(
        f"{name}='2*max(1,round({side}*{fit}/2))'" for name, side in (("w", wide), ("h", "ih"))
    )


def _labels(frame: av.VideoFrame) -> str:
    """The setparams filter's options: a colour matrix if none or an unknown one is stated.

    Curve and primaries are ignored, as by players, which take them as the screen's own.
    """
    terms = "color_primaries=unknown:color_trc=unknown"
    if frame.format.is_rgb:
        return terms
    unstated = "bt709" if frame.height >= HD_HEIGHT else "smpte170m"
    return f"{terms}:colorspace={_MATRICES.get(int(frame.colorspace), unstated)}"
