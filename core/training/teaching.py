"""A trained teacher's opinion of faces, for a classifier that learns from it.

Knowledge distillation (Hinton et al., 2015), with the teacher looking at the very view that the
classifier is shown.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.config import FAKE, REAL
from core.errors import UserError
from core.inference.predictor import Predictor
from core.training.export import to_openvino
from core.training.networks import network_of
from core.training.run_folder import RunFolder

Teacher = Callable[[np.ndarray], np.ndarray]


def load_teacher(folder: Path) -> Teacher:
    """The teacher of a finished run.

    Args:
        folder: a run folder of `train teacher`.

    Returns:
        A function from faces, float32 (n, 128, 128, 3) in [0, 1], to the probabilities of both
        classes, float32 (n, 2); rows sum to 1.

    Raises:
        UserError: the folder holds no teacher.
    """
    run = RunFolder(folder)
    if run.settings()["recipe"].get("network") != "teacher":
        raise UserError(f"{folder} holds no teacher. Train one with `train teacher`.")
    predictor = Predictor(*to_openvino(network_of(run)))

    def opinion(faces: np.ndarray) -> np.ndarray:
        p_fake = 1 / (1 + np.exp(-predictor.log_odds(faces)))
        both = np.empty((len(faces), 2), np.float32)
        both[:, FAKE], both[:, REAL] = p_fake, 1 - p_fake
        return both

    return opinion
