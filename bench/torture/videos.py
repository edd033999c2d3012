"""Films in every container that is opened, through reader and pipeline; stand-ins judge."""

import io

from bench.torture.kinds import Part
from core.inference.live.video import judge_video
from tests.unit.live.fakes import make, scene
from tests.unit.live.films import broadcast, film, raw_h264

_ONE = {"threads": "1"}  # of an encoder: the same bytes every time
_SIZES = ((48, 64), (64, 48))


def parts() -> list[Part]:
    frames = [scene((8 + step, 8), size=_SIZES[0], side=24) for step in range(12)]
    other = [scene((4, 8), size=_SIZES[1], side=24)] * 8
    kinds = {
        "MP4": ("mp4", "libx264"),
        "MOV": ("mov", "mjpeg"),
        "WebM": ("webm", "libvpx-vp9"),
        "Matroska": ("matroska", "ffv1"),
        "AVI": ("avi", "mpeg4"),
        "MPEG-TS": ("mpegts", "mpeg2video"),
        "FLV": ("flv", "flv"),
        "Ogg": ("ogg", "libtheora"),
        "ASF": ("asf", "wmv2"),
        "GIF": ("gif", "gif"),
    }
    found = []
    for name, (kind, codec) in kinds.items():
        try:
            seed = film(frames, kind, codec, options=_ONE, pix_fmt=_PIXELS.get(codec, "yuv420p"))
        except (ValueError, LookupError, OSError):  # FFmpeg was built without it
            continue
        found.append(Part(name, [seed], _attempt, weight=3 if name == "MP4" else 1))
    turned = film(frames, turn=(90.0, False, False), options=_ONE)
    found.append(Part("H.264", [raw_h264((frames, None), (other, None))], _attempt))
    found.append(Part("broadcast", [broadcast(frames, other)], _attempt))
    found.append(Part("MP4, turned", [turned], _attempt))
    return found


_PIXELS = {"mjpeg": "yuvj420p", "gif": "rgb8"}


def _attempt(data: bytes) -> None:
    pipeline, _, _ = make()
    judge_video(io.BytesIO(data), None, pipeline).to_contract()
