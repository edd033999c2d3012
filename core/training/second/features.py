"""The backbone's features that a second opinion is trained on, stored in files for reuse."""

import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from core.arrays import pack_arrays
from core.atomic import write_atomically
from core.dataset.batches import PixelStore
from core.errors import UserError
from core.imaging import to_model_input
from core.inference.aligned import centre_square
from core.inference.second import SIDE_PX, Backbone
from core.training.checkpoint import load_arrays

CHUNK = 256  # faces per file: what an interrupted run loses at most
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def features_of(
    faces: pd.DataFrame,
    backbone: Backbone,
    folder: Path,
    *,
    change: Change | None = None,
    progress: Callable[[int], object] = lambda count: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The features of faces; those stored in the folder are not computed again.

    Args:
        faces: n rows of an index; for one folder always the same rows in the same order.
        backbone: the frozen network.
        folder: where the features are stored.
        change: applied to each face first; its random numbers depend on the names of the folder
            and of the file.
        progress: told after each file how many faces it holds.

    Returns:
        float16 (k, 6912), and int64 (k,): the rows of `faces` that could be decoded.

    Raises:
        UserError: a stored file is damaged.
    """
    rows, parts = [], []
    chunks = [faces.iloc[start : start + CHUNK] for start in range(0, len(faces), CHUNK)]
    files = [folder / f"{number * CHUNK:06d}.npz" for number in range(len(chunks))]
    with ThreadPoolExecutor(1) as ahead:  # the next faces are read while the network looks

        def prepare(number: int) -> Future | None:
            if number >= len(chunks) or files[number].exists():
                return None
            return ahead.submit(_prepared, chunks[number], change, folder.name)

        coming = prepare(0)
        for number, (part, file) in enumerate(zip(chunks, files, strict=True)):
            ready, coming = coming, prepare(number + 1)
            if ready is not None:
                found, tensors = ready.result()
                folder.mkdir(parents=True, exist_ok=True)
                write_atomically(file, pack_arrays(_seen(backbone, found, tensors)))
            kept = load_arrays(file)
            rows.append(number * CHUNK + kept["rows"])
            parts.append(kept["features"])
            progress(len(part))
    return np.concatenate(parts), np.concatenate(rows)


def kept_features(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The features that `features_of` stored in a folder; returns what it returns.

    Raises:
        UserError: the folder has no features, or a file is damaged.
    """
    files = sorted(folder.glob("*.npz"))
    if not files:
        raise UserError(f"{folder} holds no features. Train the second opinion again.")
    kept = [load_arrays(file) for file in files]
    rows = [int(file.stem) + each["rows"] for file, each in zip(files, kept, strict=True)]
    return np.concatenate([each["features"] for each in kept]), np.concatenate(rows)


def model_faces(faces: pd.DataFrame, side_px: int = SIDE_PX) -> np.ndarray:
    """Faces as a network's input: float32 (k, side_px, side_px, 3) in [0, 1].

    Files that cannot be decoded are left out.
    """
    return readable_faces(faces, side_px)[0]


def readable_faces(faces: pd.DataFrame, side_px: int = SIDE_PX) -> tuple[np.ndarray, pd.DataFrame]:
    """As `model_faces`, with the k rows of the index of the faces that can be decoded."""
    rows, tensors = _prepared(faces, None, "", side_px)
    return np.stack(tensors), faces.iloc[rows].reset_index(drop=True)


def _seen(backbone: Backbone, rows: list[int], tensors: list[np.ndarray]) -> dict[str, np.ndarray]:
    features = backbone.features(np.stack(tensors)) if tensors else np.zeros((0, 1))
    return {"rows": np.array(rows, np.int64), "features": features.astype(np.float16)}


def _prepared(
    faces: pd.DataFrame, change: Change | None, seed: str, side_px: int = SIDE_PX
) -> tuple[list[int], list[np.ndarray]]:
    """The positions of the faces that can be decoded, and each as a network's input."""
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
        tensors.append(to_model_input(np.ascontiguousarray(pixels), side_px))
        rows.append(row)
    return rows, tensors
