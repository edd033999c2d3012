"""bench/results/torture.json: what was tried and what came of it, for the page About."""

import json
from datetime import date

from bench.common import RESULTS_DIR, machine
from bench.torture.crew import Tally
from bench.torture.kinds import Kind
from core.made_with import made_with

FILE = RESULTS_DIR / "torture.json"


def tallied(kind: Kind, tally: Tally) -> dict:
    """The figures of one kind of inputs."""
    return {
        "tried": tally.outcomes.total(),
        "read": tally.outcomes["fine"],
        "refused": tally.outcomes["refused"],
        "findings": tally.outcomes["findings"],
        "slowest_s": round(tally.slowest_s, 2),
        "limit_s": kind.seconds,
        "most_mb": round(tally.most_mb),
        "limit_mb": kind.megabytes,
        "by_part": dict(sorted(tally.by_part.items())),
    }


def found_by(kind: Kind, tally: Tally, seed: int) -> list[dict]:
    """The findings, each with the words that repeat it."""
    return [
        {
            "part": part,
            "what": what,
            "where": where,
            "times": times,
            "again": f"python -m bench.torture --seed {seed} --again {kind.name}:{number}",
        }
        for (part, _, where), (number, what, times) in tally.findings.items()
    ]


def write_record(record: dict) -> None:
    """Keep a run's figures, with date, commit and machine."""
    content = {
        "date": date.today().isoformat(),
        "commit": made_with()["commit"],
        **machine(),
        **record,
    }
    FILE.write_text(json.dumps(content, indent=2) + "\n")
