"""From one face to another, as frames and as files that move."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from core.generators.base import FaceGenerator
from core.imaging import encode
from core.mp4 import write_mp4

FPS = 12
GIF_SIDE = 256  # larger GIFs weigh megabytes


def path_frames(
    generator: FaceGenerator,
    start: np.ndarray,
    end: np.ndarray,
    count: int,
    progress: Callable[[float], object] = lambda share: None,
) -> np.ndarray:
    """The faces on the way from one code to another, both ends included.

    Args:
        generator: who paints.
        start, end: float32 (dim,).
        count: frames, 2 or more.
        progress: told the share that is done after each frame.

    Returns:
        uint8 (count, side, side, 3), RGB.
    """
    frames = []
    for number in range(count):
        code = generator.between(start, end, number / (count - 1))
        frames.append(generator.paint(code[None])[0])
        progress((number + 1) / count)
    return np.stack(frames)


def there_and_back(frames: np.ndarray) -> np.ndarray:
    """Frames that loop without a jump: the way there, then back without repeating the ends."""
    return np.concatenate([frames, frames[-2:0:-1]])


def to_gif(frames: np.ndarray) -> bytes:
    """An endless GIF of frames, uint8 (n, side, side, 3), at 12 a second."""
    images = [Image.fromarray(frame) for frame in frames]
    for image in images:
        image.thumbnail((GIF_SIDE, GIF_SIDE), Image.Resampling.LANCZOS)
    moving = {"save_all": True, "append_images": images[1:], "duration": 1000 // FPS, "loop": 0}
    return encode(images[0], "GIF", **moving)


def to_mp4(frames: np.ndarray) -> bytes:
    """A film (H.264) of frames, uint8 (n, side, side, 3), at 12 a second."""
    buffer = io.BytesIO()
    write_mp4(frames, buffer, fps=FPS, crf=18)
    return buffer.getvalue()
