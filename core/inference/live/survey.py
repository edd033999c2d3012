"""Find the size of the annotated video, from the sizes of the frames before they are judged.

The size may change within a video: call recordings grow, phones are turned. Codecs change it at
keyframes only, so only those are decoded: two per second at first, fewer in a long video.
"""

from collections import Counter

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import UserError
from core.inference.live.container import Source, frame_rate, open_video, video_stream
from core.inference.live.display import Display
from core.inference.live.fit import Size

STEP_S = 0.5
LOOKS = 50  # decoded keyframes after which the step grows
MIN_SHARE = 0.05  # of the frames; sizes of fewer frames are ignored


def main_size(source: Source) -> Size | None:
    """The largest size (width, height), in pixels, of at least `MIN_SHARE` of a video's frames.

    None if no keyframe can be decoded.

    Raises:
        UserError: as `open_video` and `video_stream`.
    """
    with open_video(source) as container:
        counts = _frames_by_size(container, video_stream(container))
    lasting = [size for size, count in counts.items() if count >= MIN_SHARE * counts.total()]
    return max(lasting, key=lambda size: size[0] * size[1], default=None)


def _frames_by_size(container: InputContainer, stream: VideoStream) -> Counter[Size]:
    counts: Counter[Size] = Counter()
    size, looks, due = None, 0, 0
    step = max(1, round(STEP_S * frame_rate(stream)))
    try:
        for number, packet in enumerate(container.demux(stream)):
            if packet.is_keyframe and number >= due:
                size = _shown_size(stream, packet) or size
                looks += 1
                due = number + step * (1 + looks // LOOKS)
            if size is not None and packet.size:
                counts[size] += 1
    except (av.error.FFmpegError, OSError):  # the reader will report it
        pass
    return counts


def _shown_size(stream: VideoStream, packet: av.Packet) -> Size | None:
    """The shown size of a keyframe; None if it cannot be decoded."""
    context = stream.codec_context
    try:
        frames = context.decode(packet) + context.decode(None)
        context.flush_buffers()
        return next((shown.size for shown in Display(stream).show(frames[:1])), None)
    except (av.error.FFmpegError, OSError, UserError):
        return None
