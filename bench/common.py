"""What the benchmarks share: processes of their own, medians, a table, a JSON file."""

import json
import platform
import statistics
from pathlib import Path

RESULTS_DIR = Path(__file__).parent / "results"


def median_ms(seconds: list[float]) -> float:
    """Median of durations in seconds, as milliseconds."""
    return statistics.median(seconds) * 1000


def print_table(rows: list[dict]) -> None:
    """Print rows of the same keys as an aligned table."""
    cells = [[str(key) for key in rows[0]]]
    cells += [
        [f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def write_json(name: str, rows: list[dict]) -> None:
    """Keep a benchmark's rows as bench/results/NAME.json, with the kind of machine."""
    RESULTS_DIR.mkdir(exist_ok=True)
    content = {"machine": platform.machine(), "python": platform.python_version(), "rows": rows}
    (RESULTS_DIR / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
