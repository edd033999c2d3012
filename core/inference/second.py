"""The second opinion: a network that has seen the world, and a small head that has seen faces.

The backbone (DINOv2 ViT-S/14) was taught on 142 million pictures of everything, so it knows a
studio, a phone and a painting apart; only the head was taught here (`core.training.second`).
"""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from core.artifacts import read_artifact, registered
from core.config import ARTIFACTS_DIR
from core.imaging import to_model_input
from core.inference.guard import Guard
from core.runtime import cpu_settings

SIDE_PX = 224  # 16 patches of 14 pixels to a side
FEATURES = 6912
MAX_BATCH = 16


class Backbone:
    """Turns faces into rows of features on OpenVINO; safe to share between threads."""

    def __init__(self, graph: bytes, constants: bytes, *, precision: str = "f32"):
        """Compile the network.

        Args:
            graph, constants: what `core.training.backbone.build_backbone` made.
            precision: of the arithmetic, see `core.runtime.cpu_settings`.
        """
        import openvino as ov  # kept out of the start of every other command

        core = ov.Core()
        network = core.read_model(graph, constants)
        self._request = core.compile_model(
            network, "CPU", cpu_settings(precision)
        ).create_infer_request()
        self._lock = threading.Lock()

    def features(self, faces: np.ndarray) -> np.ndarray:
        """What the backbone sees.

        Args:
            faces: float32 (n, 224, 224, 3) in [0, 1].

        Returns:
            float32 (n, 6912).
        """
        if faces.ndim != 4 or faces.shape[1:] != (SIDE_PX, SIDE_PX, 3):
            raise ValueError(f"`faces` must be (n, 224, 224, 3). Received: shape={faces.shape}")
        rows = np.empty((len(faces), FEATURES), np.float32)
        for start in range(0, len(faces), MAX_BATCH):
            batch = np.ascontiguousarray(faces[start : start + MAX_BATCH], np.float32)
            with self._lock:
                found = self._request.infer({0: batch}, share_inputs=True)[0]
            rows[start : start + MAX_BATCH] = found
        return rows


@dataclass(frozen=True)
class Head:
    """What was learned here: from a row of features to log-odds, all float32.

    Attributes:
        center, scale: (6912,), of the training faces; features are brought to mean 0 and
            deviation 1.
        axes: (6912, k), principal components of those, whitened.
        hidden, hidden_bias: (m, k, h) and (m, h): a layer of each of m small networks, relu.
        out, out_bias: (m, h) and (m,): their last layers.
    """

    center: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    hidden: np.ndarray
    hidden_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray

    def components(self, features: np.ndarray) -> np.ndarray:
        """Whitened principal components, float32 (n, k), of features (n, 6912)."""
        return ((features - self.center) / self.scale) @ self.axes

    def log_odds(self, components: np.ndarray) -> np.ndarray:
        """Mean log-odds of fake over the small networks: float32 (n,)."""
        inner = np.einsum("nk,mkh->mnh", components, self.hidden) + self.hidden_bias[:, None]
        odds = np.einsum("mnh,mh->mn", np.maximum(inner, 0), self.out) + self.out_bias[:, None]
        return odds.mean(axis=0)

    def judge(self, features: np.ndarray) -> np.ndarray:
        """Log-odds of fake, float32 (n,), of features (n, 6912) of any float type."""
        return self.log_odds(self.components(features.astype(np.float32)))

    def to_bytes(self) -> bytes:
        """As the bytes of an `.npz` file of float16 arrays."""
        buffer = io.BytesIO()
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(buffer, **{name: array.astype(np.float16) for name, array in arrays.items()})
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Head":
        """Read what `to_bytes` made."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return cls(**{name: file[name].astype(np.float32) for name in file.files})


class SecondOpinion:
    """Backbone and head: faces in, log-odds out.

    Attributes:
        guard: tells how far a face lies from those of training; None tells nothing.
    """

    def __init__(self, backbone: Backbone, head: Head, guard: Guard | None = None):
        self.backbone, self.head, self.guard = backbone, head, guard

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Judge faces.

        Args:
            crops: n squares, each uint8 (side, side, 3), RGB.

        Returns:
            float32 (n,): log-odds of fake before calibration.
        """
        return self.opine(crops)[0]

    def opine(self, crops: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The log-odds, and what they were made from: whitened components, float32 (n, k)."""
        if not len(crops):
            return np.zeros(0, np.float32), np.zeros((0, self.head.axes.shape[1]), np.float32)
        faces = np.stack([to_model_input(crop, SIDE_PX) for crop in crops])
        components = self.head.components(self.backbone.features(faces))
        return self.head.log_odds(components), components

    def strangeness(self, components: np.ndarray) -> np.ndarray | None:
        """How far faces lie from those of training, float (n,), or None without a guard."""
        return None if self.guard is None else self.guard.strangeness(components)


def load_second(folder: Path = ARTIFACTS_DIR) -> SecondOpinion:
    """Load the shipped second opinion.

    Raises:
        UserError: its files are missing or were changed.
    """
    backbone = Backbone(
        read_artifact("backbone_graph", folder), read_artifact("backbone_constants", folder)
    )
    guarded = "second_guard" in registered(folder)
    guard = Guard.from_bytes(read_artifact("second_guard", folder)) if guarded else None
    return SecondOpinion(backbone, Head.from_bytes(read_artifact("second_head", folder)), guard)
