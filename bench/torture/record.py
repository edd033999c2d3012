"""bench/results/torture.json: what was tried and what came of it, for the page About.

Each kind has figures of its own, with their day and commit: a kind that is tried again takes the
place of what was known of it, and the others stay.
"""

import json
from datetime import date
from pathlib import Path

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
            "kind": kind.name,
            "part": part,
            "what": what,
            "where": where,
            "times": times,
            "again": f"python -m bench.torture --seed {seed} --again {kind.name}:{number}",
        }
        for (part, _, where), (number, what, times) in tally.findings.items()
    ]


def in_words(kind: str, part: str, trouble: list[str], again: str) -> list[dict]:
    """The findings of what is not tried input by input.

    Args:
        kind, part: of the record.
        trouble: what went wrong, in words, once for every time.
        again: the command that repeats it.
    """
    return [
        {"kind": kind, "part": part, "what": words, "where": "", "times": trouble.count(words),
         "again": again}
        for words in dict.fromkeys(trouble)
    ]  # fmt: skip


def kept_of(kind: str, file: Path = FILE) -> dict:
    """What is kept of a kind: its figures and, under "found", its findings; empty if nothing is."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text())
    found = [each for each in kept["findings"] if each["kind"] == kind]
    return {**kept["kinds"].get(kind, {}), "found": found}


def keep(kind: str, figures: dict, findings: list[dict], file: Path = FILE) -> None:
    """Let a kind's figures and findings take the place of its earlier ones.

    Args:
        kind: a key of `KINDS`, or "kills".
        figures: with seed and minutes.
        findings: of this kind.
        file: the record; one is begun where there is none.
    """
    kept = json.loads(file.read_text()) if file.exists() else {"kinds": {}, "findings": []}
    now = {"date": date.today().isoformat(), "commit": made_with()["commit"]}
    kept["kinds"][kind] = {**now, **figures}
    others = [each for each in kept["findings"] if each["kind"] != kind]
    content = {**machine(), "kinds": kept["kinds"], "findings": others + findings}
    file.write_text(json.dumps(content, indent=2) + "\n")
