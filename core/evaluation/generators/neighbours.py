"""The real faces most like a face: a look at whether a generator copies."""

from dataclasses import dataclass

import numpy as np

from core.dataset.index import DatasetIndex
from core.dataset.real_faces import real_faces_of
from core.imaging import shrunk

TRAINED_ON = ("train", "valid")
SAMPLE = 500


@dataclass(frozen=True)
class Neighbours:
    """Attributes:
    faces: uint8 (k, 128, 128, 3), nearest first.
    distances: root mean square difference of the pixels at 32x32, in [0, 1].
    usual: median distance of a real face to its nearest other one; NaN of a single face.
    """

    faces: np.ndarray
    distances: np.ndarray
    usual: float


class Album:
    """Real faces that can be searched."""

    def __init__(self, data: DatasetIndex):
        """Read the real faces of a data set's train and valid.

        Raises:
            UserError: it has none.
        """
        self.pixels = real_faces_of(data, TRAINED_ON).pixels
        self._small = _flat(self.pixels)
        self._usual = self._usual_distance() if len(self._small) > 1 else float("nan")

    def _usual_distance(self) -> float:
        some = np.random.default_rng(0).permutation(len(self._small))[:SAMPLE]
        nearest = [np.partition(self._distances(self._small[i]), 1)[1] for i in some]
        return float(np.median(nearest))

    def _distances(self, flat: np.ndarray) -> np.ndarray:
        return np.sqrt(((self._small - flat) ** 2).mean(axis=1))

    def nearest(self, face: np.ndarray, count: int = 6) -> Neighbours:
        """The real faces most like a face.

        Args:
            face: uint8 (128, 128, 3), RGB.
            count: how many.
        """
        distances = self._distances(_flat(face[None])[0])
        order = np.argsort(distances)[:count]
        return Neighbours(self.pixels[order], distances[order], self._usual)


def _flat(faces: np.ndarray) -> np.ndarray:
    return shrunk(faces).reshape(len(faces), -1) / 255
