"""Features of real faces, remembered: a generator is measured again and again beside the same."""

import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
from platformdirs import user_cache_path

from core.arrays import pack_arrays, unpack_arrays
from core.atomic import write_atomically
from core.errors import UserError

CACHE_DIR = user_cache_path("real-vs-fake-faces") / "features"


class Space(Protocol):
    """A frozen network that turns uint8 faces (n, side, side, 3) into float64 features (n, d)."""

    sha256: str

    def features(self, faces: np.ndarray) -> np.ndarray: ...


def remembered(space: Space, faces: np.ndarray, cache: Path = CACHE_DIR) -> np.ndarray:
    """The features of faces, computed only once for the same pictures and the same network.

    Args:
        space: of the features.
        faces: uint8 (n, side, side, 3), RGB.
        cache: folder of the kept features; it holds no picture.

    Returns:
        float64 (n, d).
    """
    told = hashlib.sha256(np.ascontiguousarray(faces).tobytes())
    told.update(f"{space.sha256} {faces.shape}".encode())
    file = cache / f"{told.hexdigest()[:32]}.npz"
    try:
        return unpack_arrays(file)["features"].astype(np.float64)
    except (ValueError, KeyError):  # absent, or damaged in any way: computed anew
        features = space.features(faces)
    _remember(features, file)
    return features


def _remember(features: np.ndarray, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, pack_arrays({"features": features.astype(np.float32)}))
    except (OSError, UserError):
        pass  # a full or read-only disk only costs time
