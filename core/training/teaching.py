"""A trained teacher's opinion of faces, for a classifier that learns from it.

Knowledge distillation (Hinton et al., 2015), with the teacher looking at the very view that the
classifier is shown.
"""

from pathlib import Path

import numpy as np

from core.config import FAKE, REAL
from core.errors import UserError
from core.models.classifier import HINT_PLACES
from core.models.teacher import look_of
from core.training.export import to_openvino
from core.training.networks import network_name, network_of
from core.training.run_folder import RunFolder


class Teacher:
    """Says what it thinks of faces and of their areas, on a runtime that does nothing else."""

    def __init__(self, folder: Path):
        """Load the teacher of a finished run.

        Args:
            folder: a run folder of `train teacher`.

        Raises:
            UserError: the folder holds no teacher.
        """
        import openvino as ov

        run = RunFolder(folder)
        if network_name(run.settings()) != "teacher":
            raise UserError(f"{folder} holds no teacher. Train one with `train teacher`.")
        core = ov.Core()
        network = core.read_model(*to_openvino(look_of(network_of(run), HINT_PLACES)))
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        self._request = core.compile_model(network, "CPU", exact).create_infer_request()

    def look(self, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Look at faces.

        Args:
            faces: float32 (n, 128, 128, 3) in [0, 1].

        Returns:
            Log-odds of fake by area, float32 (n, 6, 6), and early features at the places where
            the classifier has its own, float32 (n, 27, 27, 40).
        """
        looks = self._request.infer({0: np.ascontiguousarray(faces)})
        return looks[0], looks[1]


def opinion(evidence: np.ndarray) -> np.ndarray:
    """What a teacher thinks of whole faces.

    Args:
        evidence: log-odds of fake by area, float32 (n, h, w).

    Returns:
        Probabilities of both classes, float32 (n, 2); rows sum to 1.
    """
    p_fake = 1 / (1 + np.exp(-evidence.mean(axis=(1, 2))))
    both = np.empty((len(evidence), 2), np.float32)
    both[:, FAKE], both[:, REAL] = p_fake, 1 - p_fake
    return both
