"""What a kill -9 is to a test in one process: nothing after it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


class _Killed(BaseException):
    pass


@dataclass
class Kill:
    """Attributes: whether it struck; the work is done where it did not."""

    struck: bool = False


@contextmanager
def killed_at_move(monkeypatch: pytest.MonkeyPatch, moves: int) -> Iterator[Kill]:
    """Within it so many files are moved to their places, and before the next one all ends."""
    left, move, kill = iter(range(moves)), Path.replace, Kill()

    def moved(path: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise _Killed
        return move(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", moved)
        try:
            yield kill
        except _Killed:
            kill.struck = True
