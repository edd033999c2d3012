"""Indexes remembered between starts: a large folder opens again without reading a header."""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from platformdirs import user_cache_path

from core.atomic import write_atomically
from core.dataset.index import COLUMNS, DatasetIndex, index_folder
from core.errors import UserError

CACHE_DIR = user_cache_path("real-vs-fake-faces")


def open_index(
    folder: str | os.PathLike,
    *,
    cache: Path = CACHE_DIR,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> DatasetIndex:
    """Index a folder, reading only what changed since the last time.

    Args:
        folder, progress: as for `core.dataset.index.index_folder`.
        cache: where indexes are kept: file names, sizes and times, no picture.

    Raises:
        UserError: the folder cannot be used.
    """
    place = os.fsencode(Path(folder).expanduser().resolve())
    file = cache / f"index-{hashlib.sha256(place).hexdigest()[:24]}.parquet"
    known = _recall(file)
    index = index_folder(Path(folder).expanduser(), known=known, progress=progress)
    if known is None or not known.equals(index.faces):
        _remember(index.faces, file)
    return index


def served(folder: str) -> Path:
    """A folder a visitor of the app may look into.

    Args:
        folder: what was typed. Where the environment variable FACES_ROOT names a folder, only
            what lies below it, and the app's own sets, may be opened: for an app that strangers
            reach.

    Raises:
        UserError: it may not be looked into, or is no path.
    """
    try:
        place = Path(folder).expanduser().resolve()
        place.exists()  # raises where the name is too long
    except (ValueError, RuntimeError, OSError) as error:  # a NUL, an unknown user, a loop
        raise UserError(f"{folder[:80]!r} is no path. Check the folder's name.") from error
    root = os.environ.get("FACES_ROOT")
    allowed = [Path(root).resolve(), CACHE_DIR.resolve()] if root else [Path(place.anchor)]
    if not any(place.is_relative_to(each) for each in allowed):
        raise UserError("This app only opens the folders its host has set free for it.")
    return place


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
