"""Whether a video is one file and the annotated one may be written, before anything is loaded."""

from pathlib import Path

from core.errors import UserError, WrongUsage
from core.target import check_target


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
    there = check_target(target)
    if there and target.is_dir():
        raise UserError(f"{target} is a folder. Name a file for the annotated video.")
    if there and target.samefile(source):
        raise WrongUsage("The annotated video would overwrite its source. Choose another --out.")
