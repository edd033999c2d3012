"""A run over files and folders of any size, from walk to finished table; resumable."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from core.errors import UserError
from core.inference.files import Tell, files_of
from core.inference.networks import checksum_of, network_files
from core.inference.photo import PhotoResult
from core.inference.uris import is_uri
from core.picture_files import printable
from core.scoring.output import write_folder, write_table
from core.scoring.part import COLUMNS, Part, Totals, remove_part
from core.scoring.place import check_place, is_partitioned, part_of
from core.scoring.rows import SCHEMA
from core.scoring.unit import FILES, result_rows

Engine = Callable[[Iterable[list[str]]], Iterator[tuple[list[str], list[list[dict]]]]]
"""Chunks of paths in; chunks, or parts of them, with the rows of each file out."""
_SHOWN_DIGITS = 12


class FolderRun:
    """One run into one table. What is judged lies in a part file beside it until all is.

    Attributes:
        out: the table.
        finished: whether it is there already; then there is nothing to do.
        done: files that are judged, those before a resume included.
    """

    def __init__(
        self, out: Path, settings: dict, *, resume: bool = False, partitioned: bool = False
    ):
        """Begin, or resume.

        Args:
            out: the table; ends in one of `TABLE_SUFFIXES`.
            settings: all that must not change between start and resume (see `settings_of`).
            resume: go on where a run into `out` was broken off; begin where there was none.
            partitioned: a Parquet table becomes a folder of files (see `write_folder`).

        Raises:
            UserError: `out` is no place for it (see `check_place`), or is begun with other
                settings.
        """
        self.out = out
        self._as_folder = is_partitioned(out, partitioned)
        self._part_file = part_of(out)
        check_place(out, resume=resume, as_folder=self._as_folder)
        self.finished, self.done = resume and out.exists(), 0
        if self.finished:  # killed between its last two steps, a run leaves a part file
            remove_part(self._part_file)
            return
        self._part = Part(self._part_file, settings)
        self.done = self._part.totals().files

    def judge(
        self, paths: Sequence[str | Path], engine: Engine, tell: Tell = lambda sentence: None
    ) -> Iterator[None]:
        """Judge what is not judged yet.

        Args:
            paths: as in `files_of`.
            engine: judges; may be handed a file again that it was working on when killed.
            tell: as in `files_of`.

        Yields:
            Nothing, whenever some more files are judged and kept.
        """
        for chunk, rows in engine(self._waiting(paths, tell)):
            self.keep(chunk, rows)
            yield

    def keep(self, chunk: list[str], rows: list[list[dict]]) -> None:
        """Write the rows of some files, a list for each, to the part file."""
        self._part.add(zip(chunk, rows, strict=True))
        self.done += len(chunk)

    def _waiting(self, paths: Sequence[str | Path], tell: Tell) -> Iterator[list[str]]:
        """Chunks of files that are not judged; what cannot be is kept as its error at once."""
        chunk: list[str] = []
        for found in files_of(paths, by_name=False, tell=tell):
            name = found.name if isinstance(found, PhotoResult) else found
            if name in self._part or name in chunk:
                continue
            if isinstance(found, PhotoResult):
                self.keep([name], [result_rows(found)])
            else:
                chunk.append(name)
            if len(chunk) == FILES:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def finish(self) -> Totals:
        """Write the table, sorted by path, and remove the part file.

        Raises:
            UserError: there is no room for it.
        """
        totals = self._part.totals()
        try:
            (write_folder if self._as_folder else write_table)(self.out, self._part.rows())
        except OSError as error:
            shown, why = printable(str(self.out)), error.strerror or error
            raise UserError(
                f"{shown} cannot be written ({why}). Nothing is lost: make room and go on with "
                "--resume."
            ) from error
        self._part.remove()
        return totals

    def close(self) -> None:
        """Stop; `resume` continues from here."""
        if not self.finished:
            self._part.close()


def settings_of(paths: Sequence[str | Path], *, aligned: bool, network: str, detector: str) -> dict:
    """All that two halves of one table must have in common.

    Args:
        paths: as the user names them.
        aligned, network, detector: as in `load_inspector` and `judge_paths`.

    Raises:
        UserError: the registry of networks is missing or damaged.
    """
    named = [os.fsencode(path).decode("utf-8", "backslashreplace") for path in paths]
    absolute = all(is_uri(os.fspath(path)) or Path(path).is_absolute() for path in paths)
    return {
        "paths": named,
        "working folder": None if absolute else str(Path.cwd()),
        "aligned": aligned,
        "network": network,
        "detector": detector,
        COLUMNS: SCHEMA.names,
        "networks' files": checksum_of(network_files(network))[:_SHOWN_DIGITS],
    }


def count_files(paths: Sequence[str | Path]) -> int:
    """How many files a run over these paths has to judge."""
    return sum(1 for _ in files_of(paths, by_name=False))
