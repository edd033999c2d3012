"""The classifier, compiled: face tensors in, log-odds out, through one light runtime."""

import threading
from pathlib import Path

import numpy as np

from core.artifacts import read_ir
from core.config import ARTIFACTS_DIR, FAKE, IMAGE_SIZE, REAL
from core.runtime import compiled, read_network

MAX_BATCH = 32  # bounds the memory of a photo with many faces


class Predictor:
    """Runs a classifier of faces on OpenVINO; safe to share between threads.

    The file is an OpenVINO IR made from the Keras weights. TensorFlow is not needed.
    """

    def __init__(self, graph: bytes, weights: bytes, *, side_px: int = IMAGE_SIZE):
        """Compile the network.

        Args:
            graph: the IR's XML.
            weights: the IR's constants.
            side_px: of the faces it takes.
        """
        self._compiled = compiled(read_network(graph, weights))
        self._request = self._compiled.create_infer_request()
        self._lock = threading.Lock()
        self._side_px = side_px

    def log_odds(self, faces: np.ndarray) -> np.ndarray:
        """Judge faces.

        Args:
            faces: float32 (n, side_px, side_px, 3) in [0, 1], as `core.imaging.to_model_input`
                makes them, stacked.

        Returns:
            float32 (n,): log(P(fake) / P(real)) before calibration.

        Raises:
            ValueError: another shape.
        """
        side = self._side_px
        if faces.ndim != 4 or faces.shape[1:] != (side, side, 3):
            raise ValueError(
                f"`faces` must be (n, {side}, {side}, 3). Received: shape={faces.shape}"
            )
        parts = [self._margins(faces[i : i + MAX_BATCH]) for i in range(0, len(faces), MAX_BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    @property
    def explains(self) -> bool:
        """Whether it tells what each area of a face says."""
        return len(self._compiled.outputs) > 1

    def evidence(self, face: np.ndarray) -> np.ndarray:
        """What each area of a face says; its mean is the face's log-odds.

        Args:
            face: float32 (side_px, side_px, 3) in [0, 1].

        Returns:
            float32 (areas, areas), log-odds of fake before calibration.
        """
        return self._infer(face[None], output=1)[0]

    def _margins(self, faces: np.ndarray) -> np.ndarray:
        logits = self._infer(faces, output=0)
        return logits[:, FAKE] - logits[:, REAL]

    def _infer(self, faces: np.ndarray, output: int) -> np.ndarray:
        """One output of the network, as a copy."""
        faces = np.ascontiguousarray(faces, dtype=np.float32)
        with self._lock:
            # Inputs are shared in every call: one that is not would be copied into the memory that
            # the call before shared, over its caller's faces.
            results = self._request.infer({0: faces}, share_inputs=True, share_outputs=True)
            return np.array(results[output])


def load_predictor(folder: Path = ARTIFACTS_DIR) -> Predictor:
    """Load and warm the shipped classifier.

    Raises:
        UserError: its files are missing or were changed.
    """
    predictor = Predictor(*read_ir("classifier", folder))
    predictor.log_odds(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE, 3), np.float32))
    return predictor
