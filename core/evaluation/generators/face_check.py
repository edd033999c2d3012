"""Whether a generated face is whole at first sight: eyes, nose and mouth where a face has them."""

import numpy as np

from core.inference.blazeface import BlazeFace

SCORE = 0.9  # of BlazeFace
REACH = 0.125  # of the picture's side: how far a keypoint may lie from its place
# Medians over the real faces of `core.dataset.framing`, as shares of the picture's side: the
# person's right eye, left eye, nose, mouth.
PLACES = np.array([(0.333, 0.330), (0.656, 0.330), (0.500, 0.555), (0.495, 0.680)])
_BORDERS = (0.0, 0.25)  # BlazeFace wants room around a face; the surer of two looks counts


class FaceCheck:
    """Looks for eyes, nose and mouth in faces that are framed alike."""

    def __init__(self):
        """Load the detector.

        Raises:
            UserError: its package is not installed.
        """
        self._network = BlazeFace()

    def whole(self, faces: np.ndarray) -> np.ndarray:
        """Whether each face is found with confidence, and its parts where they belong.

        Real photos do not all pass either: compare shares.

        Args:
            faces: uint8 (n, side, side, 3), RGB, framed as `core.dataset.real_faces.framed` does.

        Returns:
            bool (n,).
        """
        return np.array([self._is_whole(face) for face in faces], bool)

    def _is_whole(self, face: np.ndarray) -> bool:
        looks = [self._network.look(face, SCORE, border) for border in _BORDERS]
        found = [(look.scores[0], look.keypoints[0][: len(PLACES)]) for look in looks if len(look)]
        if not found:
            return False
        _, keypoints = max(found, key=lambda each: each[0])
        return bool(np.abs(keypoints / face.shape[0] - PLACES).max() <= REACH)
