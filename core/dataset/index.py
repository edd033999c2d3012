"""An index of a folder of faces as a pandas DataFrame."""

import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, UnidentifiedImageError

from core.config import CLASS_NAMES, IMAGE_SUFFIXES, MAX_PIXELS, SPLITS
from core.errors import UserError

COLUMNS = ["path", "label", "split", "source", "width", "height", "bytes", "modified_ns"]
NO_SPLIT = "all"  # a folder with just real/ and fake/
NO_SOURCE = "unnamed"  # a file name without "_", as in the Kaggle set
_NO_TEXT = "The file's name is not valid Unicode: rename it"


@dataclass(frozen=True)
class DatasetIndex:
    """What a folder holds.

    Attributes:
        root: the folder that holds the splits (or the classes).
        faces: readable images, one a row: path (str), label ("real" or "fake"), split, source
            (the file name before the first "_"), width, height (pixels), bytes, modified_ns
            (the file's time of modification).
        unreadable: files that look like images and are not: path, error.
    """

    root: Path
    faces: pd.DataFrame
    unreadable: pd.DataFrame

    def relative(self, path: str) -> str:
        """A path of the index as seen from its root."""
        return os.path.relpath(path, self.root)

    def part(self, split: str) -> pd.DataFrame:
        """The rows of one split, renumbered; of a folder without splits all rows."""
        if set(self.faces["split"]) == {NO_SPLIT}:
            return self.faces
        return self.faces[self.faces["split"] == split].reset_index(drop=True)

    def unreadable_in(self, split: str) -> dict[str, str]:
        """Files of a split that cannot be read: path as seen from the root -> why."""
        names = {self.relative(path): why for path, why in self.unreadable.to_numpy()}
        if split == NO_SPLIT:
            return names
        return {name: why for name, why in names.items() if Path(name).parts[0] == split}


