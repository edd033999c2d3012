"""Where a table may be written, found out before anything is loaded to fill it."""

from pathlib import Path

from core.config import TABLE_SUFFIXES
from core.errors import UserError
from core.picture_files import printable
from core.target import check_target


def is_partitioned(out: Path, asked: bool) -> bool:
    """Whether a table becomes a folder of files: only Parquet can, where it is asked for."""
    return asked and out.suffix.lower() == ".parquet"


def part_of(out: Path) -> Path:
    """The file beside a table that holds what is judged until all is."""
    return out.with_name(f"{out.name}.part")


def check_place(out: Path, *, resume: bool = False, as_folder: bool = False) -> None:
    """Look whether a table can be begun, or gone on with. Nothing is written or loaded.

    Args:
        out: the table.
        resume: as `core.scoring.folder.FolderRun` takes it.
        as_folder: the table is to be a folder of files.

    Raises:
        UserError: `out` has another ending than those of `TABLE_SUFFIXES`, lies in no folder that
            can be written, is a folder and not to be one, or is there or begun (and `resume` is
            not set).
    """
    shown = printable(str(out))
    if out.suffix.lower() not in TABLE_SUFFIXES:
        known = ", ".join(TABLE_SUFFIXES)
        raise UserError(f"The name of a table ends in {known}. Received: {shown}")
    there, begun = check_target(out), check_target(part_of(out))
    if there and out.is_dir() and not as_folder:
        raise UserError(f"{shown} cannot be written: it is a folder. Name a file.")
    if resume:
        return
    if there:
        raise UserError(f"{shown} exists already. Take another name, or delete it first.")
    if begun:
        raise UserError(
            f"{printable(str(part_of(out)))} is what an unfinished run has judged. Go on with "
            "--resume, or delete it to start anew."
        )
