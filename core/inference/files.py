"""Judge files and folders by path."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from core.config import MAX_FILE_BYTES
from core.inference.photo import Inspector, PhotoResult
from core.picture_files import LeftOut, pictures_below


def judge_paths(
    paths: list[Path],
    inspector: Inspector,
    *,
    aligned: bool = False,
    tell: Callable[[str], object] = lambda sentence: None,
) -> Iterator[PhotoResult]:
    """Judge photos one after the other; a bad file becomes a result with an error.

    Args:
        paths: files, or folders whose pictures (also further down) are taken by name.
        inspector: detector, network and calibration.
        aligned: each whole picture is one aligned face.
        tell: gets a sentence on what of a folder was left out.
    """
    for path in paths:
        if path.is_dir():
            yield from _judge_folder(path, inspector, aligned, tell)
        else:
            yield _judge_path(path, inspector, aligned)


def _judge_folder(
    folder: Path, inspector: Inspector, aligned: bool, tell: Callable[[str], object]
) -> Iterator[PhotoResult]:
    left_out, empty = LeftOut(), True
    for entry in pictures_below(folder, left_out):
        empty = False
        if not _is_regular(entry):  # opening it would wait forever
            yield PhotoResult(entry.path, error="It is no regular file.")
        else:
            yield _judge_path(Path(entry.path), inspector, aligned)
    for path, why in left_out.closed:
        yield PhotoResult(path, error=f"The folder cannot be read ({why}).")
    if empty and not left_out.closed:
        yield PhotoResult(str(folder), error="There is no picture in this folder.")
    for sentence in left_out.sentences(folder):
        tell(f"{str(folder)!r}: {sentence}")


def _is_regular(entry: os.DirEntry) -> bool:
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a link to nowhere: reading it says so
        return True


def _judge_path(path: Path, inspector: Inspector, aligned: bool) -> PhotoResult:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # enough to know that it is too large
    except FileNotFoundError:
        return PhotoResult(str(path), error="There is no such file. Check the path.")
    except OSError as error:
        return PhotoResult(str(path), error=f"The file cannot be read ({error.strerror}).")
    return inspector.judge_file(str(path), data, aligned=aligned)
