"""Several looks at one face, averaged: test-time augmentation.

The traces of a generator are strong in some framings and weak in others, and the framing of a
detected face is never quite that of the training pictures. On the valid split the average over
these framings ranks ffhq against stylegan better than any one of them (docs/experiments.md).
"""

import numpy as np

from core.imaging import to_model_input
from core.inference.predictor import Predictor

VIEW_SCALES = (1.0, 0.9, 0.8)  # side of the part looked at, as a share of the crop's
MIDDLE_HEIGHT = 0.52  # of a face in its crop, from the top


def face_view(pixels: np.ndarray, number: int) -> np.ndarray:
    """One look at a face.

    Args:
        pixels: a face's crop, uint8 (side, side, 3), RGB.
        number: which view; counts on beyond the last from the first.

    Returns:
        float32 (128, 128, 3) in [0, 1].
    """
    scale = VIEW_SCALES[number % len(VIEW_SCALES)]
    if scale == 1.0:
        return to_model_input(pixels)
    whole = min(pixels.shape[:2])
    side = max(1, _even(scale * whole))
    left = _even((whole - side) / 2)
    top = _even(min(whole - side, max(0.0, MIDDLE_HEIGHT * whole - side / 2)))
    return to_model_input(np.ascontiguousarray(pixels[top : top + side, left : left + side]))


def face_views(pixels: np.ndarray) -> np.ndarray:
    """All looks at a face, the whole crop first: float32 (k, 128, 128, 3) in [0, 1]."""
    return np.stack([face_view(pixels, number) for number in range(len(VIEW_SCALES))])


def mean_log_odds(predictor: Predictor, views: np.ndarray) -> np.ndarray:
    """The average verdict on each face.

    Args:
        predictor: the network.
        views: float32 (n, k, 128, 128, 3), `face_views` of n faces.

    Returns:
        float32 (n,): mean log(P(fake) / P(real)) before calibration.
    """
    count, looks = views.shape[:2]
    odds = predictor.log_odds(views.reshape(count * looks, *views.shape[2:]))
    return odds.reshape(count, looks).mean(axis=1)


def _even(length: float) -> int:
    """An even number of pixels keeps the phase of the 2x2 mean of a 256-pixel crop."""
    return int(length) // 2 * 2
