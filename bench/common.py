"""What the benchmarks share: processes of their own, medians, a table, a JSON file."""

import json
import os
import platform
import re
import statistics
import subprocess
from datetime import date
from importlib import metadata
from pathlib import Path

from core.config import ROOT
from core.runtime import cores

RESULTS_DIR = Path(__file__).parent / "results"
CPU_INFO = Path("/proc/cpuinfo")  # of Linux
INSTRUCTIONS = {"avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile"}
LIBRARIES = ("openvino", "opencv-python-headless", "pillow", "numpy", "tensorflow", "streamlit")


def median_ms(seconds: list[float]) -> float:
    """Median of durations in seconds, as milliseconds."""
    return statistics.median(seconds) * 1000


def earlier_version(commit: str, folder: Path) -> Path:
    """Take an earlier version out of git into a folder, which is made, and return that."""
    folder.mkdir(exist_ok=True)
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], check=True, input=packed.stdout)
    return folder


def print_table(rows: list[dict]) -> None:
    """Print rows of the same keys as an aligned table."""
    cells = [[str(key) for key in rows[0]]]
    cells += [
        [f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def machine() -> dict:
    """What figures depend on: processor, cores, versions, and what else ran meanwhile."""
    info = CPU_INFO.read_text() if CPU_INFO.exists() else ""
    flags = re.search(r"^flags\s*:(.*)$", info, re.MULTILINE)
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cores": cores(),
        "instructions": sorted(INSTRUCTIONS & set(flags[1].split() if flags else ())),
        "versions": {name: metadata.version(name) for name in LIBRARIES},
        "load over 1, 5, 15 minutes": [round(load, 1) for load in os.getloadavg()],
    }


def write_json(name: str, rows: list[dict], note: str | None = None) -> None:
    """Keep a benchmark's rows as bench/results/NAME.json, with date, kind of machine and a note."""
    RESULTS_DIR.mkdir(exist_ok=True)
    content = {
        "date": date.today().isoformat(),
        **machine(),
        **({"note": note} if note else {}),
        "rows": rows,
    }
    (RESULTS_DIR / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
