"""Judge files and folders by path."""

import os
from collections.abc import Iterator
from pathlib import Path

from core.config import IMAGE_SUFFIXES, MAX_FILE_BYTES
from core.inference.photo import Inspector, PhotoResult


def judge_paths(
    paths: list[Path], inspector: Inspector, *, aligned: bool = False
) -> Iterator[PhotoResult]:
    """Judge photos one after the other; a bad file becomes a result with an error.

    Args:
        paths: files, or folders whose pictures (also further down) are taken by name.
        inspector: detector, network and calibration.
        aligned: each whole picture is one aligned face.
    """
    for path in paths:
        files = list(_pictures_below(path)) if path.is_dir() else [path]
        if not files:
            yield PhotoResult(str(path), error="There is no picture in this folder.")
        for file in files:
            yield _judge_path(file, inspector, aligned)


def _pictures_below(folder: Path) -> Iterator[Path]:
    for above, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES:
                yield Path(above, name)


def _judge_path(path: Path, inspector: Inspector, aligned: bool) -> PhotoResult:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # enough to know that it is too large
    except FileNotFoundError:
        return PhotoResult(str(path), error="There is no such file. Check the path.")
    except OSError as error:
        return PhotoResult(str(path), error=f"The file cannot be read ({error.strerror}).")
    return inspector.judge_file(str(path), data, aligned=aligned)
