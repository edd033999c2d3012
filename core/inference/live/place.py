"""Whether a video is one file and the annotated one may be written, before anything is loaded."""

import os
from pathlib import Path

from core.errors import UserError, WrongUsage


def check_place(source: Path, target: Path) -> None:
    """Look whether a video can be judged into a file. Nothing is written or loaded.

    Args:
        source: the video.
        target: the annotated MP4 file.

    Raises:
        UserError: one of them is no such file, or `target` lies where it cannot be written; a
            `WrongUsage` where it is no .mp4 file, or the source itself.
    """
    if source.is_dir():
        raise UserError(f"{source} is a folder. Name one video file.")
    if not source.is_file():
        raise UserError(f"There is no file {source}.")
    if target.suffix.lower() != ".mp4":
        raise WrongUsage(f"The annotated video must be an .mp4 file. Received: {target}")
    there = _is_there(target)
    if there and target.is_dir():
        raise UserError(f"{target} is a folder. Name a file for the annotated video.")
    if not target.parent.is_dir():
        raise UserError(f"There is no folder {target.parent} to write to.")
    if not os.access(target.parent, os.W_OK):
        raise UserError(f"{target} cannot be written: take a folder that you may write to.")
    if there and target.samefile(source):
        raise WrongUsage("The annotated video would overwrite its source. Choose another --out.")


def _is_there(target: Path) -> bool:
    try:
        target.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UserError(
            f"{target} cannot be written ({error.strerror}). Take another name or folder."
        ) from error
    return True
