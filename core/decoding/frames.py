"""Which frame of an animation is judged: the first that shows something."""

import numpy as np
from PIL import Image

from core.decoding.formats import ANIMATED, check_size

_MOST_FRAMES = 100  # that are looked at,
_MOST_PIXELS = 400_000_000  # and of how many pixels in all: some seconds of decoding
_LARGE = 32_000_000  # pixels of a frame that leave no memory to look for another
_LOOK_PX = 64
_BLANK = 0.5  # less of the contrast of the animation's best frame: blank, or fading in
_FULL = 0.9  # of that contrast: shown as it is meant


def select_frame(image: Image.Image) -> list[str]:
    """Leave an opened picture at the frame that is to be judged, decoded.

    The first frame is taken, unless it has less than half of the contrast of a later one (black,
    blank, transparent, fading in): then the first one that shows nearly full contrast.

    Returns:
        Sentences that say so; none for a still picture.

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
    """Phones add small copies to most JPEG (MPO): no word. Of HEIC the primary one is open."""
    if image.format == "HEIF" and count > 1:
        return [f"The file holds {count} pictures: only its main one was judged."]
    return []


def _first_that_shows(contrasts: list[float]) -> int:
    best = max(contrasts)
    if contrasts[0] >= _BLANK * best:
        return 0
    return next(place for place, contrast in enumerate(contrasts) if contrast >= _FULL * best)


def _contrasts(image: Image.Image, count: int) -> list[float]:
    """The spread of brightness of each frame, in levels of 255, as far as we look and can read."""
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
            break  # cut short further on: what comes before can be judged
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
