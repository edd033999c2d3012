"""The command; see the package's own words."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.torture.kinds import KINDS, make_input

KILLS, KILLS_SHARE = 200, 9.0


def main() -> int:
    """Run the command; the exit code is 1 where something was found."""
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="faces-torture-") as scratch:
        # of the processes that are started, and of what they leave when they are killed
        os.environ |= {"TMPDIR": scratch, "XDG_CACHE_HOME": str(Path(scratch, "cache"))}
        tempfile.tempdir = scratch
        if args.again:
            return _again(args)
        return _all(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, help="end then, with what is not tried left out")
    parser.add_argument("--only", nargs="+", choices=[*KINDS, "kills"], help="all by default")
    parser.add_argument("--count", type=int, help="inputs of each kind, instead of its own number")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"in all ({KILLS})")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other inputs (1)")
    parser.add_argument("--workers", type=int, help="processes (one a core)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/torture.json")
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
    from bench.torture.record import write_record
    from core.runtime import cores

    args.workers = args.workers or cores()
    started = time.monotonic()
    until_s = started + 60 * args.minutes if args.minutes else float("inf")
    chosen = args.only or [*KINDS, "kills"]
    inputs, kills, findings = {}, {}, []
    for place, name in enumerate(chosen):
        now, shares = time.monotonic(), [_share(each) for each in chosen[place:]]
        share_s = now + (until_s - now) * shares[0] / sum(shares)
        if name == "kills":
            from bench.torture.kills import kill_all

            kills, found = kill_all(args.kills, args.seed, share_s)
        else:
            inputs[name], found = _try(name, args, share_s)
        findings += found
        for each in found:
            print(f"  {each}", flush=True)
    minutes = round((time.monotonic() - started) / 60, 1)
    record = {"seed": args.seed, "minutes": minutes, "inputs": inputs, "kills": kills}
    if args.keep:
        write_record({**record, "findings": findings})
    print(f"{minutes} minutes, {len(findings)} findings")
    return int(bool(findings))


def _share(name: str) -> float:
    return KINDS[name].share if name in KINDS else KILLS_SHARE


def _try(name: str, args: argparse.Namespace, until_s: float) -> tuple[dict, list[dict]]:
    from bench.torture.crew import Tally, try_all
    from bench.torture.record import found_by, tallied

    kind, tally = KINDS[name], Tally()
    numbers = range(args.count or kind.count)
    for row in try_all(kind, args.seed, numbers, workers=args.workers, until_s=until_s):
        tally.add(row, kind)
    figures = tallied(kind, tally)
    print(f"{name}: { {key: figures[key] for key in figures if key != 'by_part'} }", flush=True)
    return figures, found_by(kind, tally, args.seed)


if __name__ == "__main__":
    sys.exit(main())
