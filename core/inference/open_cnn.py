"""The CNN laid open: its maps and their gradients in NumPy, for what explains a verdict.

Verdicts come from `core.inference.predictor`, which is many times faster but shows no inside, and
may compute in 8 bits. Here a face takes a fraction of a second and nothing has to be loaded but the
trained weights; TensorFlow would take ten seconds to come and half a gigabyte to stay.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import h5py
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.artifacts import load_registry, read_artifact
from core.config import ARTIFACTS_DIR, FAKE, REAL
from core.imaging import to_model_input

_WEIGHTS = "classifier_weights"
LAYERS = ("conv1", "conv2", "conv3")
NORM_EPSILON = 1e-3  # Keras' own, which the file does not tell
POOL = 2
_CONV, _NORM = "conv2d", "batch_normalization"
_ENDINGS = ("", "_1", "_2", "_3")  # Keras counts layers of a kind
# Of the weights in the model's order: three times kernel, bias and a normalization's four, ...
_NDIMS = [4, 1, *4 * [1]] * 3 + [2, 1, *4 * [1], 2, 1]


@dataclass(frozen=True)
class _Block:
    """A convolution with ReLU, its normalization as scale and shift, and 2x2 pooling."""

    kernel: np.ndarray
    bias: np.ndarray
    scale: np.ndarray
    shift: np.ndarray

    def maps(self, below: np.ndarray) -> np.ndarray:
        return np.maximum(_slid(below, self.kernel) + self.bias, 0)

    def pooled(self, maps: np.ndarray) -> np.ndarray:
        return _tiles(maps * self.scale + self.shift).max(axis=-1)

    def to_maps(self, maps: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The gradient of what `pooled` gave, led back to the maps: the first largest gets it."""
        largest = _tiles(maps * self.scale + self.shift).argmax(axis=-1)
        parts = gradient[..., None] * (largest[..., None] == np.arange(POOL**2))
        rows, columns, filters = gradient.shape
        whole = parts.reshape(rows, columns, filters, POOL, POOL).transpose(0, 3, 1, 4, 2)
        whole = whole.reshape(POOL * rows, POOL * columns, filters)
        rest = [(0, have - got) for have, got in zip(maps.shape, whole.shape, strict=True)]
        return np.pad(whole, rest) * self.scale

    def to_below(self, maps: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The gradient of the maps, led back to what `maps` was made of."""
        height, width = self.kernel.shape[:2]
        wide = np.pad(
            gradient * (maps > 0), ((height - 1, height - 1), (width - 1, width - 1), (0, 0))
        )
        return _slid(wide, self.kernel[::-1, ::-1].swapaxes(2, 3))


class OpenCnn:
    """A trained classifier, for one face at a time; `open_cnn` gives the shipped one."""

    def __init__(self, weights: Sequence[np.ndarray]):
        """Take the weights.

        Args:
            weights: of `core.models.classifier`, in its order, as a run keeps its best ones.

        Raises:
            ValueError: they are another network's.
        """
        if [each.ndim for each in weights] != _NDIMS:
            raise ValueError("These are no weights of the classifier.")
        left = iter(np.asarray(each, np.float32) for each in weights)
        self._blocks = []
        for _ in LAYERS:
            kernel, bias = islice(left, 2)
            self._blocks.append(_Block(kernel, bias, *_scale_and_shift(*islice(left, 4))))
        self._dense = tuple(islice(left, 2))
        self._last_norm = _scale_and_shift(*islice(left, 4))
        self._out = tuple(left)

    @classmethod
    def of_file(cls, weights: bytes) -> "OpenCnn":
        """Of a `.weights.h5` as Keras writes it of `core.models.classifier`."""
        with h5py.File(io.BytesIO(weights)) as file:
            layers = file["layers"]
            convolutions = [f"{kind}{n}" for n in _ENDINGS[:3] for kind in (_CONV, _NORM)]
            names = [*convolutions, "dense", f"{_NORM}{_ENDINGS[3]}", "dense_1"]
            return cls([np.asarray(w) for name in names for w in layers[name]["vars"].values()])

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Log-odds of fake before calibration, float32 (n,), of n squares uint8 (s, s, 3)."""
        return np.array([self.maps(to_model_input(crop))[1] for crop in crops], np.float32)

    @property
    def first_kernels(self) -> np.ndarray:
        """The first layer's filters: float32 (64, 3, 3, 3), filter first, RGB last."""
        return self._blocks[0].kernel.transpose(3, 0, 1, 2)

    def maps(self, face: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
        """Look at what goes on for a face.

        Args:
            face: float32 (128, 128, 3) in [0, 1].

        Returns:
            (layer of `LAYERS` -> its maps, float32 (h, w, filters) >= 0; log-odds of fake before
            calibration).
        """
        found, values = [], face
        for block in self._blocks:
            found.append(block.maps(values))
            values = block.pooled(found[-1])
        return dict(zip(LAYERS, found, strict=True)), self._head(values)[0]

    def gradient(self, maps: dict[str, np.ndarray], layer: str) -> np.ndarray:
        """How the log-odds of fake change with each value of a layer's maps.

        Args:
            maps: of a face, from `maps`.
            layer: one of `LAYERS`.

        Returns:
            float32, the shape of the layer's maps.
        """
        gradient = self._head(self._blocks[-1].pooled(maps[LAYERS[-1]]))[1]
        for name, block in reversed([*zip(LAYERS, self._blocks, strict=True)]):
            gradient = block.to_maps(maps[name], gradient)
            if name == layer:
                return gradient
            gradient = block.to_below(maps[name], gradient)
        raise ValueError(f"`layer` must be one of {LAYERS}. Received: {layer!r}")

    def _head(self, features: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-odds of fake, and their gradient with respect to the last pooled maps."""
        (weights, bias), (out, out_bias) = self._dense, self._out
        scale, shift = self._last_norm
        hidden = features.ravel() @ weights + bias
        towards = (out[:, FAKE] - out[:, REAL]).astype(np.float32)
        values = np.maximum(hidden, 0) * scale + shift
        log_odds = float(values @ towards + out_bias[FAKE] - out_bias[REAL])
        return log_odds, (weights @ (towards * scale * (hidden > 0))).reshape(features.shape)


def open_cnn(folder: Path = ARTIFACTS_DIR) -> OpenCnn:
    """The shipped classifier, laid open.

    Args:
        folder: where the registry lies.

    Raises:
        UserError: the weights are missing or were changed.

    Example:
        maps, log_odds = open_cnn().maps(to_model_input(crop))
    """
    entry = load_registry(folder).get(_WEIGHTS)
    return _read(folder, entry.sha256 if entry else "")


@lru_cache(maxsize=1)
def _read(folder: Path, sha256: str) -> OpenCnn:
    """Read the weights once for each classifier that is shipped; `sha256` only tells them apart."""
    return OpenCnn.of_file(read_artifact(_WEIGHTS, folder))


def _scale_and_shift(
    gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    scale = gamma / np.sqrt(variance + NORM_EPSILON)
    return scale, beta - mean * scale


def _slid(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A kernel (h, w, in, out) slid over values (rows, columns, in), without a border."""
    windows = sliding_window_view(values, kernel.shape[:2], axis=(0, 1))  # rows, columns, in, h, w
    return np.tensordot(windows, kernel, ((3, 4, 2), (0, 1, 2)))


def _tiles(values: np.ndarray) -> np.ndarray:
    """The four values of each 2x2 square: (rows, columns, filters, 4); an odd rest is left out."""
    rows, columns, filters = values.shape[0] // POOL, values.shape[1] // POOL, values.shape[2]
    whole = values[: POOL * rows, : POOL * columns]
    tiles = whole.reshape(rows, POOL, columns, POOL, filters).transpose(0, 2, 4, 1, 3)
    return tiles.reshape(rows, columns, filters, POOL**2)
