"""The features a second opinion is trained on: computed once, kept, and taken up again."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from core.atomic import write_atomically
from core.dataset.pipeline import PixelStore
from core.imaging import to_model_input
from core.inference.geometry import centre_square
from core.inference.second import SIDE_PX, Backbone
from core.training.run_folder import load_arrays, pack_arrays

CHUNK = 256  # faces a file: what a broken-off run loses at most
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def features_of(
    faces: pd.DataFrame,
    backbone: Backbone,
    folder: Path,
    *,
    change: Change | None = None,
    progress: Callable[[int], object] = lambda count: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Features of faces; what lies in the folder already is not computed again.

    Args:
        faces: rows of an index, always the same ones in the same order for a folder.
        backbone: the frozen network.
        folder: keeps the features, float16.
        change: done to each face first; its chance hangs on the folder's name and the face's.
        progress: told after each file how many faces it holds.

    Returns:
        float16 (k, 6912), and int64 (k,): the rows of `faces` that could be decoded.

    Raises:
        UserError: a kept file is damaged.
    """
    rows, parts = [], []
    for start in range(0, len(faces), CHUNK):
        part = faces.iloc[start : start + CHUNK]
        file = folder / f"{start:06d}.npz"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(file, pack_arrays(_compute(part, backbone, change, folder.name)))
        kept = load_arrays(file)
        rows.append(start + kept["rows"])
        parts.append(kept["features"])
        progress(len(part))
    return np.concatenate(parts), np.concatenate(rows)


def _compute(
    faces: pd.DataFrame, backbone: Backbone, change: Change | None, seed: str
) -> dict[str, np.ndarray]:
    store = PixelStore(list(faces["path"]), budget_bytes=0)
    rows, tensors = [], []
    for row, path in enumerate(faces["path"]):
        pixels = store.get(row)
        if pixels is None:
            continue
        pixels = centre_square(pixels).pixels
        if change is not None:
            name = "/".join((seed, *Path(path).parts[-3:]))
            pixels = change(pixels, np.random.default_rng(zlib.crc32(name.encode())))
        tensors.append(to_model_input(np.ascontiguousarray(pixels), SIDE_PX))
        rows.append(row)
    features = backbone.features(np.stack(tensors)) if tensors else np.zeros((0, 1))
    return {"rows": np.array(rows, np.int64), "features": features.astype(np.float16)}
