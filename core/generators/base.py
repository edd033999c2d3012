"""What every generator of faces can do, so that pages and commands need not know which it is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class FaceGenerator(Protocol):
    """A trained generator.

    Attributes:
        name: for the user.
        side: of its pictures, in pixels.
        framing: the source of real faces whose framing its pictures have; "" if that of all.
        center: float32 (dim,), the code truncation pulls towards.
        directions: float32 (k, dim), k at least 6: orthogonal unit vectors that change a face
            most, strongest first.
        reach: how far along a direction faces still look like faces.
        version: SHA-256 of its weights, which a picture's metadata carries, in hexadecimal.
        truncation_note, directions_note, way_note: what truncation does to its codes, how the
            directions were found, and which way leads from one code to another, each in a
            sentence that the page shows.
    """

    name: str
    side: int
    framing: str
    center: np.ndarray
    directions: np.ndarray
    reach: float
    version: str
    truncation_note: str
    directions_note: str
    way_note: str

    def codes(self, seeds: Sequence[int]) -> np.ndarray:
        """What each seed's face is painted from: float32 (n, dim)."""

    def paint(self, codes: np.ndarray) -> np.ndarray:
        """Faces from codes: uint8 (n, side, side, 3), RGB, each independent of the others."""

    def between(self, start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
        """The code at a share of the way from one code to another: float32 (dim,)."""

    def combined(self, plus: list[int], minus: list[int], plus_too: list[int]) -> np.ndarray:
        """mean(plus) - mean(minus) + mean(plus_too) of these seeds' codes: float32 (dim,)."""
