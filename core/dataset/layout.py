"""The split and the class of files, from the names of their folders."""

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from core.config import CLASS_NAMES, SPLITS
from core.errors import UserError
from core.picture_files import is_clutter, is_folder, printable

NO_SPLIT = "all"  # a folder with just real/ and fake/
# A name counts only if every word of it is known: real_vs_fake names no class.
SYNONYMS = {
    "train": ("train", "training"),
    "valid": ("valid", "val", "validation", "validate", "dev"),
    "test": ("test", "testing"),
    "real": ("real", "reals", "authentic", "genuine", "photo", "photos", "nature"),
    "fake": ("fake", "fakes", "generated", "synthetic", "ai", "deepfake", "deepfakes"),
    "": ("face", "faces", "image", "images", "img", "imgs", "picture", "pictures", "set", "data"),
}
_MEANING = {word: meaning for meaning, words in SYNONYMS.items() for word in words}
_SHOWN = 8  # folders named in a message
_DEPTH = 2  # levels below the named folder where a data set is looked for, as Kaggle's unpacks


class Place(NamedTuple):
    """Attributes: split ("train", "valid", "test"), label ("real", "fake"); None if not named."""

    split: str | None = None
    label: str | None = None


def place_of(folders: Iterable[str]) -> Place:
    """The split and label in the names of nested folders, outermost first; the first one counts.

    `Train/Real`, `training_real`, `test-fake`, `real/val` and `progan/1_fake` are understood.
    """
    split = label = None
    for name in folders:
        said = _said_by(name)
        split, label = split or said.split, label or said.label
    return Place(split, label)


@lru_cache(maxsize=4096)
def _said_by(name: str) -> Place:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)  # TrainReal
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", apart)]
    said = {_MEANING.get(word) for word in words} - {""}
    splits, labels = said & {*SPLITS}, said & {*CLASS_NAMES}
    if None in said or len(splits) > 1 or len(labels) > 1:
        return Place()
    return Place(next(iter(splits), None), next(iter(labels), None))


def find_root(folder: Path) -> tuple[Path, list[Path]]:
    """Find the folder with the splits or classes: `folder` itself, or one up to two levels down.

    Returns:
        It, and the other folders of its level, which are not searched.

    Raises:
        UserError: no such folder, or no known layout in it.
    """
    check_folder(folder)
    level = [folder]
    for _ in range(_DEPTH + 1):
        if (root := next(filter(_holds_classes, level), None)) is not None:
            return root, [other for other in level if other != root]
        level = [inner for outer in level for inner in folders_in(outer)]
    shown = printable(str(folder))
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UserError(f"{shown} may not be read. Change its permissions, or name another one.")
    raise UserError(
        f"{shown} has neither train/real, train/fake, ... nor real/ and fake/ in it; "
        f"{_seen(folder)}. Arrange the images in the Kaggle layout: {{train,valid,test}}/"
        "{real,fake}/."
    )


def check_folder(folder: Path) -> None:
    """Refuse what is no folder that a data set could be in; nothing in it is looked at.

    Raises:
        UserError: there is no such folder.
    """
    if os.path.isfile(folder):  # noqa: PTH113  unlike Path.is_file it never raises
        raise UserError(f"{folder} is a file. Name the folder that holds real/ and fake/.")
    if not os.path.isdir(folder):  # noqa: PTH112
        shown = str(folder) if len(str(folder)) < 300 else f"{str(folder)[:60]}..."
        raise UserError(f"There is no folder {shown}. Check the path given as the data set.")


def _holds_classes(folder: Path) -> bool:
    """Whether its folders, or those in its splits, are named after a class."""
    for inner in folders_in(folder):
        said = _said_by(inner.name)
        if said.label or (said.split and _labels_within(inner, _DEPTH)):
            return True
    return False


def _labels_within(folder: Path, depth: int) -> bool:
    inner = folders_in(folder)
    if any(_said_by(each.name).label for each in inner):
        return True
    return depth > 1 and any(_labels_within(each, depth - 1) for each in inner)


def _seen(folder: Path) -> str:
    names = [f"{printable(inner.name)}/" for inner in folders_in(folder)]
    if not names:
        return "it holds no folder"
    more = ", ..." if len(names) > _SHOWN else ""
    return f"it holds {', '.join(names[:_SHOWN])}{more}"


def merged(places: Sequence[tuple[str, Place]]) -> list[str]:
    """A sentence for each split or class that several top folders of a data set belong to.

    Args:
        places: (name, place) of each top folder.
    """
    parts: dict[Place, list[str]] = {}
    for name, place in places:
        if place != Place():
            parts.setdefault(place, []).append(f"{printable(name)}/")
    return [
        f"{' and '.join(names)} are read together, as {' '.join(filter(None, place))}."
        for place, names in parts.items()
        if len(names) > 1
    ]


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, sorted by name; none if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            inner = [entry.path for entry in found if _counts(entry)]
    except OSError:
        return []
    return sorted(map(Path, inner))


def _counts(entry: os.DirEntry) -> bool:
    return not is_clutter(entry.name) and is_folder(entry)
