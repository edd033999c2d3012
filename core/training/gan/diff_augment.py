"""Differentiable augmentation of the discriminator's input.

Zhao et al., "Differentiable augmentation for data-efficient GAN training" (NeurIPS 2020): with
few photos a discriminator memorizes them. Augmenting real and generated faces alike prevents
that, and the generator does not learn the changes.
"""

from dataclasses import dataclass

import numpy as np
from keras import ops

TRANSLATION = 1 / 8  # of the side
CUTOUT = 1 / 2


@dataclass(frozen=True)
class Draws:
    """The random numbers of one batch, drawn by NumPy so that every backend gets the same.

    Attributes:
        brightness: float32 (b, 1, 1, 1), added.
        saturation, contrast: float32 (b, 1, 1, 1), factors.
        shift: int32 (b, 2), down and right, in pixels.
        hole: int32 (b, 2), row and column of the middle of the cut-out, in pixels.
    """

    brightness: np.ndarray
    saturation: np.ndarray
    contrast: np.ndarray
    shift: np.ndarray
    hole: np.ndarray

    def arrays(self) -> tuple[np.ndarray, ...]:
        """The arguments of `augment` after the faces, in their order."""
        return self.brightness, self.saturation, self.contrast, self.shift, self.hole


def draw(batch: int, side: int, rng: np.random.Generator) -> Draws:
    """Draw the random numbers of a batch of faces of `side` x `side` pixels."""
    column = (batch, 1, 1, 1)
    reach = round(side * TRANSLATION)
    return Draws(
        brightness=rng.uniform(-0.25, 0.25, column).astype(np.float32),
        saturation=rng.uniform(0.5, 1.5, column).astype(np.float32),
        contrast=rng.uniform(0.7, 1.3, column).astype(np.float32),
        shift=rng.integers(-reach, reach + 1, (batch, 2)).astype(np.int32),
        hole=rng.integers(0, side, (batch, 2)).astype(np.int32),
    )


def augment(faces, brightness, saturation, contrast, shift, hole):
    """Change a batch of faces.

    Args:
        faces: float32 (b, side, side, 3) in [0, 1].
        brightness, saturation, contrast, shift, hole: see `Draws`.

    Returns:
        float32 of the same shape; values may lie outside [0, 1].
    """
    faces = faces + brightness
    gray = ops.mean(faces, axis=3, keepdims=True)
    faces = (faces - gray) * saturation + gray
    middle = ops.mean(faces, axis=(1, 2, 3), keepdims=True)
    faces = (faces - middle) * contrast + middle
    return _cut(_shifted(faces, shift), hole)


def _shifted(faces, shift):
    """Shift each face by whole pixels; what comes in from outside is black.

    By matrices that select rows and columns: faster than gathering, forwards and backwards.
    """
    side = faces.shape[1]
    places = ops.arange(side, dtype="int32")
    rows, columns = (
        ops.cast(places[None, :, None] + shift[:, n, None, None] == places, faces.dtype)
        for n in (0, 1)
    )
    flat = ops.reshape(faces, (-1, side, side * 3))
    faces = ops.reshape(ops.matmul(rows, flat), (-1, side, side, 3))
    return ops.einsum("bjw,bhwc->bhjc", columns, faces)


def _cut(faces, hole):
    """Blacken a square of half the side around a random place."""
    side = faces.shape[1]
    places, half = ops.arange(side, dtype="int32")[None], round(side * CUTOUT) // 2
    rows = ops.abs(places - hole[:, :1]) < half
    columns = ops.abs(places - hole[:, 1:]) < half
    inside = ops.logical_and(rows[:, :, None], columns[:, None, :])[..., None]
    return faces * (1 - ops.cast(inside, faces.dtype))
