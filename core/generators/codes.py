"""What one does to the vectors that a generator paints faces from."""

from collections.abc import Sequence

import numpy as np

from core.generators.base import FaceGenerator

# What psi is, after "psi is": whoever tells it says it with these words.
PSI_MEANS = (
    "how far a face may lie from its generator's average face: 0 is that face itself, at 1 nothing "
    "is held back"
)


def normal_latents(seeds: Sequence[int], dim: int) -> np.ndarray:
    """The latent of each seed, the same whatever else is drawn: float32 (n, dim) from N(0, 1).

    Args:
        seeds: whole numbers from 0 on.
        dim: length of a latent.
    """
    drawn = [np.random.default_rng(seed).standard_normal(dim) for seed in seeds]
    return np.array(drawn, np.float32).reshape(len(seeds), dim)


def truncated(codes: np.ndarray, psi: float, center: np.ndarray) -> np.ndarray:
    """Pull codes towards the center: `center + psi * (code - center)`.

    Args:
        codes: float32 (n, dim).
        psi: 0 gives the center itself, 1 changes nothing, more exaggerates.
        center: float32 (dim,).
    """
    return (center + np.float32(psi) * (codes - center)).astype(np.float32)


def truncated_codes(generator: FaceGenerator, seeds: Sequence[int], psi: float) -> np.ndarray:
    """A generator's codes of these seeds, `truncated`: float32 (n, dim)."""
    return truncated(generator.codes(list(seeds)), psi, generator.center)


def slerp(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Go from one latent to another on the sphere (Shoemake, SIGGRAPH 1985).

    Latents from N(0, 1) of many dimensions lie near a sphere; a straight line would cut through
    its inside, where a generator has never been.

    Args:
        start, end: float32 (dim,).
        share: of the way, in [0, 1].

    Returns:
        float32 (dim,), whose length goes evenly from that of `start` to that of `end`.
    """
    if share in (0, 1):  # the ends are to the bit what they are
        return np.array(end if share else start, np.float32)
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if not all(lengths):
        return ((1 - share) * start + share * end).astype(np.float32)
    one, other = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(one @ other, -1, 1))
    if angle < 1e-4 or np.pi - angle < 1e-4:  # no plane, or too many, through both
        turned = (1 - share) * one + share * other
        turned /= max(np.linalg.norm(turned), 1e-6)
    else:
        turned = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return (turned * ((1 - share) * lengths[0] + share * lengths[1])).astype(np.float32)


def lerp(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Go straight from one code to another; see `slerp` for the arguments."""
    return ((1 - share) * start + share * end).astype(np.float32)


def strongest_directions(kernel: np.ndarray) -> np.ndarray:
    """Directions that change a layer's output most (Shen and Zhou, "SeFa", CVPR 2021).

    Args:
        kernel: float (dim, units), a dense layer's: output = code @ kernel.

    Returns:
        float32 (dim, dim): row k is the unit vector of the k-th strongest, at right angles to
        the others; its largest part is positive.
    """
    kernel = kernel.astype(np.float64)
    _, vectors = np.linalg.eigh(kernel @ kernel.T)
    rows = vectors.T[::-1]
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1, keepdims=True), axis=1)
    return (rows * np.sign(largest)).astype(np.float32)


def moved(codes: np.ndarray, directions: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Move codes along directions.

    Args:
        codes: float32 (n, dim).
        directions: float32 (k, dim).
        amounts: float (k,), how far along each.
    """
    return (codes + np.asarray(amounts, np.float32) @ directions).astype(np.float32)
