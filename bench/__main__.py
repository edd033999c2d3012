"""All benchmarks in turn, each in a process of its own, then docs/benchmarks.md and scale.md.

    python -m bench [NAME ...] [--data DIR] [--clips DIR]

DIR of data holds faces as `core.dataset.index` reads them; without it (or without films) what
needs it is left out, and said. Leave the machine alone meanwhile: a load is kept with the figures.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.scale import write_plan
from bench.table import write_page

DATA, CLIPS = "DIR of faces", "DIR of films"
# What each is started with; the quick ones first.
BENCHES = {
    "verdict": [],
    "heat_map": [],
    "app_start": [],
    "pages": [],
    "memory": [],
    "live": [],
    "generate": [],
    "training": [],
    "detector": ["--data", DATA],
    "folder": [],
    "dataset": [DATA],
    "video_verdicts": ["--data", DATA, "--clips", CLIPS],
    "classify_before": [],
}


def main() -> int:
    """Run the command; the exit code is 1 where a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all: {', '.join(BENCHES)}")
    parser.add_argument("--data", type=Path, metavar="DIR", help="faces in Kaggle's layout")
    parser.add_argument("--clips", type=Path, metavar="DIR", help="films in real/ and fake/")
    args = parser.parse_args()
    if unknown := set(args.names) - set(BENCHES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    given = {DATA: args.data, CLIPS: args.clips}
    failed = [name for name in args.names or BENCHES if not _run(name, given)]
    write_page()
    write_plan()
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _run(name: str, given: dict[str, Path | None]) -> bool:
    """Run one; whether it came to its end, or was left out."""
    words = [given.get(word, word) for word in BENCHES[name]]
    if None in words:
        print(f"{name}: left out, as no data are named (--data, --clips)", flush=True)
        return True
    print(f"{name} ...", flush=True)
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", *map(str, words)])
    print(f"{name}: {(time.monotonic() - started) / 60:.1f} minutes", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
