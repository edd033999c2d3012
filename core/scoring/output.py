"""The finished table: Parquet, CSV or JSON lines, streamed from rows, there whole or not at all."""

import codecs
import io
import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from core.config import TABLE_SUFFIXES
from core.scoring.rows import SCHEMA
from core.tables import write_csv_rows

ROW_GROUP = 4096  # rows of a Parquet file that are held in memory


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


def _parquet(file, rows: Iterator[dict]) -> None:
    with parquet.ParquetWriter(file, SCHEMA) as writer:
        while group := list(islice(rows, ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def _csv(file, rows: Iterator[dict]) -> None:
    file.write(codecs.BOM_UTF8)  # by which spreadsheets know the encoding
    text = io.TextIOWrapper(file, "utf-8", newline="")
    write_csv_rows(text, [SCHEMA.names])
    write_csv_rows(text, ([row[name] for name in SCHEMA.names] for row in rows))
    text.detach()


def _jsonl(file, rows: Iterator[dict]) -> None:
    for row in rows:
        file.write(json.dumps(row).encode() + b"\n")


_WRITERS = dict(zip(TABLE_SUFFIXES, (_parquet, _csv, _jsonl), strict=True))
