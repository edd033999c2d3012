"""A cache of indexes on disk: a large folder opens again without reading its headers."""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from core.atomic import write_atomically
from core.config import CACHE_DIR
from core.dataset.index import COLUMNS, DatasetIndex, index_folder
from core.open_folder import OpenFolder


def open_index(
    folder: OpenFolder | Path,
    *,
    cache: Path = CACHE_DIR,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> DatasetIndex:
    """Index a folder, reading only what changed since the last time.

    Args:
        folder: as for `core.dataset.index.index_folder`; a folder named by a visitor of the app
            must be an `OpenFolder`.
        progress: as there.
        cache: folder of the cached indexes, which hold names, sizes and times, no picture.

    Raises:
        UserError: the folder cannot be used.
    """
    root = folder.path if isinstance(folder, OpenFolder) else folder.expanduser()
    place = os.fsencode(root.resolve())
    file = cache / f"index-{hashlib.sha256(place).hexdigest()[:24]}.parquet"
    known = _recall(file)
    index = index_folder(root, known=known, progress=progress)
    if known is None or not known.equals(index.faces):
        _remember(index.faces, file)
    return index


def _recall(file: Path) -> pd.DataFrame | None:
    try:
        table = pd.read_parquet(file)
        return table[COLUMNS]
    except Exception:  # missing, damaged, of another version: it is only a cache
        return None


def _remember(faces: pd.DataFrame, file: Path) -> None:
    buffer = io.BytesIO()
    faces.to_parquet(buffer, index=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, buffer.getvalue())
    except OSError:  # no room or no right to write: the next start reads the headers again
        pass
