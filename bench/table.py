"""docs/benchmarks.md: the ratios of all benchmarks, from the files they wrote.

python -m bench.table
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.common import RESULTS_DIR
from core.config import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Made by `python -m bench.table` from the files in `bench/results/`; `make bench` measures all of
them anew. Every figure is a ratio to a named peer or limit of the same run, since times depend on
the machine and on what else it does. How it was measured is told at the head of each module.
"""


@dataclass(frozen=True)
class Table:
    """What of a result file is shown.

    Attributes:
        title: says what is compared.
        names: columns that say what a row is.
        ratios: columns with figures; a row without any of them is left out.
        module: that measured it; the file's own name, if none is given.
    """

    title: str
    names: tuple[str, ...]
    ratios: tuple[str, ...]
    module: str = ""


TABLES = {
    "verdict": Table("One face, from tensor to probability", ("way",), ("times ours",)),
    "heat_map": Table(
        "A heat map of the CNN, loading included and again",
        ("way",),
        ("first, times ours", "again, times ours"),
    ),
    "live": Table(
        "The live pipeline beside the authors' webcam loop",
        ("video", "way"),
        ("times the authors'",),
    ),
    "app_start": Table(
        "From the start to the first page, beside an empty app", ("app",), ("times the empty app",)
    ),
    "memory": Table(
        "What the server holds after many visits, over the first ones and beside an empty app",
        ("app",),
        ("last over the first", "times the empty app"),
    ),
    "pages": Table(
        "From a press to its result, over what one waits for without a thought",
        ("page", "action", "progress", "time left"),
        ("first sign over 300 ms", "result over 1 s"),
    ),
    "generate": Table(
        "Painting and training a generator", ("painting", "training"), ("times_ours", "times_plain")
    ),
    "training": Table(
        "A face of an epoch of training, over the network's bare step",
        ("recipe", "way"),
        ("over the bare step", "over the bare step, by core time"),
    ),
    "detector": Table(
        "Time of one picture over that of the Haar cascades",
        ("what",),
        ("blazeface / haar", "haar / haar", "authors / haar"),
    ),
    "folder": Table(
        "Folder scoring as a share of what the networks alone do",
        ("table", "way", "network", "rows"),
        (
            *("of the networks", "of the networks, by core time"),
            *("writer, over the first", "worker, over the first", "rate, over the first"),
        ),
    ),
    "dataset": Table(
        "Opening a folder of very many faces, over reading its headers",
        ("files",),
        ("first / bare headers",),
    ),
    "classify_speed": Table(
        "`classify` beside an earlier version",
        ("version", "photos"),
        ("of before", "of before, by core time"),
        "classify_before",
    ),
}
# Files without a ratio: what they say stands elsewhere.
OTHERS = {"video_verdicts", "video_stills", "torture"}


def page(folder: Path = RESULTS_DIR) -> str:
    """The page, from the result files in a folder."""
    parts = [_HEAD]
    for name, table in TABLES.items():
        file = folder / f"{name}.json"
        if file.exists():
            parts.append("\n".join(_section(name, table, json.loads(file.read_text()))))
    return "\n".join(parts)


def _section(name: str, table: Table, content: dict) -> Iterator[str]:
    rows = [row for row in content["rows"] if any(key in row for key in table.ratios)]
    columns = [key for key in (*table.names, *table.ratios) if any(key in row for row in rows)]
    yield f"## {table.title}\n"
    yield f"| {' | '.join(columns)} |"
    yield f"|{'|'.join('---' if key in table.names else '---:' for key in columns)}|"
    for row in rows:
        yield f"| {' | '.join(_cell(row.get(key)) for key in columns)} |"
    yield f"\n`python -m bench.{table.module or name}`; {_made(content)}\n"


def _cell(value) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return "" if value is None else str(value)


def _made(content: dict) -> str:
    """When and on what a file was made, as far as it says."""
    cores, load = content.get("cores"), content.get("load over 1, 5, 15 minutes")
    said = [
        content.get("date") or "before dates were kept",
        content["machine"],
        f"{cores} cores" if cores else "",
        ", ".join(content.get("instructions", [])),
        f"Python {content['python']}",
        *(f"{name} {version}" for name, version in content.get("versions", {}).items()),
        f"load {load[0]} at the end" if load else "",
        content.get("note", ""),
    ]
    return "; ".join(filter(None, said)) + "."


def write_page() -> None:
    """Write docs/benchmarks.md anew."""
    PAGE.write_text(page())


if __name__ == "__main__":
    write_page()
