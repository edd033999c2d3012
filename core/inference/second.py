"""The second opinion: one network that has seen the world, and one that looks for traces.

The first is a backbone (DINOv2 ViT-S/14) taught on 142 million pictures of everything, so it knows
a studio, a phone and a painting apart; only its head was taught here (`core.training.second`). The
other, EfficientNet-Lite0, was taught here from its first layer on (recipe `traces`): it sees the
fine traces that a frozen backbone passes over.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from core.arrays import pack_arrays, unpack_arrays
from core.artifacts import read_artifact, read_ir, read_json, registered
from core.config import ARTIFACTS_DIR
from core.imaging import to_model_input
from core.inference.guard import Guard
from core.inference.predictor import Predictor
from core.runtime import compiled, read_network

SIDE_PX = 224  # of the faces: 16 patches of 14 pixels to a side, and what Lite0 learned at
FEATURES = 6912
MAX_BATCH = 16


class Backbone:
    """Turns faces into rows of features on OpenVINO; safe to share between threads."""

    def __init__(self, graph: bytes, constants: bytes, *, precision: str = "f32"):
        """Compile the network.

        Args:
            graph, constants: what `core.training.second.backbone.build_backbone` made.
            precision: of the arithmetic, see `core.runtime.compiled`.
        """
        network = read_network(graph, constants)
        self._request = compiled(network, precision=precision).create_infer_request()
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

    def hidden_layers(self, components: np.ndarray) -> np.ndarray:
        """What the small networks make of components, before their last layers: (m, n, h)."""
        inner = np.einsum("nk,mkh->mnh", components, self.hidden) + self.hidden_bias[:, None]
        return np.maximum(inner, 0)

    def log_odds(self, components: np.ndarray) -> np.ndarray:
        """Mean log-odds of fake over the small networks: float32 (n,)."""
        inner = self.hidden_layers(components)
        odds = np.einsum("mnh,mh->mn", inner, self.out) + self.out_bias[:, None]
        return odds.mean(axis=0)

    def judge(self, features: np.ndarray) -> np.ndarray:
        """Log-odds of fake, float32 (n,), of features (n, 6912) of any float type."""
        return self.log_odds(self.components(features.astype(np.float32)))

    def to_bytes(self) -> bytes:
        """As the bytes of an `.npz` file of float16 arrays."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return pack_arrays({name: array.astype(np.float16) for name, array in arrays.items()})

    @classmethod
    def from_bytes(cls, content: bytes) -> "Head":
        """Read what `to_bytes` made."""
        arrays = unpack_arrays(content)
        return cls(**{name: array.astype(np.float32) for name, array in arrays.items()})


@dataclass(frozen=True)
class Traces:
    """The network that looks for traces, in a face and in its mirror image.

    The mean of both is right more often than either (test-time augmentation; docs/experiments.md).

    Attributes:
        predictor: takes faces of 224 pixels.
    """

    predictor: Predictor

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Log-odds of fake before calibration, float32 (n,), of n squares uint8 (s, s, 3)."""
        return self.log_odds(_faces_of(crops))

    def log_odds(self, faces: np.ndarray) -> np.ndarray:
        """The same, of float32 (n, 224, 224, 3) in [0, 1]."""
        return (self.predictor.log_odds(faces) + self.predictor.log_odds(faces[:, :, ::-1])) / 2

    def evidence(self, crop: np.ndarray) -> np.ndarray:
        """What each area of a face says: float32 (7, 7), log-odds of fake before calibration.

        Their mean is the log-odds of the face.

        Args:
            crop: a square, uint8 (s, s, 3).
        """
        face = to_model_input(crop, SIDE_PX)
        mirrored = self.predictor.evidence(face[:, ::-1])
        return (self.predictor.evidence(face) + mirrored[:, ::-1]) / 2


class SecondOpinion:
    """Faces in, log-odds out: the weighted sum of what both networks say.

    Attributes:
        guard: tells how far a face lies from those of training; None tells nothing.
        traces: None leaves the word to the backbone's head alone.
        weights: what the log-odds of "world" (the head) and "traces" are multiplied by.
    """

    def __init__(
        self,
        backbone: Backbone,
        head: Head,
        guard: Guard | None = None,
        traces: Traces | None = None,
        weights: dict[str, float] | None = None,
    ):
        self.backbone, self.head, self.guard, self.traces = backbone, head, guard, traces
        self.weights = weights or {"world": 1.0, "traces": 1.0}

    @property
    def explains(self) -> bool:
        """Whether it tells what each area of a face says."""
        return self.traces is not None and self.traces.predictor.explains

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Judge faces.

        Args:
            crops: n squares, each uint8 (side, side, 3), RGB.

        Returns:
            float32 (n,): log-odds of fake before calibration.
        """
        return self.opine(crops)[0]

    def opine(self, crops: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The log-odds, and the head's whitened components, float32 (n, k)."""
        said, components = self.hear(crops)
        return self.joined(said), components

    def hear(self, crops: Sequence[np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """What each network says, float32 (n,) by its name, and the head's components."""
        faces = _faces_of(crops)
        components = self.head.components(self.backbone.features(faces))
        said = {"world": self.head.log_odds(components)}
        if self.traces is not None:
            said["traces"] = self.traces.log_odds(faces)
        return said, components

    def joined(self, said: dict[str, np.ndarray]) -> np.ndarray:
        """The weighted sum of what the networks said, float32 (n,)."""
        parts = [np.float32(self.weights[name]) * odds for name, odds in said.items()]
        return np.sum(parts, axis=0)

    def strangeness(self, components: np.ndarray) -> np.ndarray | None:
        """How far faces lie from those of training, float (n,), or None without a guard."""
        return None if self.guard is None else self.guard.strangeness(components)


def _faces_of(crops: Sequence[np.ndarray]) -> np.ndarray:
    shape = (0, SIDE_PX, SIDE_PX, 3)
    faces = [to_model_input(crop, SIDE_PX) for crop in crops]
    return np.stack(faces) if faces else np.zeros(shape, np.float32)


def load_second(folder: Path = ARTIFACTS_DIR) -> SecondOpinion:
    """Load the shipped second opinion.

    Raises:
        UserError: its files are missing or were changed.
    """
    shipped = registered(folder)
    backbone = Backbone(*read_ir("backbone", folder))
    head = Head.from_bytes(read_artifact("second_head", folder))
    guard, traces, weights = None, None, None
    if "second_guard" in shipped:
        guard = Guard.from_bytes(read_artifact("second_guard", folder))
    if "second_traces_graph" in shipped:
        traces = Traces(Predictor(*read_ir("second_traces", folder), side_px=SIDE_PX))
        weights = read_json("second_joining", folder)
    return SecondOpinion(backbone, head, guard, traces, weights)
