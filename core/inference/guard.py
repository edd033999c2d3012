"""Out-of-distribution detection: how far a face lies from all that a network learned from.

A network that never saw a kind of picture is not unsure about it, it is sure. The distance to the
nearest kind of training faces says so (Mahalanobis distance in a network's embedding: Lee et al.,
NeurIPS 2018).
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from core.arrays import pack_arrays, unpack_arrays

SHRINKAGE = 0.1  # of the covariance to a multiple of the identity: few faces, many directions


@dataclass(frozen=True)
class Guard:
    """The kinds of training faces in an embedding.

    Attributes:
        centers: float32 (k, d), the mean embedding of each kind.
        whitening: float32 (d, d), after which faces of a kind scatter alike in all directions.
    """

    centers: np.ndarray
    whitening: np.ndarray

    def strangeness(self, embeddings: np.ndarray) -> np.ndarray:
        """Distance to the nearest kind, about 1 for faces like those of training.

        Args:
            embeddings: float (n, d) or wider; only the first d numbers count.

        Returns:
            float64 (n,), from 0.
        """
        whitening, centers = self._plain
        points = embeddings[:, : len(whitening)].astype(np.float64) @ whitening
        squares = (points**2).sum(1)[:, None] - 2 * points @ centers.T + (centers**2).sum(1)
        return np.sqrt(np.maximum(squares.min(axis=1), 0) / points.shape[1])

    @cached_property
    def _plain(self) -> tuple[np.ndarray, np.ndarray]:
        """The whitening and, after it, the centers: float64, made once for all faces."""
        whitening = self.whitening.astype(np.float64)
        return whitening, self.centers.astype(np.float64) @ whitening

    def to_bytes(self) -> bytes:
        """As the bytes of an `.npz` file of float32 arrays."""
        return pack_arrays({"centers": self.centers, "whitening": self.whitening})

    @classmethod
    def from_bytes(cls, content: bytes) -> "Guard":
        """Read what `to_bytes` made."""
        file = unpack_arrays(content)
        return cls(*(file[field.name] for field in fields(cls)))


def fit_guard(embeddings: np.ndarray, kinds: np.ndarray) -> Guard:
    """Fit a guard to training faces.

    Args:
        embeddings: float (n, d).
        kinds: names (n,): class and source of each face.
    """
    names, at = np.unique(kinds, return_inverse=True)
    points = embeddings.astype(np.float64)
    centers = np.stack([points[at == number].mean(axis=0) for number in range(len(names))])
    spread = np.cov((points - centers[at]).T)
    plain = np.trace(spread) / len(spread) * np.eye(len(spread))
    values, axes = np.linalg.eigh((1 - SHRINKAGE) * spread + SHRINKAGE * plain)
    whitening = axes / np.sqrt(values)
    return Guard(centers.astype(np.float32), whitening.astype(np.float32))
