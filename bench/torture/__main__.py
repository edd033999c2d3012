"""The command; see the package's own words."""

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.torture.kinds import KINDS, make_input

KILLS, MOST_KILLS = "kills", 200
SHARES = {**{name: kind.share for name, kind in KINDS.items()}, KILLS: 9.0}


def main() -> int:
    """Run the command; the exit code is 1 where something was found."""
    args = _parser().parse_args()
    # Of the processes that are started, and of what they leave when they are killed. It is
    # registered first, so that it goes last, after what multiprocessing keeps in it.
    scratch = tempfile.mkdtemp(prefix="faces-torture-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ |= {"TMPDIR": scratch, "XDG_CACHE_HOME": str(Path(scratch, "cache"))}
    tempfile.tempdir = scratch
    return _again(args) if args.again else _all(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, help="end then, with what is not tried left out")
    parser.add_argument("--only", nargs="+", choices=[*KINDS, KILLS], help="all by default")
    parser.add_argument("--count", type=int, help="inputs of each kind, instead of its own number")
    parser.add_argument("--kills", type=int, default=MOST_KILLS, help=f"in all ({MOST_KILLS})")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other inputs (1)")
    parser.add_argument("--workers", type=int, help="processes (one a core)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/torture.json")
    parser.add_argument("--go-on", action="store_true", help="kills: add to those that are kept")
    parser.add_argument("--again", metavar="KIND:NUMBER", help="one input, with its traceback")
    parser.add_argument("--save", type=Path, metavar="FILE", help="with --again: the input")
    return parser


def _again(args: argparse.Namespace) -> int:
    kind, _, number = args.again.partition(":")
    part, data = make_input(KINDS[kind].parts(), kind, args.seed, int(number))
    print(f"{part.name}: {len(data)} bytes, {data[:60]!r} ...", flush=True)
    if args.save:
        args.save.write_bytes(data)
    try:
        part.attempt(data)
    except part.refusals as error:
        print(f"Refused: {error}")
    return 0


def _all(args: argparse.Namespace) -> int:
    from bench.torture.record import keep, kept_of

    chosen, found = args.only or [*KINDS, KILLS], []
    until_s = time.monotonic() + 60 * args.minutes if args.minutes else float("inf")
    for place, kind in enumerate(chosen):
        begun_s, shares = time.monotonic(), [SHARES[each] for each in chosen[place:]]
        share_s = begun_s + (until_s - begun_s) * shares[0] / sum(shares)
        before = kept_of(KILLS) if kind == KILLS and args.go_on else {}
        for figures, findings in (_kill if kind == KILLS else _try)(kind, args, share_s, before):
            minutes = (time.monotonic() - begun_s) / 60 + before.get("minutes", 0.0)
            told = {"seed": args.seed, "minutes": round(minutes, 1), **figures}
            if args.keep and figures.get("tried", figures.get("kills")):  # there was time for some
                keep(kind, told, findings)  # after each: what ends this process loses little
        found += findings
        print(f"{kind}: {told}", *findings, sep="\n  ", flush=True)
    return int(bool(found))


def _try(name: str, args: argparse.Namespace, until_s: float, _: dict) -> Iterator[tuple]:
    from bench.torture.crew import Tally, try_all
    from bench.torture.record import found_by, tallied
    from core.runtime import cores

    kind, tally, workers = KINDS[name], Tally(), args.workers or cores()
    numbers = range(args.count or kind.count)
    for row in try_all(kind, args.seed, numbers, workers=workers, until_s=until_s):
        tally.add(row, kind)
    yield tallied(kind, tally), found_by(kind, tally, args.seed)


def _kill(name: str, args: argparse.Namespace, until_s: float, before: dict) -> Iterator[tuple]:
    from bench.torture.kills import kill_all

    for figures, findings in kill_all(args.kills, args.seed, until_s, before):
        print(f"{figures['kills']} kills, {len(findings)} findings", flush=True)
        yield figures, findings


if __name__ == "__main__":
    sys.exit(main())
