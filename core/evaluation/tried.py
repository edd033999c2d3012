"""One line on what `make torture` tried in order to break the app, from the file it wrote."""

from datetime import date
from pathlib import Path

from core.config import ROOT
from core.json_text import read_object

TRIED = ROOT / "bench" / "results" / "torture.json"
_INPUTS = {
    "pictures": "damaged or hostile pictures",
    "photos": "photos by the real networks",
    "texts": "links, names and settings",
    "videos": "videos",
    "files": "checkpoints, caches, archives and model files",
    "pages": "links to pages",
    "artifacts": "pages with a damaged shipped file",
}


def tried_line(file: Path = TRIED) -> str | None:
    """How many inputs were tried and how often work was killed, and what came of it.

    Args:
        file: what `python -m bench.torture --keep` wrote.

    Returns:
        A sentence or two; None where nothing was kept, or not in these words.
    """
    try:
        kept = read_object(file.read_bytes())
        kinds, found = kept["kinds"], sum(each["times"] for each in kept["findings"])
        there = {name: kinds[name]["tried"] for name in _INPUTS if name in kinds}
        counts = [f"{tried:,} {_INPUTS[name]}" for name, tried in there.items() if tried]
        if "kills" in kinds:
            counts.append(f"{kinds['kills']['kills']:,} kills in the middle of work")
        if "reconnects" in kinds:
            counts.append(f"{int(kinds['reconnects']['calls']):,} webcams that came and went")
        if "load" in kinds:
            counts.append(_load(kinds["load"]))
        day = max(date.fromisoformat(each["date"]) for each in kinds.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    tried = ", ".join(counts[:-1]) + " and " * (len(counts) > 1) + counts[-1]
    return f"Tried at random, last on {day.day} {day:%B %Y}: {tried}. {_outcome(found)}"


def _load(told: dict) -> str:
    visitors, judged, streams, calls = (
        int(told[name]) for name in ("visitors", "judged", "streams", "calls")
    )
    return (
        f"{judged:,} photos of {visitors:,} visitors at once beside {streams:,} webcams that were "
        f"cut off {calls:,} times"
    )


def _outcome(found: int) -> str:
    if not found:
        return "Each was read, resumed or refused in a sentence; none broke anything."
    times = "once" if found == 1 else f"{found:,} times"
    return f"It failed {times}; all else was read, resumed or refused in a sentence."