def index_folder(
    folder: str | os.PathLike,
    *,
    workers: int = 8,
    known: pd.DataFrame | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> DatasetIndex:
    """Index a folder in the Kaggle layout, or one with `real/` and `fake/`.

    Unreadable files are listed apart and never stop the work. Only headers are read; links to
    folders are not followed, so a loop of links cannot trap it.

    Args:
        folder: holds `{train,valid,test}/{real,fake}/*.jpg` or `{real,fake}/*.jpg`, itself or
            up to two folders down (as Kaggle's archive unpacks).
        workers: threads that read headers.
        known: `faces` of an earlier index; files of the same size and time are not read again.
        progress: told now and then how many of how many headers are read.

    Returns:
        The index, rows sorted by path.

    Raises:
        UserError: no such folder, no known layout, or no readable image in it.
    """
    root = _find_root(Path(folder))
    closed: list[tuple[str, str]] = []
    files = sorted(_walk(root, closed))
    bad = closed + [
        (_printable(file[0]), _NO_TEXT) for file in files if _printable(file[0]) != file[0]
    ]
    files = [file for file in files if _printable(file[0]) == file[0]]
    table = pd.DataFrame(files, columns=["path", "label", "split", "bytes", "modified_ns"])
    bad += _add_sizes(table, known, workers, progress)
    faces = table[table["width"] > 0].reset_index(drop=True)
    if faces.empty:
        raise UserError(
            f"No readable image in {root}. Put JPEG or PNG files into its "
            "real/ and fake/ folders (with train/, valid/, test/ above them)."
        )
    faces["source"] = [_source(path) for path in faces["path"]]
    return DatasetIndex(root, faces[COLUMNS], pd.DataFrame(bad, columns=["path", "error"]))


def _add_sizes(
    table: pd.DataFrame, known: pd.DataFrame | None, workers: int, progress: Callable
) -> list[tuple[str, str]]:
    """Add width and height to the files, 0 for those that cannot be read: (path, error) each."""
    width, height = _remembered(table, known)
    unread, bad = np.flatnonzero(width == 0), []
    paths = table["path"].iloc[unread]
    with ThreadPoolExecutor(workers) as pool:
        rows = zip(unread, paths, pool.map(_read_header, paths), strict=True)
        for done, (row, path, header) in enumerate(rows, start=1):
            if isinstance(header, str):
                bad.append((path, header))
            else:
                width[row], height[row] = header
            if done % 500 == 0:
                progress(done, len(unread))
    table["width"], table["height"] = width, height
    return bad


def _remembered(table: pd.DataFrame, known: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    """Width and height of each file that is as it was; 0 where it must be read."""
    none = np.zeros(len(table), np.int64)
    if known is None:
        return none, none.copy()
    same = ["path", "bytes", "modified_ns"]
    found = table[same].merge(known[[*same, "width", "height"]], on=same, how="left").fillna(0)
    return found["width"].to_numpy(np.int64), found["height"].to_numpy(np.int64)


def _find_root(folder: Path) -> Path:
    if os.path.isfile(folder):  # noqa: PTH113  unlike Path.is_file it never raises
        raise UserError(f"{folder} is a file. Name the folder that holds real/ and fake/.")
    if not _is_folder(folder):
        shown = str(folder) if len(str(folder)) < 300 else f"{str(folder)[:60]}..."
        raise UserError(f"There is no folder {shown}. Check the path given as the data set.")
    candidates = [folder, *_folders(folder)]
    candidates += [inner for outer in candidates[1:] for inner in _folders(outer)]
    for candidate in candidates:
        if candidate.name in (*SPLITS, *CLASS_NAMES) and candidate != folder:
            continue
        parts = [candidate, *(candidate / split for split in SPLITS)]
        if any(_is_folder(part / name) for part in parts for name in CLASS_NAMES):
            return candidate
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UserError(f"{folder} may not be read. Change its permissions, or name another one.")
    raise UserError(
        f"{folder} has neither train/real, train/fake, ... nor real/ and fake/ in it. "
        "Arrange the images in the Kaggle layout: {train,valid,test}/{real,fake}/."
    )


def _is_folder(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # a name that is too long, a loop of links, a folder that may not be entered
        return False


def _folders(folder: Path) -> list[Path]:
    try:
        inner = sorted(Path(entry.path) for entry in os.scandir(folder))
    except OSError:
        return []
    return [path for path in inner if _is_folder(path)]


def _walk(root: Path, closed: list[tuple[str, str]]) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield (path, label, split, bytes, modified_ns) of every file with an image's ending.

    Folders that may not be read go into `closed`, with the reason.
    """
    for split in (*SPLITS, NO_SPLIT):
        above = root if split == NO_SPLIT else root / split
        for label in CLASS_NAMES:
            for entry in _files(above / label, closed):
                try:
                    found = entry.stat()
                    yield entry.path, label, split, found.st_size, found.st_mtime_ns
                except OSError:  # a link to nowhere; reading it will say so
                    yield entry.path, label, split, 0, 0


def _files(folder: Path, closed: list[tuple[str, str]]) -> Iterator[os.DirEntry]:
    waiting = [str(folder)]
    while waiting:
        inner = waiting.pop()
        try:
            entries = list(os.scandir(inner))
        except (FileNotFoundError, NotADirectoryError):
            continue  # most sets have not every split
        except OSError as error:
            closed.append((_printable(inner), f"The folder cannot be read: {error.strerror}"))
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif os.path.splitext(entry.name)[1].lower() in IMAGE_SUFFIXES:
                yield entry


def _read_header(path: str) -> tuple[int, int] | str:
    """Width and height in pixels, or what is wrong with the file."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # opening a pipe would wait forever
            return "It is no regular file"
        with Image.open(path) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        return f"It has more than {MAX_PIXELS:,} pixels, the limit"
    except UnidentifiedImageError:
        return "It is no picture, or one that is damaged at its beginning"
    except Exception as error:  # Pillow raises many types on broken headers
        return getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    if width * height > MAX_PIXELS:
        return f"{width} x {height} pixels is over the limit"
    return width, height


def _printable(path: str) -> str:
    """Names may hold bytes that are no text; tables and pages take text only."""
    return path.encode("utf-8", "replace").decode()


def _source(path: str) -> str:
    name = os.path.basename(path)
    return name.split("_", 1)[0] if "_" in name else NO_SOURCE
