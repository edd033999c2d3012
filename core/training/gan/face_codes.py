"""A latent code for every real face, from which the generator first learns what a face is.

The codes are the first 128 principal components of small faces, each scaled to variance 1 (Turk
and Pentland, "Eigenfaces for recognition", J. Cogn. Neurosci. 1991). A latent from N(0, 1) is then
roughly the code of some face. A reconstruction loss ties the coarse look of a painted face to its
code; the discriminator teaches the rest.
"""

import numpy as np

from core.config import LATENT_DIM
from core.imaging import shrunk

SMALL_SIDE = 32


class FaceCodes:
    """The codes and small pictures of n faces and of their mirror images.

    Attributes:
        small: float32 (n, 32, 32, 3) in [0, 1].
        codes: float32 (2, n, 128): of the faces, then of their mirror images; variance 1.
    """

    def __init__(self, faces: np.ndarray):
        """Compute the codes.

        Args:
            faces: uint8 (n, 128, 128, 3).
        """
        self.small = shrunk(faces, SMALL_SIDE) / 255
        both = np.stack([self.small, self.small[:, :, ::-1]]).reshape(2 * len(faces), -1)
        centred = both - both.mean(axis=0)
        variances, directions = np.linalg.eigh(centred.T @ centred / len(both))
        order = np.argsort(variances)[::-1][:LATENT_DIM]
        scale = np.sqrt(np.maximum(variances[order], 1e-8))
        self.codes = (centred @ (directions[:, order] / scale)).reshape(2, len(faces), LATENT_DIM)

    def of(self, rows: np.ndarray, turned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes and small pictures of some faces.

        Args:
            rows: int (k,), numbers of the faces.
            turned: bool (k,), whether each is mirrored.

        Returns:
            float32 (k, 128) and float32 (k, 32, 32, 3) in [0, 1].
        """
        small = self.small[rows]
        small = np.where(turned[:, None, None, None], small[:, :, ::-1], small)
        return self.codes[turned.astype(int), rows].astype(np.float32), small
