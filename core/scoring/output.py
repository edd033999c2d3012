"""The finished table: Parquet, CSV or JSON lines, streamed from rows, there whole or not at all."""

import codecs
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import parquet

from core.config import TABLE_SUFFIXES
from core.scoring.rows import SCHEMA
from core.tables import write_csv_rows

ROW_GROUP = 4096  # rows of a Parquet file that are held in memory
FILE_ROWS = 250_000  # of each file of a folder: some 10 MB


def write_table(path: Path, rows: Iterable[dict]) -> None:
    """Write rows as the file's ending says.

    Args:
        path: ends in one of `TABLE_SUFFIXES`.
        rows: as `core.scoring.rows` makes them; read once.

    Raises:
        OSError: it cannot be written.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    try:
        with open(scratch, "wb") as file:
            _WRITERS[path.suffix.lower()](file, iter(rows))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def write_folder(path: Path, rows: Iterable[dict], *, file_rows: int = FILE_ROWS) -> None:
    """Write rows as a folder of Parquet files, which Spark, Dask, Ray and pandas read as one table.

    Args:
        path: the folder to be made.
        rows: as in `write_table`; they keep their order from file to file.
        file_rows: how many go into each file.

    Raises:
        OSError: it cannot be written.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        for number, part in enumerate(_parts(iter(rows), file_rows)):
            write_table(scratch / f"part-{number:05}.parquet", part)
        scratch.replace(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _parts(rows: Iterator[dict], size: int) -> Iterator[Iterator[dict]]:
    """Stretches of rows; each must be read to its end before the next one."""
    for first in rows:
        yield chain([first], islice(rows, size - 1))


def _parquet(file: IO[bytes], rows: Iterator[dict]) -> None:
    with parquet.ParquetWriter(file, SCHEMA) as writer:
        while group := list(islice(rows, ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def _csv(file: IO[bytes], rows: Iterator[dict]) -> None:
    file.write(codecs.BOM_UTF8)  # by which spreadsheets know the encoding
    text = io.TextIOWrapper(file, "utf-8", newline="")
    write_csv_rows(text, [SCHEMA.names])
    write_csv_rows(text, ([row[name] for name in SCHEMA.names] for row in rows))
    text.detach()


def _jsonl(file: IO[bytes], rows: Iterator[dict]) -> None:
    for row in rows:
        file.write(json.dumps(row).encode() + b"\n")


_WRITERS = dict(zip(TABLE_SUFFIXES, (_parquet, _csv, _jsonl), strict=True))
