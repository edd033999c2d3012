"""What a run has judged so far: one SQLite file that a kill -9 leaves whole."""

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.picture_files import printable
from core.scoring.rows import SCHEMA

# One process at a time, whose lock ends with it; a commit is whole after a kill, and after a
# power cut all but perhaps the last ones are there.
_SETUP = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
BEGIN EXCLUSIVE;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, rows TEXT, faces INT, failed INT)
    WITHOUT ROWID;
COMMIT;
"""

_DAMAGED = ("no such", "decode")  # in what SQLite says of a file that it could open
COLUMNS = "columns"  # the setting that names those of the table
_COLUMNS = set(SCHEMA.names)


@dataclass(frozen=True)
class Totals:
    """Attributes: how many files were judged, faces found in them, and files with an error."""

    files: int
    faces: int
    failed: int


class Part:
    """The files of a run that are judged, by path, with their rows."""

    def __init__(self, path: Path, settings: dict):
        """Begin a run, or open the one that was broken off.

        Args:
            path: the file.
            settings: of the run, as JSON can hold them; a run goes on only with its own.

        Raises:
            UserError: another process writes it, it is no such file or damaged, the settings
                differ, or it cannot be written.
        """
        self._path = path
        with self._told():
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None)
            self._database.executescript(_SETUP)
            self._check(settings)

    def _check(self, settings: dict) -> None:
        plain = json.loads(json.dumps(settings))
        known = {
            name: json.loads(value)
            for name, value in self._database.execute("SELECT name, value FROM settings")
        }
        if not known:
            rows = [(name, json.dumps(value)) for name, value in plain.items()]
            with self._transaction():
                self._database.executemany("INSERT INTO settings VALUES (?, ?)", rows)
            return
        other = [name for name in plain if known.get(name) != plain[name]]
        if COLUMNS in other:
            self.close()
            raise UserError(
                f"{printable(str(self._path))} was begun by a version of this app whose tables "
                "have other columns. Delete it to start anew."
            )
        if other:
            self.close()
            told = "; ".join(f"{name}: {_shown(known.get(name))} then" for name in other)
            raise UserError(
                f"{printable(str(self._path))} was begun with other settings ({told}). Go on with "
                "the same ones, or delete it to start anew."
            )

    @contextmanager
    def _told(self) -> Generator[None]:
        """Turn what SQLite says, and what damaged rows raise, into a sentence."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            where, why = printable(str(self._path)), str(error)
            if "locked" in why:
                raise UserError(f"Another run is writing {where}. Wait until it ends.") from error
            full = isinstance(error, sqlite3.OperationalError)
            if full and not any(words in why for words in _DAMAGED):
                raise UserError(
                    f"{where} cannot be written ({why}). Make room, or take a folder that you may "
                    "write to; --resume goes on."
                ) from error
            raise UserError(
                f"{where} is damaged, or no unfinished run. Delete it to start anew."
            ) from error

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._database.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def __contains__(self, path: str) -> bool:
        """Whether a file is judged already."""
        with self._told():
            asked = self._database.execute(
                "SELECT 1 FROM files WHERE path = ?", (os.fsencode(path),)
            )
            return asked.fetchone() is not None

    def add(self, judged: Iterable[tuple[str, list[dict]]]) -> None:
        """Keep files and their rows: all of them, or none if the process is killed meanwhile."""
        found = [
            (
                os.fsencode(path),
                json.dumps(rows),
                sum(row["face"] is not None for row in rows),
                any(row["error"] is not None for row in rows),
            )
            for path, rows in judged
        ]
        with self._told(), self._transaction():
            # a file that was named twice is judged once
            self._database.executemany("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)", found)

    def totals(self) -> Totals:
        """Count what is judged."""
        with self._told():
            asked = self._database.execute(
                "SELECT COUNT(*), COALESCE(SUM(faces), 0), COALESCE(SUM(failed), 0) FROM files"
            )
            return Totals(*asked.fetchone())

    def rows(self) -> Iterator[dict]:
        """Every row, one after the other, sorted by path."""
        with self._told():
            for (rows,) in self._database.execute("SELECT rows FROM files ORDER BY path"):
                yield from _checked(json.loads(rows))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def remove(self) -> None:
        """Close and delete it."""
        self.close()
        remove_part(self._path)


def remove_part(path: Path) -> None:
    """Delete a part file and what SQLite keeps beside it."""
    for end in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _checked(rows: list[dict]) -> list[dict]:
    """Rows as they were kept; damage to a file of SQLite is not always noticed by it."""
    if not rows or any(not isinstance(row, dict) or row.keys() != _COLUMNS for row in rows):
        raise ValueError("Columns are missing")
    return rows


def _shown(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=True))
