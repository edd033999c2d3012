"""An index of a folder of faces as a pandas DataFrame."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from PIL import Image

from core.config import CLASS_NAMES, IMAGE_SUFFIXES, MAX_PIXELS, SPLITS
from core.errors import UserError

COLUMNS = ["path", "label", "split", "source", "width", "height", "bytes"]
NO_SPLIT = "all"  # a folder with just real/ and fake/
NO_SOURCE = "unnamed"  # a file name without "_", as in the Kaggle set


@dataclass(frozen=True)
class DatasetIndex:
    """What a folder holds.

    Attributes:
        root: the folder that holds the splits (or the classes).
        faces: readable images, one a row: path (str), label ("real" or "fake"), split, source
            (the file name before the first "_"), width, height (pixels), bytes.
        unreadable: files that look like images and are not: path, error.
    """

    root: Path
    faces: pd.DataFrame
    unreadable: pd.DataFrame

    def part(self, split: str) -> pd.DataFrame:
        """The rows of one split, renumbered; of a folder without splits all rows."""
        if set(self.faces["split"]) == {NO_SPLIT}:
            return self.faces
        return self.faces[self.faces["split"] == split].reset_index(drop=True)


def index_folder(folder: str | os.PathLike, *, workers: int = 8) -> DatasetIndex:
    """Index a folder in the Kaggle layout, or one with `real/` and `fake/`.

    Unreadable files are listed apart and never stop the work. Only headers are read; links to
    folders are not followed, so a loop of links cannot trap it.

    Args:
        folder: holds `{train,valid,test}/{real,fake}/*.jpg` or `{real,fake}/*.jpg`, itself or
            up to two folders down (as Kaggle's archive unpacks).
        workers: threads that read headers.

    Returns:
        The index, rows sorted by path.

    Raises:
        UserError: no such folder, no known layout, or no readable image in it.
    """
    root = _find_root(Path(folder))
    files = sorted(_walk(root))
    with ThreadPoolExecutor(workers) as pool:
        rows = list(pool.map(_read_header, files))
    good = [row for row in rows if "error" not in row]
    bad = [row for row in rows if "error" in row]
    if not good:
        raise UserError(
            f"No readable image in {root}. Put JPEG or PNG files into its "
            "real/ and fake/ folders (with train/, valid/, test/ above them)."
        )
    unreadable = pd.DataFrame(bad, columns=["path", "error"])
    return DatasetIndex(root, pd.DataFrame(good, columns=COLUMNS), unreadable)


def _find_root(folder: Path) -> Path:
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}. Check the path given as the data set.")
    candidates = [folder, *_folders(folder)]
    candidates += [inner for outer in candidates[1:] for inner in _folders(outer)]
    for candidate in candidates:
        if candidate.name in (*SPLITS, *CLASS_NAMES) and candidate != folder:
            continue
        parts = [candidate, *(candidate / split for split in SPLITS)]
        if any((part / name).is_dir() for part in parts for name in CLASS_NAMES):
            return candidate
    raise UserError(
        f"{folder} has neither train/real, train/fake, ... nor real/ and fake/ in it. "
        "Arrange the images in the Kaggle layout: {train,valid,test}/{real,fake}/."
    )


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir())
    except PermissionError:
        return []


def _walk(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (path, label, split) of every file with an image's ending."""
    for split in (*SPLITS, NO_SPLIT):
        above = root if split == NO_SPLIT else root / split
        for label in CLASS_NAMES:
            for folder, _, names in os.walk(above / label, followlinks=False):
                for name in names:
                    if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES:
                        yield os.path.join(folder, name), label, split


def _read_header(file: tuple[str, str, str]) -> dict:
    path, label, split = file
    try:
        size = os.path.getsize(path)
        with Image.open(path) as image:
            width, height = image.size
    except Exception as error:  # Pillow raises many types on broken headers
        return {"path": path, "error": f"{type(error).__name__}: {error}"}
    if width * height > MAX_PIXELS:
        return {"path": path, "error": f"{width} x {height} pixels is over the limit"}
    name = os.path.basename(path)
    source = name.split("_", 1)[0] if "_" in name else NO_SOURCE
    values = (path, label, split, source, width, height, size)
    return dict(zip(COLUMNS, values, strict=True))
