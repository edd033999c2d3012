"""Look through a video once before it is judged: which sizes do its frames have, for how long?

Streams of a call begin small and grow, phones are turned: the annotated video needs one size, and
the first frame does not tell it. Codecs change their size at frames that are coded for themselves,
so only those are decoded, two a second at first and fewer in a long video.
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
LOOKS = 50  # after so many the step grows
MIN_SHARE = 0.05  # of the frames; a size that fewer have is a passing one


def main_size(source: Source) -> Size | None:
    """The largest size (width, height) that a noticeable part of a video is shown at.

    None where no frame that is coded for itself can be decoded.

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
    except (av.error.FFmpegError, OSError):  # the rest is lost; told when it is judged
        pass
    return counts


def _shown_size(stream: VideoStream, packet: av.Packet) -> Size | None:
    """The size that a frame, decoded for itself, is shown at."""
    context = stream.codec_context
    try:
        frames = context.decode(packet) + context.decode(None)
        context.flush_buffers()
        return next((shown.size for shown in Display(stream).show(frames[:1])), None)
    except (av.error.FFmpegError, OSError, UserError):
        return None
