"""Which face detectors there are, and loading one by its name."""

import threading
from typing import Protocol

import numpy as np

from core.config import DEFAULT_DETECTOR, DETECTORS
from core.errors import UserError
from core.inference.geometry import Box, Face, Found


class FaceDetector(Protocol):
    """Finds faces; one serves all threads.

    Attributes:
        name: one of `DETECTORS`.
    """

    name: str

    def find(self, pixels: np.ndarray) -> Found:
        """The faces of a photo, uint8 (height, width, 3) RGB, and what may have been missed."""

    def detect(self, pixels: np.ndarray, *, quick: bool = False) -> list[Face]:
        """The faces of a picture, largest first; `quick` is for the frames of a video."""

    def detect_near(self, pixels: np.ndarray, box: Box, roll_deg: float = 0.0) -> Box | None:
        """Where a face is that was in a box a moment ago, or None."""


def load_detector(name: str = DEFAULT_DETECTOR) -> tuple[FaceDetector, str | None]:
    """Load a detector; where BlazeFace's package is missing, the Haar cascades take its place.

    Args:
        name: one of `DETECTORS`.

    Returns:
        (the detector, a sentence to show if it is another one than was asked for).

    Raises:
        ValueError: there is no such detector.
    """
    if name not in DETECTORS:
        raise ValueError(f"`name` must be one of {', '.join(DETECTORS)}. Received: {name}")
    from core.inference.haar import HaarDetector  # only what is needed is loaded

    if name == HaarDetector.name:
        return HaarDetector(), None
    from core.inference.blaze_detector import BlazeFaceDetector

    try:
        return BlazeFaceDetector(), None
    except UserError as error:
        return HaarDetector(), f"{error} Until then Haar cascades look for faces, and miss more."


_loading = threading.Lock()  # two users asking at once must not load twice
loaded: dict[str, tuple[FaceDetector, str | None]] = {}  # what `shared_detector` gives, by name


def shared_detector(name: str = DEFAULT_DETECTOR) -> tuple[FaceDetector, str | None]:
    """`load_detector`, once for the whole process."""
    with _loading:
        if name not in loaded:
            loaded[name] = load_detector(name)
        return loaded[name]
