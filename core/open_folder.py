"""Folders of the machine that a visitor of the app may look into."""

import os
from dataclasses import dataclass
from pathlib import Path

from core.config import CACHE_DIR, RUNS_DIR
from core.errors import UserError

LIMIT = "FACES_ROOT"  # environment variable: the one folder that visitors may look into


@dataclass(frozen=True)
class OpenFolder:
    """A folder that was found to be open to visitors; only `served` makes one.

    Whoever reads what a visitor named takes this instead of a path, so none can forget to ask.

    Attributes:
        path: absolute, links resolved. It need not exist.
    """

    path: Path

    def __post_init__(self):
        limit = os.environ.get(LIMIT)
        free = (Path(limit), CACHE_DIR, RUNS_DIR) if limit else (Path(self.path.anchor),)
        if not any(self.path.is_relative_to(each.resolve()) for each in free):
            raise UserError("This app only opens the folders its host has set free for it.")


def served(folder: str) -> OpenFolder:
    """The folder that was typed, if a visitor of the app may look into it.

    Args:
        folder: what was typed. Where the environment variable FACES_ROOT names a folder, only
            what lies below it, the app's own data sets and its own runs may be opened: for an
            app that strangers reach.

    Raises:
        UserError: it may not be looked into, or is no path.
    """
    try:
        place = Path(folder).expanduser().resolve()
        place.exists()  # raises where the name is too long
    except (ValueError, RuntimeError, OSError) as error:  # a NUL, an unknown user, a loop
        raise UserError(f"{folder[:80]!r} is no path. Check the folder's name.") from error
    return OpenFolder(place)
