"""Which files of a folder are pictures: one rule for judging, data sets, measuring and training."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.config import IMAGE_SUFFIXES

# What systems leave behind of their own accord, in lower case. Nobody misses it: no word on it.
CLUTTER = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"}
)
# What we write beside pictures to tell of them: what a set is, how faces were framed, who painted.
ABOUT_FILE, FRAMING_FILE, RECORD_FILE = OF_OURS = ("README.txt", "framing.json", "painted.csv")
NO_FILE = "There is no such file. Check the path."
NAMED = 3  # of the files left out so many are named, the others counted
_NO_TEXT = re.compile("[\ud800-\udfff]")


@dataclass
class Tally:
    """Paths of which only the first few are kept: there may be a million.

    Attributes: how many there were, and the first of them.
    """

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, path: str) -> None:
        """Count one more."""
        self.count += 1
        if self.count <= NAMED:
            self.first.append(path)


@dataclass
class LeftOut:
    """What a walk through a folder passed by; the walk fills it.

    Attributes:
        files: without the ending of a picture; those of ours do not count.
        folders: that were not entered.
        closed: (path, reason) of folders that may not be read.
    """

    files: Tally = field(default_factory=Tally)
    folders: Tally = field(default_factory=Tally)
    closed: list[tuple[str, str]] = field(default_factory=list)

    def add_file(self, name: str, path: str) -> None:
        """Count a file that was passed by, unless it is one of ours."""
        if name not in OF_OURS:
            self.files.add(path)

    def sentences(self, root: str | os.PathLike) -> list[str]:
        """Count and name what was left out, as seen from `root`."""
        told = {
            "Left out, since their names are not those of pictures": (self.files, ""),
            "Folders that were not looked into": (self.folders, os.sep),
        }
        return [
            f"{words}: {listed([os.path.relpath(p, root) + end for p in of.first], of.count)}."
            for words, (of, end) in told.items()
            if of.count
        ]


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
    *,
    by_name: bool = True,
) -> Iterator[os.DirEntry]:
    """Find the pictures of a folder and of all folders in it, by name.

    Args:
        folder: where to begin.
        left_out: gets what is passed by.
        enters: which folders to go into; without links to folders no loop can trap the walk.
        by_name: sort each folder by name; otherwise entries come as the system lists them, and
            a folder of a million files takes no more memory than one of ten.

    Yields:
        An entry a picture: first a folder's own, then those of the folders in it.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        inner = []
        for entry in _entries(waiting.pop(), left_out, by_name):
            if is_clutter(entry.name):
                continue
            if is_folder(entry):
                (inner.append if enters(entry) else left_out.folders.add)(entry.path)
            elif is_picture(entry.name):
                yield entry
            else:
                left_out.add_file(entry.name, entry.path)
        waiting += reversed(inner)


def _entries(folder: str, left_out: LeftOut, by_name: bool) -> Iterator[os.DirEntry]:
    try:
        with os.scandir(folder) as found:
            yield from sorted(found, key=lambda entry: entry.name) if by_name else found
    except OSError as error:
        left_out.closed.append((folder, error.strerror or type(error).__name__))


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder or a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or one into a folder that may not be entered
        return False


def listed(names: list[str], count: int | None = None) -> str:
    """A count (of `names`, or of so many), and the first few names: "12 (a.txt, b.csv, ...)"."""
    count = len(names) if count is None else count
    shown = [printable(name) for name in names[:NAMED]]
    more = [*shown, "..."] if count > NAMED else shown
    return f"{count:,} ({', '.join(more)})"


def counted(count: int, what: str) -> str:
    """A count of things in words: "1 epoch", "1,200 epochs".

    Args:
        count: from 0.
        what: one of them; its plural ends in s.
    """
    return f"{count:,} {plural(count, what)}"


def plural(count: int, what: str) -> str:
    """The word of `counted` alone: "epoch" of one, "epochs" of any other number."""
    return what if count == 1 else f"{what}s"


def as_text(name: str) -> str:
    r"""A name as valid Unicode, which tables and pages want: a byte that is no text becomes "\xff".

    So names that differ stay apart, and who looks for the file knows what it is called.
    """
    return _NO_TEXT.sub(lambda found: _spelt(ord(found[0])), name)


def _spelt(sign: int) -> str:
    byte = sign - 0xDC00  # how Python carries a byte of a name that is no text
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else f"\\u{sign:04x}"


def printable(name: str) -> str:
    """`as_text` on one line: line breaks and signs that steer a terminal become a question mark."""
    return "".join("?" if unicodedata.category(sign) == "Cc" else sign for sign in as_text(name))
