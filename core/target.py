"""Whether a file may be written where somebody named it, found out before work is done for it."""

import os
from pathlib import Path

from core.errors import UserError
from core.picture_files import printable


def check_target(target: Path) -> bool:
    """Look whether a file can be written. Nothing is written.

    Returns:
        Whether something lies there already.

    Raises:
        UserError: its folder does not exist or may not be written to, or the file system does not
            take its name.
    """
    shown = printable(str(target))
    if not os.path.isdir(target.parent):  # noqa: PTH112  Path.is_dir raises on some names
        raise UserError(f"There is no folder {printable(str(target.parent))}. Make it first.")
    try:
        target.stat()
        there = True
    except FileNotFoundError:
        there = False
    except OSError as error:
        raise UserError(
            f"{shown} cannot be written ({error.strerror}). Take another name or folder."
        ) from error
    if not os.access(target.parent, os.W_OK):
        raise UserError(f"{shown} cannot be written: take a folder that you may write to.")
    return there
