"""Videos of every kind, encoded by the tests themselves: rough squares that stand for faces."""

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np

from tests.unit.live.fakes import scene

SIZE = (360, 640)
ONE_THREAD = {"threads": "1"}  # libvpx's threads wait for each other by spinning


def film(
    frames: Iterable[np.ndarray],
    kind: str = "mp4",
    codec: str = "libx264",
    *,
    fps: int = 20,
    aspect: Fraction | None = None,
    turn: tuple[float, bool, bool] | None = None,
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    colours: dict[str, int] | None = None,
    start_s: float = 0.0,
) -> bytes:
    """Encode uint8 (height, width, 3) RGB frames.

    Args:
        aspect: a pixel's width by its height.
        turn: degrees counterclockwise, flipped left to right, flipped upside down.
        options: of the encoder.
        colours: attributes of the codec context, as `colorspace`; frames are converted to them.
        start_s: time stamp of the first frame.
    """
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        stream = None
        for number, pixels in enumerate(frames):
            if stream is None:
                stream = container.add_stream(codec, rate=fps)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = pix_fmt
                stream.options = options or (ONE_THREAD if codec.startswith("libvpx") else {})
                if aspect is not None:
                    stream.codec_context.sample_aspect_ratio = aspect
                if turn is not None:
                    stream.set_display_rotation(*turn)
                for name, value in (colours or {}).items():
                    setattr(stream.codec_context, name, value)
            frame = _frame(pixels, pix_fmt, colours or {})
            frame.pts, frame.time_base = number + round(start_s * fps), Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _frame(pixels: np.ndarray, pix_fmt: str, colours: dict[str, int]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return frame.reformat(
        format=pix_fmt,
        dst_colorspace=colours.get("colorspace"),
        dst_color_range=colours.get("color_range"),
    )


def squares(frames: int = 40, corner=(200, 100), size=SIZE, side: int = 120) -> list[np.ndarray]:
    """The same frame again and again: one square at (x, y)."""
    return [scene(corner, size=size, side=side)] * frames


def raw_h264(*parts: tuple[list[np.ndarray], Fraction | None]) -> bytes:
    """A bare H.264 stream whose size and pixel aspect change from part to part."""
    return b"".join(film(frames, "h264", aspect=aspect) for frames, aspect in parts)


def broadcast(*parts: list[np.ndarray], fps: int = 20) -> bytes:
    """An MPEG transport stream of parts of different sizes."""
    buffer, ticks = io.BytesIO(), 90_000
    with av.open(buffer, "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.height, stream.width = parts[0][0].shape[:2]
        begun_s = 0.0
        for part in parts:
            with av.open(io.BytesIO(film(part, "h264", fps=fps))) as source:
                packets = [p for p in source.demux(video=0) if p.size]
            for number, packet in enumerate(packets):
                sent = av.Packet(bytes(packet))
                sent.stream, sent.time_base = stream, Fraction(1, ticks)
                sent.pts = sent.dts = round((begun_s + number / fps) * ticks)
                sent.is_keyframe = packet.is_keyframe
                container.mux_one(sent)
            begun_s += len(part) / fps
    return buffer.getvalue()


def frames_of(data: bytes) -> list[tuple[float, np.ndarray]]:
    """(seconds, uint8 (height, width, 3) RGB) of each frame of a video."""
    with av.open(io.BytesIO(data)) as container:
        return [(f.time, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
