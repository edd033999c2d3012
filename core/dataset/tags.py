"""Tags that users put on faces of a data set: stored on this machine, exported as CSV."""

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

MAX_TAGS = 100  # different ones per data set
MAX_CHARACTERS = 40
MAX_CSV_BYTES = 20 * 2**20
_COLUMNS = ["path", "tag"]


def clean_tag(text: str) -> str:
    """A tag as it is stored: one line, without spaces at its ends.

    Raises:
        UserError: it is empty, too long, or has unprintable characters.
    """
    tag = " ".join(text.split())
    if not tag or len(tag) > MAX_CHARACTERS or not tag.isprintable():
        raise UserError(f"A tag is one or a few words, of at most {MAX_CHARACTERS} characters.")
    return tag


class TagBook:
    """The tags of one data set, by file paths relative to its root; shared by all sessions."""

    def __init__(self, root: Path, cache: Path = CACHE_DIR):
        """Read the tags of a data set.

        Args:
            root: the data set's folder.
            cache: folder of the tag files, which hold file names and tags, no picture.
        """
        place = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
        self._file = cache / f"tags-{place}.json"
        self._lock = threading.Lock()
        self._paths: dict[str, set[str]] = self._read()

    @property
    def names(self) -> list[str]:
        """All tags that at least one file has, sorted."""
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
            UserError: it is no valid tag, there are too many, or they cannot be saved.
        """
        tag = clean_tag(tag)
        with self._lock:
            if tag not in self._paths and len(self._paths) >= MAX_TAGS:
                raise UserError(f"There are {MAX_TAGS} tags already. Remove one first.")
            self._keep(self._paths | {tag: self._paths.get(tag, set()) | set(paths)})

    def take(self, tag: str, paths: Iterable[str]) -> None:
        """Remove a tag from files; a tag without files is deleted.

        Raises:
            UserError: the tags cannot be saved.
        """
        with self._lock:
            self._keep(self._paths | {tag: self._paths.get(tag, set()) - set(paths)})

    def put(self, path: str, tags: Collection[str]) -> None:
        """Set the tags of a file.

        Raises:
            UserError: as in `add` and `take`.
        """
        wanted = {clean_tag(tag) for tag in tags}
        before = set(self.of(path))
        for tag in sorted(wanted - before):
            self.add(tag, [path])
        for tag in sorted(before - wanted):
            self.take(tag, [path])

    def as_csv(self) -> bytes:
        """The tags as CSV, one row per file and tag: path, tag."""
        rows = [(path, tag) for tag in self.names for path in sorted(self._paths[tag])]
        return to_csv(pd.DataFrame(rows, columns=_COLUMNS))

    def add_csv(self, content: bytes, known: Collection[str]) -> tuple[int, int]:
        """Add the tags of a CSV file with the columns path and tag.

        Args:
            content: the file, untrusted.
            known: the paths of the data set; rows with others are left out.

        Returns:
            How many rows were added and how many were left out.

        Raises:
            UserError: it is no such table, or as in `add`.
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
                f"Tags cannot be saved: {self._file.parent} cannot be written ({error.strerror})."
            ) from error
        self._paths = paths
