"""What large jobs take, computed from measured slopes; it measures nothing itself.

    python -m bench.scale [--files N] [--cores N ...] [--price PER_CORE_HOUR] [--run RUN_DIR]

Without options it writes the marked parts of docs/scale.md anew from folder.json and training.json
in bench/results/, as `make bench` does at its end. With options it prints the plan of that job;
`--run` adds what a run's epochs took, and what they would take on several devices at best.
"""

import argparse
import json
import re
import statistics
import sys
from pathlib import Path

from bench.common import RESULTS_DIR
from core.config import ROOT
from core.training.run_folder import RunFolder

PAGE = ROOT / "docs" / "scale.md"
PART = re.compile(r"(?<=<!-- computed -->\n).*?(?=<!-- /computed -->)", re.DOTALL)
FILES, CORES = 10_000_000, (2, 64, 1024)
DEVICES = 8
TRAIN_FACES, EPOCHS = 100_000, 15  # of Kaggle's 140k set, as its authors trained
NOT_YET = (
    "Not computed yet: `python -m bench.{}` measures the slopes on a quiet machine, "
    "`python -m bench.scale` writes this part.\n"
)


def _rows(file: Path) -> list[dict]:
    return json.loads(file.read_text())["rows"] if file.exists() else []


def training(folder: Path = RESULTS_DIR) -> str:
    """A Markdown table: what the 140k set takes where cores train."""
    rows = [row for row in _rows(folder / "training.json") if row["way"] == "epoch"]
    if not rows:
        return NOT_YET.format("training")
    lines = [f"| {TRAIN_FACES:,} faces, {EPOCHS} epochs | core hours |", "|---|---:|"]
    for row in rows:
        core_h = TRAIN_FACES * EPOCHS * row["core_s_per_face"] / 3600
        lines.append(f"| recipe {row['recipe']} | {core_h:,.0f} |")
    return "\n".join(lines) + "\n"


def slopes(folder: Path = RESULTS_DIR) -> dict[str, float]:
    """Seconds of one core for each further file, by the way of judging; empty if not measured."""
    return {
        f"`{row['way']}`, network {row['network']}": row["core_s_per_file"]
        for row in _rows(folder / "folder.json")
        if row["table"] == "speed" and row["way"].startswith("classify")
    }


def plan(
    found: dict[str, float],
    files: int = FILES,
    cores: tuple[int, ...] = CORES,
    price: float | None = None,
) -> str:
    """A Markdown table: what so many files take on so many cores, and cost at a price."""
    if not found:
        return NOT_YET.format("folder")
    heads = [f"{files:,} files", "core hours", *(f"hours on {count:,} cores" for count in cores)]
    heads += [] if price is None else ["cost"]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for way, core_s in found.items():
        core_h = files * core_s / 3600
        cells = [way, f"{core_h:,.0f}", *(f"{core_h / count:,.1f}" for count in cores)]
        cells += [] if price is None else [f"{core_h * price:,.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def epochs(run: RunFolder, devices: int = DEVICES) -> str:
    """What a run's epochs took, and take on several devices if nothing is lost between them."""
    seconds = [float(row["seconds"]) for row in run.load_history()]
    if not seconds:
        return "The run has not finished an epoch yet."
    hours = len(seconds) * statistics.median(seconds) / 3600
    return (
        f"{len(seconds)} epochs of {statistics.median(seconds):,.0f} s (median): {hours:,.1f} h; "
        f"on {devices} such devices {hours / devices:,.1f} h at best."
    )


def with_plans(text: str, folder: Path = RESULTS_DIR) -> str:
    """A text whose two marked parts are the plans for judging and for training."""
    plans = iter((plan(slopes(folder)), training(folder)))
    return PART.sub(lambda _: next(plans), text)


def write_plan() -> None:
    """Write docs/scale.md anew."""
    PAGE.write_text(with_plans(PAGE.read_text()))


def main() -> int:
    """Run the command; the exit code is 1 where nothing is measured to compute from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--cores", type=int, nargs="+", default=CORES)
    parser.add_argument("--price", type=float, help="of an hour of a core")
    parser.add_argument("--run", type=Path, metavar="RUN_DIR", help="tell of its epochs, too")
    parser.add_argument("--devices", type=int, default=DEVICES, help="for --run")
    args = parser.parse_args()
    if len(sys.argv) == 1:
        write_plan()
        return 0
    found = slopes()
    print(plan(found, args.files, tuple(args.cores), args.price), end="")
    if args.run:
        print(epochs(RunFolder(args.run), args.devices))
    return int(not found)


if __name__ == "__main__":
    sys.exit(main())
