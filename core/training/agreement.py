"""Whether a run that is resumed has the settings that it was begun with."""

from pathlib import Path

from core.errors import UserError


def check_same(folder: Path, earlier: dict, now: dict) -> None:
    """Look whether settings agree; what only the earlier ones name does not count.

    Args:
        folder: of the run, as the sentence names it.
        earlier, now: JSON values by name.

    Raises:
        UserError: one differs; the sentence names both values.
    """
    changed = [key for key in now if earlier.get(key) != now[key]]
    if changed:
        raise UserError(
            f"{folder} holds a run with another {_difference(earlier, now, changed[0])}. "
            "Resume it with the settings it was started with, or choose another --out."
        )


def _difference(earlier: dict, now: dict, key: str) -> str:
    old, new = earlier.get(key), now[key]
    if isinstance(old, dict) and isinstance(new, dict):
        inner = next(k for k in {**old, **new} if old.get(k) != new.get(k))
        return f"{key} {inner} ({old.get(inner)} there, {new.get(inner)} asked for)"
    return f"{key} ({old} there, {new} asked for)"
