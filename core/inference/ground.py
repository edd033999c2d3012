"""Where a picture ends that lies on an even ground: a page, a screen, a wide border.

What lies beyond is no part of the photo, and a network that is shown a stripe of it takes it for
a trace: two rows of white pixels turned verdicts. So it counts as outside the picture.
"""

import numpy as np

DEPTH = 0.45  # how far from the edge of a face's square a picture's end is looked for
SAMPLES = 128  # of a line's pixels
EVEN = 4.0  # gray levels a line of the ground spreads at most
STEP, STEP_SHARE = 16, 0.6  # gray levels, and in which share of the line, the picture differs
BLUR = 8  # lines that compression smears the end over


def ground_around(part: np.ndarray) -> tuple[int, int, int, int]:
    """How many lines of ground lie left, above, right and below the picture in a part of it.

    Args:
        part: uint8 (height, width, 3), RGB: what lies in a face's square.

    Returns:
        0 for a side where no straight end of a picture is seen.
    """
    if min(part.shape[:2]) < 4 * BLUR:
        return 0, 0, 0, 0
    columns = part.swapaxes(0, 1)
    return (
        ground_lines(columns),
        ground_lines(part),
        ground_lines(columns[::-1]),
        ground_lines(part[::-1]),
    )


def ground_lines(lines: np.ndarray) -> int:
    """How many of the first lines are ground; 0 where no picture begins after them.

    Args:
        lines: uint8 (n, length, 3), from the edge inwards.
    """
    thin = lines[: int(DEPTH * len(lines)) + BLUR, :: max(1, lines.shape[1] // SAMPLES)]
    colour = np.median(thin[0], axis=0)
    if not _are_even(np.abs(thin[:1] - colour).max(axis=2))[0]:  # of nearly all photos, and fast
        return 0
    apart = np.abs(thin - colour).max(axis=2)
    ground = _are_even(apart)
    even = len(ground) if ground.all() else int(np.argmin(ground))
    if not 0 < even < len(ground):
        return 0
    begins = (apart[even : even + BLUR] > STEP).mean(axis=1) >= STEP_SHARE
    return even + int(np.argmax(begins)) if begins.any() else 0


def _are_even(apart: np.ndarray) -> np.ndarray:
    """Which lines are ground, bool (n,), by how far their pixels are from its colour, (n, m)."""
    return (apart <= EVEN).mean(axis=1) >= 1 - (1 - STEP_SHARE) / 4
