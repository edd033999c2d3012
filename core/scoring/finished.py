"""Whether a finished table is of the files that are named now."""

import csv
import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import pyarrow.dataset

from core.errors import UserError
from core.inference.files import files_of
from core.inference.photo import PhotoResult
from core.picture_files import as_text, printable
from core.tables import defused

LOOKED_FOR = 1000  # files; so a table of any size is gone through in little memory


def refuse_other_files(table: Path, paths: Sequence[str | Path]) -> None:
    """Refuse to take a finished table for that of other files.

    Args:
        table: as `FolderRun` writes it.
        paths: as in `files_of`; the first `LOOKED_FOR` files there are looked for.

    Raises:
        UserError: one of them is not in the table, or it cannot be read.
    """
    waiting = {_name(found) for found in islice(files_of(paths, by_name=False), LOOKED_FOR)}
    shown = printable(str(table))
    try:
        for path in _paths_in(table):
            waiting.discard(path)
            if not waiting:
                return
    except (OSError, ValueError, KeyError) as error:  # pyarrow's own and json's are ValueErrors
        raise UserError(
            f"{shown} is there, and no table that `classify --out` wrote. Take another name."
        ) from error
    if waiting:
        raise UserError(
            f"{shown} is finished, and {printable(min(waiting))} is not in it: it is the table of "
            "other files. Take another name, or delete it to judge these."
        )


def _name(found: str | PhotoResult) -> str:
    return as_text(found.name if isinstance(found, PhotoResult) else found)


def _paths_in(table: Path) -> Iterator[str]:
    """The paths of a table's rows, as they were before a spreadsheet had to be kept from them."""
    if table.suffix.lower() == ".parquet":
        found = pyarrow.dataset.dataset(table, format="parquet")
        batches = (batch.column("path").to_pylist() for batch in found.to_batches(["path"]))
        yield from chain.from_iterable(batches)
    elif table.suffix.lower() == ".jsonl":
        with open(table, encoding="utf-8") as lines:
            yield from (json.loads(line)["path"] for line in lines)
    else:
        with open(table, encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                bare = row["path"].removeprefix("'")
                yield bare if defused(bare) == row["path"] else row["path"]
