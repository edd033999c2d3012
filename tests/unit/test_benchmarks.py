"""The page of benchmarks is what the result files give, and every benchmark has its place."""

import json
from importlib.util import find_spec

import pytest

from bench.__main__ import BENCHES
from bench.common import RESULTS_DIR
from bench.memory import Seen, visited
from bench.table import OTHERS, PAGE, TABLES, page
from core.config import ROOT


def test_the_page_is_what_the_files_give():
    assert PAGE.read_text() == page(), "Run `python -m bench.table`."


def test_every_result_file_is_told_or_left_out_on_purpose():
    assert {file.stem for file in RESULTS_DIR.glob("*.json")} <= {*TABLES} | OTHERS


def test_every_module_that_measures_is_part_of_make_bench():
    measuring = {
        file.stem
        for file in (ROOT / "bench").glob("*.py")
        if "write_json(" in file.read_text() and file.stem != "common"
    }
    assert measuring == {*BENCHES}
    assert {table.module or name for name, table in TABLES.items()} <= measuring


def test_figures_machine_and_date_stand_beside_each_other(tmp_path):
    rows = [{"way": "ours", "median_ms": 5.0, "times ours": 1.0}, {"way": "x", "times ours": 12.34}]
    made = {"machine": "abacus", "python": "3.11", "cores": 7, "date": "2026-03-05", "rows": rows}
    (tmp_path / "verdict.json").write_text(json.dumps(made))
    text = page(tmp_path)
    assert "| way | times ours |" in text and "median_ms" not in text
    assert "| ours | 1.00 |\n| x | 12 |" in text
    assert "`python -m bench.verdict`; 2026-03-05; abacus; 7 cores; Python 3.11." in text


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_exists(name):
    assert find_spec(f"bench.{name}")


def test_a_visitor_of_the_memory_benchmark_opens_every_page():
    pages = {file.stem.partition("_")[2] for file in (ROOT / "pages").glob("*.py")}
    assert {page for page, _ in visited(ROOT, 0)} == pages
    seeds = [{query for _, query in visited(ROOT, number) if "seed" in query} for number in (1, 2)]
    assert seeds[0] and not seeds[0] & seeds[1]


def test_memory_is_compared_with_that_after_the_first_round():
    held = [{"megabytes": megabytes, "threads": 5, "sockets": 3} for megabytes in (100, 150, 140)]
    row = Seen(held[:2], held[2], [0.1] * 99 + [0.7]).row("ours")
    assert row["last over the first"] == 1.5 and row["gone_mb"] == 140
    assert row["switch_p50_ms"] == row["switch_p95_ms"] == pytest.approx(100)
