"""Choose the frame of an animation that is judged: the first that is not blank."""

import numpy as np
from PIL import Image

from core.decoding.formats import ANIMATED, check_size

_MOST_FRAMES = 100  # that are decoded,
_MOST_PIXELS = 400_000_000  # and their pixels in all: some seconds of decoding
_LARGE = 32_000_000  # pixels of a frame from which on only the first is decoded, to save memory
_LOOK_PX = 64
_BLANK = 0.5  # share of the best frame's contrast: with less, a frame is blank or fading in
_FULL = 0.9  # share of that contrast: with more, a frame is fully visible


def select_frame(image: Image.Image) -> list[str]:
    """Seek an opened picture to the frame that is to be judged, and decode it.

    The first frame is taken, unless it has less than half of the contrast of a later one (black,
    blank, transparent, fading in): then the first one that shows nearly full contrast.

    Returns:
        Sentences on what was left out; none for a single picture.

    Raises:
        UserError: a frame has more than `MAX_PIXELS` pixels.
    """
    count = getattr(image, "n_frames", 1)
    if count == 1 or image.format not in ANIMATED:
        image.load()
        return _other_pictures(image, count)
    chosen = _first_that_shows(_contrasts(image, count))
    image.seek(chosen)
    image.load()
    if chosen == 0:
        return ["This is an animation: only its first frame was judged."]
    return [
        f"This is an animation: only frame {chosen + 1} of {count} was judged, "
        "the first that shows its picture in full."
    ]


def _other_pictures(image: Image.Image, count: int) -> list[str]:
    """A note on HEIC files of several pictures; none on MPO, where phones add small copies."""
    if image.format == "HEIF" and count > 1:
        return [f"The file holds {count} pictures: only its main one was judged."]
    return []


def _first_that_shows(contrasts: list[float]) -> int:
    best = max(contrasts)
    if contrasts[0] >= _BLANK * best:
        return 0
    return next(place for place, contrast in enumerate(contrasts) if contrast >= _FULL * best)


def _contrasts(image: Image.Image, count: int) -> list[float]:
    """The standard deviation of brightness of each frame that is decoded, in levels of 255."""
    found = []
    pixels = 0
    if image.width * image.height > _LARGE:
        return [0.0]
    for number in range(min(count, _MOST_FRAMES)):
        try:
            image.seek(number)
            check_size(image.width, image.height)
            image.load()
        except (EOFError, OSError, SyntaxError, ValueError):
            if number == 0:
                raise
            break  # cut short here: the frames before can be judged
        found.append(_contrast(image))
        pixels += image.width * image.height
        if pixels > _MOST_PIXELS:
            break
    return found


def _contrast(image: Image.Image) -> float:
    step = max(1, min(image.size) // _LOOK_PX)
    size = (max(1, image.width // step), max(1, image.height // step))
    small = image.resize(size, Image.Resampling.NEAREST).convert("RGBA")
    white = Image.new("RGBA", size, "white")
    return float(np.asarray(Image.alpha_composite(white, small).convert("L")).std())
