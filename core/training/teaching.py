"""A trained teacher's opinion of faces and what it sees in them, for a classifier to learn from.

Knowledge distillation (Hinton et al., 2015), with the teacher looking at the very view that the
classifier is shown, and hints (Romero et al., ICLR 2015) of the teacher's last features.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.config import FAKE, REAL
from core.dataset.pipeline import epoch_rows, make_batches
from core.errors import UserError
from core.models.teacher import look_of
from core.training.export import to_openvino
from core.training.networks import network_name, network_of
from core.training.parts import Part
from core.training.run_folder import RunFolder

DIRECTIONS = 64  # how many a classifier follows
FACES_FOR_DIRECTIONS = 2400
SOFTNESS = 4.0  # log-odds of areas are divided by it; a teacher is too sure of what it learned


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
        network = core.read_model(*to_openvino(look_of(network_of(run))))
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        self._request = core.compile_model(network, "CPU", exact).create_infer_request()

    def look(self, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Look at faces.

        Args:
            faces: float32 (n, 128, 128, 3) in [0, 1].

        Returns:
            Log-odds of fake by area, float32 (n, 6, 6), and the features that the verdict is
            made of, float32 (n, 1280).
        """
        looks = self._request.infer({0: np.ascontiguousarray(faces)})
        return looks[0].copy(), looks[1].copy()  # the next look writes over them


@dataclass(frozen=True)
class Directions:
    """The directions in which a teacher's features differ most from face to face.

    Attributes:
        mean: of the features, float32 (1280,).
        axes: float32 (1280, k): features along them vary with the square root of their own
            variance, so that the first do not drown the others; in the mean their square is 1.
    """

    mean: np.ndarray
    axes: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray, count: int) -> "Directions":
        """Find them.

        Args:
            features: of many faces, float32 (n, 1280).
            count: how many, at most n and 1280.
        """
        mean = features.mean(axis=0)
        _, singular, rows = np.linalg.svd(features - mean, full_matrices=False)
        spread = singular[:count] / np.sqrt(len(features))
        known = spread > 1e-3 * spread[0]  # a few faces differ in a few directions only
        scale = np.where(known, np.maximum(spread, 1e-12) ** -0.5, 0) / np.sqrt(spread.mean())
        return cls(mean.astype(np.float32), (rows[:count].T * scale).astype(np.float32))

    def read(self, features: np.ndarray) -> np.ndarray:
        """Features, float32 (n, 1280), along the directions, float32 (n, k)."""
        return (features - self.mean) @ self.axes


def find_directions(teacher: Teacher, part: Part, seed: int) -> Directions:
    """The directions in which what a teacher sees in a part of a data set differs most."""
    rows = epoch_rows(part.weights, FACES_FOR_DIRECTIONS, np.random.default_rng(seed))
    batches = make_batches(part.store, rows, batch_size=64)
    features = [teacher.look(faces.numpy())[1] for faces, _, _ in batches]
    return Directions.of(np.concatenate(features), DIRECTIONS)


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
