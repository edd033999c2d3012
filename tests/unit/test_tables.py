"""One writer of CSV: no cell becomes a formula, nothing else writes CSV."""

import ast
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.config import ROOT
from core.dataset.browse import Verdicts
from core.dataset.browse import to_csv as browsed_csv
from core.dataset.index import DatasetIndex
from core.tables import defused, to_csv

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
HOUSE = ("core", "ui", "pages", "bench", "tools", "app.py")


def _read(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(data.decode("utf-8-sig"), newline=""), dtype=str)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    (row,) = _read(to_csv(pd.DataFrame({"a": [text]})))["a"]
    assert row == defused(text) == f"'{text}"


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_every_kind_of_text_column_and_the_heads_are_defused(kind):
    table = pd.DataFrame({"=head": pd.Series(["=1+1", "plain", None]).astype(kind)})
    lines = to_csv(table, marked=False).decode().splitlines()
    assert lines == ["'=head", "'=1+1", "plain", '""']


def test_a_line_end_within_a_cell_ends_no_row():
    text = "a\r=1+1"
    assert to_csv(pd.DataFrame({"a": [text]}), marked=False) == b'a\r\n"a\r=1+1"\r\n'


def test_numbers_stay_numbers():
    table = pd.DataFrame({"n": [-1, 2], "x": [-0.5, np.nan], "t": ["a,b", 'say "c"\nd']})
    assert to_csv(table, marked=False) == b'n,x,t\r\n-1,-0.5,"a,b"\r\n2,,"say ""c""\nd"\r\n'
    assert (
        to_csv(pd.DataFrame({"p": [0.12345678]}), decimals=6, marked=False) == b"p\r\n0.123457\r\n"
    )
    whole = pd.DataFrame({"face": pd.array([1, None], "Int64")})
    assert to_csv(whole, marked=False) == b'face\r\n1\r\n""\r\n'


def test_a_source_of_a_data_set_is_defused_like_a_path():
    columns = ["path", "label", "split", "source", "width", "height", "bytes", "modified_ns"]
    rows = [("/faces/=a_1.jpg", "fake", "test", "=a", 8, 8, 9, 1)]
    index = DatasetIndex(Path("/faces"), pd.DataFrame(rows, columns=columns), pd.DataFrame())
    verdicts = Verdicts(np.array([0.5]), np.array(["fake"]), 0.5)
    (row,) = _read(browsed_csv(index, np.array([0]), verdicts)).to_dict("records")
    assert (row["path"], row["source"]) == ("'=a_1.jpg", "'=a")


def _sources() -> list[Path]:
    found = [ROOT / name for name in HOUSE]
    return [file for top in found for file in ([top] if top.is_file() else top.rglob("*.py"))]


def test_nothing_else_in_the_house_writes_csv():
    """`table.to_csv(...)` and `csv.writer(...)` know no formulas."""
    others = []
    for file in _sources():
        if file == ROOT / "core" / "tables.py":
            continue
        tree = ast.parse(file.read_text())
        modules = {
            name.asname or name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of_module = isinstance(node.func.value, ast.Name) and node.func.value.id in modules
            if node.func.attr == "to_csv" and not of_module:
                others.append(f"{file.relative_to(ROOT)}:{node.lineno}")
            if node.func.attr in ("writer", "DictWriter") and of_module:
                others.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert len(_sources()) > 100 and others == []
