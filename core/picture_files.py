"""Which files of a folder are pictures: one rule for judging, data sets, measuring and training."""

import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.config import IMAGE_SUFFIXES

# What systems leave behind of their own accord, in lower case. Nobody misses it: no word on it.
CLUTTER = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"}
)
NAMED = 3  # of the files left out so many are named, the others counted


@dataclass
class LeftOut:
    """What a walk through a folder passed by; the walk fills it.

    Attributes:
        files: paths of files without the ending of a picture.
        folders: paths of folders that were not entered.
        closed: (path, reason) of folders that may not be read.
    """

    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)

    def sentences(self, root: str | os.PathLike) -> list[str]:
        """Count and name what was left out, as seen from `root`."""
        files = [os.path.relpath(path, root) for path in self.files]
        folders = [os.path.relpath(path, root) + os.sep for path in self.folders]
        told = {
            "Left out, as no pictures by their names": files,
            "Folders that were not looked into": folders,
        }
        return [f"{words}: {listed(names)}." for words, names in told.items() if names]


def is_picture(name: str) -> bool:
    """Whether a file's name is a picture's: by its ending, in any case of letters; no clutter."""
    return not is_clutter(name) and os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES


def is_clutter(name: str) -> bool:
    """Whether a file or folder is a system's own: hidden (`._x.jpg`, `.DS_Store`) or `CLUTTER`."""
    return name.startswith(".") or name.lower() in CLUTTER


def pictures_below(
    folder: str | os.PathLike,
    left_out: LeftOut,
    enters: Callable[[os.DirEntry], bool] = lambda entry: not entry.is_symlink(),
) -> Iterator[os.DirEntry]:
    """Find the pictures of a folder and of all folders in it, by name.

    Args:
        folder: where to begin.
        left_out: gets what is passed by.
        enters: which folders to go into; without links to folders no loop can trap the walk.

    Yields:
        An entry a picture: first a folder's own, then those of the folders in it.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            left_out.closed.append((here, error.strerror or type(error).__name__))
            continue
        inner = []
        for entry in entries:
            if is_clutter(entry.name):
                continue
            if is_folder(entry):
                (inner if enters(entry) else left_out.folders).append(entry.path)
            elif is_picture(entry.name):
                yield entry
            else:
                left_out.files.append(entry.path)
        waiting += reversed(inner)


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder or a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or one into a folder that may not be entered
        return False


def listed(names: list[str]) -> str:
    """A count, and the first few of some names: "12 (a.txt, b.csv, c.pdf, ...)"."""
    shown = [printable(name) for name in names[:NAMED]]
    more = [*shown, "..."] if len(names) > NAMED else shown
    return f"{len(names):,} ({', '.join(more)})"


def as_text(name: str) -> str:
    """A name as valid Unicode, which tables and pages want: bytes that are no text become "?"."""
    return name.encode("utf-8", "replace").decode()


def printable(name: str) -> str:
    """A name that any table, page or terminal can show: odd characters become a question mark.

    A file's name may hold bytes that are no text, line breaks and signs that steer a terminal.
    """
    return "".join("?" if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in name)
