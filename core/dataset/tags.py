"""Words that people put on faces of a data set: kept on this machine, handed out as CSV."""

import hashlib
import io
import json
import os
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from core.atomic import write_atomically
from core.config import CACHE_DIR
from core.errors import UserError
from core.json_text import read_object
from core.tables import to_csv

MAX_TAGS = 100  # different ones of a data set
MAX_SIGNS = 40
MAX_CSV_BYTES = 20 * 2**20
_COLUMNS = ["path", "tag"]


def clean_tag(text: str) -> str:
    """A tag as it is kept: one line without spaces at its ends.

    Raises:
        UserError: nothing is left, or it is too long.
    """
    tag = " ".join(text.split())
    if not tag or len(tag) > MAX_SIGNS or not tag.isprintable():
        raise UserError(f"A tag is a word or a few, of at most {MAX_SIGNS} signs.")
    return tag


class TagBook:
    """The tags of one data set, by the files' paths below its folder; shared by all sessions."""

    def __init__(self, root: Path, cache: Path = CACHE_DIR):
        """Open the data set's book.

        Args:
            root: the data set's folder.
            cache: where books are kept: file names and tags, no picture.
        """
        place = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
        self._file = cache / f"tags-{place}.json"
        self._lock = threading.Lock()
        self._paths: dict[str, set[str]] = self._read()

    @property
    def names(self) -> list[str]:
        """All tags that a face has."""
        return sorted(self._paths)

    def paths(self, tag: str) -> frozenset[str]:
        """The files with a tag."""
        return frozenset(self._paths.get(tag, ()))

    def of(self, path: str) -> list[str]:
        """The tags of a file."""
        return [tag for tag in self.names if path in self._paths[tag]]

    def add(self, tag: str, paths: Iterable[str]) -> None:
        """Put a tag on files.

        Raises:
            UserError: it is no tag, there are too many, or they cannot be kept.
        """
        tag = clean_tag(tag)
        with self._lock:
            if tag not in self._paths and len(self._paths) >= MAX_TAGS:
                raise UserError(f"There are {MAX_TAGS} tags already. Take one away first.")
            self._keep(self._paths | {tag: self._paths.get(tag, set()) | set(paths)})

    def take(self, tag: str, paths: Iterable[str]) -> None:
        """Take a tag off files; one that no file has any more is gone.

        Raises:
            UserError: the tags cannot be kept.
        """
        with self._lock:
            self._keep(self._paths | {tag: self._paths.get(tag, set()) - set(paths)})

    def put(self, path: str, tags: Collection[str]) -> None:
        """Let a file have these tags and no others.

        Raises:
            UserError: as `add` and `take`.
        """
        wanted = {clean_tag(tag) for tag in tags}
        before = set(self.of(path))
        for tag in sorted(wanted - before):
            self.add(tag, [path])
        for tag in sorted(before - wanted):
            self.take(tag, [path])

    def as_csv(self) -> bytes:
        """A row a file and tag: path, tag."""
        rows = [(path, tag) for tag in self.names for path in sorted(self._paths[tag])]
        return to_csv(pd.DataFrame(rows, columns=_COLUMNS))

    def add_csv(self, content: bytes, known: Collection[str]) -> tuple[int, int]:
        """Add what `as_csv` made, here or elsewhere.

        Args:
            content: the file, from anybody.
            known: the paths of the data set; rows of others are left out.

        Returns:
            How many rows were taken and how many were left out.

        Raises:
            UserError: it is no such table.
        """
        try:
            table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)[_COLUMNS]
        except (ValueError, KeyError) as error:  # no text, no table, no such columns
            raise UserError("That is no CSV of tags: it needs the columns path and tag.") from error
        fits = table[table["path"].isin(list(known))]
        for tag, rows in fits.groupby("tag"):
            self.add(str(tag), rows["path"])
        return len(fits), len(table) - len(fits)

    def _read(self) -> dict[str, set[str]]:
        try:
            kept = read_object(self._file.read_bytes())
            return {clean_tag(tag): set(map(str, paths)) for tag, paths in kept.items() if paths}
        except (OSError, ValueError, TypeError, UserError):  # none yet, or damaged
            return {}

    def _keep(self, paths: dict[str, set[str]]) -> None:
        paths = {tag: files for tag, files in paths.items() if files}
        text = json.dumps({tag: sorted(files) for tag, files in sorted(paths.items())}, indent=1)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, text.encode())
        except OSError as error:
            raise UserError(
                f"Tags cannot be kept: {self._file.parent} cannot be written ({error.strerror})."
            ) from error
        self._paths = paths
