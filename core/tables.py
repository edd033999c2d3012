"""CSV: what anybody named a file never becomes a formula in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import pandas as pd

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a cell's text for


def defused(cell: Any) -> Any:
    """A cell as it is, but for text that a spreadsheet would run: that gets an apostrophe first."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def write_csv_rows(file: TextIO, rows: Iterable[Sequence]) -> None:
    """Add rows to a CSV file that was opened with `newline=""`; None and NaN become empty cells."""
    # RFC 4180's line ends; with others the module leaves a "\r" in a cell without quotes, where
    # it ends the row for a spreadsheet
    lines = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        lines.writerow([None if pd.isna(cell) else defused(cell) for cell in row])


def to_csv(table: pd.DataFrame, *, decimals: int | None = None, marked: bool = True) -> bytes:
    """A table as CSV, without its index.

    Args:
        table: cells are numbers, text or missing.
        decimals: floats are rounded to so many; None keeps all.
        marked: begin with the mark by which spreadsheets know UTF-8; not for files of our own.
    """
    if decimals is not None:
        table = table.round(decimals)
    text = io.StringIO(newline="")
    write_csv_rows(text, [list(table.columns)])
    write_csv_rows(text, table.itertuples(index=False, name=None))
    return text.getvalue().encode("utf-8-sig" if marked else "utf-8")


def read_rows(table: bytes) -> list[dict]:
    """The rows of a table that `to_csv` made, not `marked`; floats are read back exactly.

    Raises:
        ValueError: it is not a CSV table.
    """
    return pd.read_csv(io.BytesIO(table)).to_dict("records")
