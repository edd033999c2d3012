"""Whether a run that is resumed has the settings that it was begun with."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import UserError
from core.picture_files import NAMED, counted

_DATA = "data"  # faces by source, or by split and source


def check_same(folder: Path, earlier: dict, now: dict) -> None:
    """Look whether settings agree; what only the earlier ones name does not count.

    Args:
        folder: of the run, as the sentence names it.
        earlier, now: JSON values by name.

    Raises:
        UserError: one differs; the sentence names both values, of data sets how many faces of
            which source there are in each.
    """
    changed = [key for key in now if earlier.get(key) != now[key]]
    if not changed:
        return
    if changed[0] == _DATA and isinstance(earlier.get(_DATA), dict):
        raise UserError(
            f"{folder} holds a run that learned from other faces. "
            f"{_faces_that_differ(earlier[_DATA], now[_DATA])}. "
            "Resume it with the data set it was started with, or begin another run."
        )
    raise UserError(
        f"{folder} holds a run with another {_difference(earlier, now, changed[0])}. "
        "Resume it with the settings it was started with, or begin another run."
    )


def _faces_that_differ(earlier: dict, now: dict) -> str:
    old, new = _by_source(earlier), _by_source(now)
    differ = [source for source in sorted(old | new) if old.get(source, 0) != new.get(source, 0)]
    named = [
        f"{source} has {counted(new.get(source, 0), 'face')} in the data set and "
        f"{old.get(source, 0):,} in the run"
        for source in differ[:NAMED]
    ]
    if more := len(differ) - len(named):
        named.append(f"and {counted(more, 'other source')} {'differs' if more == 1 else 'differ'}")
    return "; ".join(named)


def _by_source(counts: Mapping, above: str = "") -> dict[str, int]:
    """Faces by source, "train/real/ffhq" where they are told by split."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        if isinstance(count, Mapping):
            found |= _by_source(count, f"{above}{name}/")
        elif isinstance(count, int):  # anything else is damage: then no such face is in the run
            found[f"{above}{name}"] = count
    return found


def _difference(earlier: dict, now: dict, key: str) -> str:
    old, new = earlier.get(key), now[key]
    if isinstance(old, dict) and isinstance(new, dict):
        inner = next(k for k in {**old, **new} if old.get(k) != new.get(k))
        return f"{key} {inner} ({old.get(inner)} there, {new.get(inner)} asked for)"
    return f"{key} ({old} there, {new} asked for)"
