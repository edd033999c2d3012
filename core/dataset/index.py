"""An index of a folder of faces as a pandas DataFrame."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from core.config import MAX_FILE_BYTES, MAX_PIXELS, REAL
from core.dataset.layout import NO_SPLIT, Place, find_root, folders_in, merged, place_of
from core.dataset.reading import Unread, read_files
from core.decoding.formats import open_image
from core.errors import UserError
from core.imaging import decode_image
from core.picture_files import LeftOut, as_text, listed, pictures_below, printable

COLUMNS = ["path", "label", "split", "source", "width", "height", "bytes", "modified_ns"]
CHUNK = 500  # headers between two reports of progress
NO_SOURCE = "unnamed"  # of a file name with nothing before a "_", as in the Kaggle set
_NO_TEXT = "The file's name is not valid Unicode: rename it"


@dataclass(frozen=True)
class DatasetIndex:
    """The images of a data set's folder.

    Attributes:
        root: the folder that holds the splits (or the classes).
        faces: one row per readable image: path (str), label ("real" or "fake"), split, source
            (the file name before the first "_"), width, height (pixels), bytes, modified_ns
            (time of modification, nanoseconds since 1970).
        unreadable: files and folders that could not be read: path, error.
        notes: sentences on what was left out, and on folders that are read together.
    """

    root: Path
    faces: pd.DataFrame
    unreadable: pd.DataFrame
    notes: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """SHA-256 of the paths, sizes and times of the files: the key of all cached results."""
        files = self.faces[["path", "bytes", "modified_ns"]]
        rows = pd.util.hash_pandas_object(files, index=False)  # ty: ignore[not-callable]
        return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()

    def relative(self, path: str) -> str:
        """A path of the index relative to its root."""
        return os.path.relpath(path, self.root)

    def part(self, split: str) -> pd.DataFrame:
        """The rows of one split, renumbered; all rows if the folder has no splits."""
        if set(self.faces["split"]) == {NO_SPLIT}:
            return self.faces
        return self.faces[self.faces["split"] == split].reset_index(drop=True)

    def unreadable_in(self, split: str) -> dict[str, str]:
        """Files of a split that cannot be read: path relative to the root -> reason."""
        names = {self.relative(path): why for path, why in self.unreadable.to_numpy()}
        if split == NO_SPLIT:
            return names
        return {name: why for name, why in names.items() if _place(name).split == split}


def index_folder(
    folder: str | os.PathLike,
    *,
    workers: int = 8,
    known: pd.DataFrame | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> DatasetIndex:
    """Index a folder in the Kaggle layout, or one with `real/` and `fake/`.

    Other names for these folders are understood (`core.dataset.layout`): `val/`, `Train/Real/`,
    `training_fake/`, ...

    Unreadable files are listed apart. Usually only headers are read. Inside a class, links to
    folders are not followed, so that a loop of links ends.

    Args:
        folder: holds `{train,valid,test}/{real,fake}/*.jpg` or `{real,fake}/*.jpg`, itself or
            up to two folders down (as Kaggle's archive unpacks).
        workers: threads that read headers.
        known: `faces` of an earlier index; files of the same size and time are not read again.
        progress: called with (headers read, headers to read).

    Returns:
        The index, rows sorted by path.

    Raises:
        UserError: no such folder, no known layout, or no readable image in it.
    """
    root, beside = find_root(Path(folder))
    left_out, homeless = LeftOut(), []
    files = sorted(_walk(root, left_out, homeless))
    bad = [(as_text(path), f"The folder cannot be read: {why}") for path, why in left_out.closed]
    bad += [(as_text(file[0]), _NO_TEXT) for file in files if as_text(file[0]) != file[0]]
    files = [file for file in files if as_text(file[0]) == file[0]]
    table = pd.DataFrame(files, columns=["path", "label", "split", "bytes", "modified_ns"])
    bad += _add_sizes(table, known, workers, progress)
    faces = table[table["width"] > 0].reset_index(drop=True)
    if faces.empty:
        raise UserError(
            f"No readable image in {printable(str(root))}. Put JPEG or PNG files into its "
            "real/ and fake/ folders (with train/, valid/, test/ above them)."
        )
    faces["source"] = [_source(path) for path in faces["path"]]
    unreadable = pd.DataFrame(bad, columns=["path", "error"])
    notes = [*_notes(root, beside, homeless, left_out), *_without_split(faces)]
    return DatasetIndex(root, faces[COLUMNS], unreadable, tuple(notes))


def _notes(root: Path, beside: list[Path], homeless: list[str], left_out: LeftOut) -> list[str]:
    notes = merged([(top.name, place_of([top.name])) for top in folders_in(root)])
    if beside:
        names = [f"{other.name}/" for other in beside]
        where = printable(str(root))
        notes.append(f"The data set is in {where}; beside it, not looked into: {listed(names)}.")
    if homeless:
        names = [os.path.relpath(path, root) for path in homeless]
        notes.append(f"Pictures left out, as in no folder of a class: {listed(names)}.")
    return notes + left_out.sentences(root)


def _without_split(faces: pd.DataFrame) -> list[str]:
    loose = int((faces["split"] == NO_SPLIT).sum())
    if loose in (0, len(faces)):
        return []
    return [f"{loose:,} pictures lie in a class but in no split, and count as {NO_SPLIT!r}."]


def _add_sizes(
    table: pd.DataFrame, known: pd.DataFrame | None, workers: int, progress: Callable
) -> list[tuple[str, str]]:
    """Add width and height to the files, 0 for those that cannot be read: (path, error) each."""
    width, height = _remembered(table, known)
    unread, bad = np.flatnonzero(width == 0), []
    paths = list(table["path"].iloc[unread])
    for chunk in read_files(paths, _read_header, chunk=CHUNK, workers=workers):
        for found in chunk:
            if isinstance(found, Unread):
                bad.append((found.path, found.error))
            else:
                width[unread[found.number]], height[unread[found.number]] = found.value
        if len(chunk) == CHUNK:
            progress(chunk[-1].number + 1, len(paths))
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


def _walk(
    root: Path, left_out: LeftOut, homeless: list[str]
) -> Iterator[tuple[str, str, str | None, int, int]]:
    """Yield (path, label, split, bytes, modified_ns) of every file with an image's ending.

    Pictures that lie in no folder of a class go into `homeless`.
    """

    def enters(entry: os.DirEntry) -> bool:
        """Splits and classes, links to them too; in a split and a class every true folder."""
        folders = Path(os.path.relpath(entry.path, root)).parts
        told = place_of(folders[-1:]) != Place()
        return told if len(folders) == 1 else not entry.is_symlink() or (told and len(folders) == 2)

    places: dict[str, Place] = {}  # a folder may hold 50,000 files
    for entry in pictures_below(root, left_out, enters):
        above = entry.path[: -len(entry.name)]
        if above not in places:
            places[above] = _place(os.path.relpath(entry.path, root))
        split, label = places[above]
        if label is None:
            homeless.append(entry.path)
            continue
        try:
            found = entry.stat()
            yield entry.path, label, split, found.st_size, found.st_mtime_ns
        except OSError:  # a link to nowhere; reading it will say so
            yield entry.path, label, split, 0, 0


def _place(name: str) -> Place:
    """Split and class of a file by its path below the root."""
    place = place_of(Path(name).parts[:-1])
    return place._replace(split=place.split or NO_SPLIT)


def _read_header(path: str, number: int) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        UserError: what is wrong with the file.
    """
    try:
        regular = stat.S_ISREG(Path(path).stat().st_mode)  # opening a pipe would wait forever
        size = _stated_size(path) if regular else None
    except UserError as error:
        raise UserError(f"It has more than {MAX_PIXELS:,} pixels, the limit") from error
    except Exception as error:  # Pillow raises many types on broken headers
        if told := getattr(error, "strerror", None):
            raise UserError(told) from error
        size = None
    else:
        if not regular:
            raise UserError("It is no regular file")
    return size or _decoded_size(path)


def _stated_size(path: str) -> tuple[int, int] | None:
    """The size in the header; None for a file of several pages, where the first may be another."""
    with open_image(path) as image:
        return None if image.format == "TIFF" and getattr(image, "n_frames", 1) > 1 else image.size


def _decoded_size(path: str) -> tuple[int, int]:
    """The size after decoding, where the header is not enough."""
    try:
        with open(path, "rb") as file:
            photo = decode_image(file.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        raise UserError(error.strerror) from error
    return photo.width, photo.height


def _source(path: str) -> str:
    before, underscore, _ = os.path.basename(path).partition("_")
    return (printable(before.strip()) if underscore else "") or NO_SOURCE


def labels_of(faces: pd.DataFrame) -> np.ndarray:
    """Class numbers of n rows of an index: int32 (n,), 0 fake, 1 real."""
    return (faces["label"] == "real").to_numpy().astype(np.int32) * REAL


def load_split(data: Path, split: str) -> tuple[DatasetIndex, pd.DataFrame]:
    """Index a folder and take one split of it, or all of it if it has no splits.

    Raises:
        UserError: as `index_folder`, or the folder has no such split.
    """
    index = index_folder(data)
    faces = index.part(split)
    if faces.empty:
        known = ", ".join(sorted(set(index.faces["split"])))
        raise UserError(f"{data} has no split {split}. It has: {known}.")
    return index, faces
