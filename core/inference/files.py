"""Judge files and folders by path."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from core.config import MAX_FILE_BYTES
from core.errors import UserError
from core.imaging import Photo, decode_image
from core.inference.photo import Inspector, PhotoResult, Prepared
from core.inference.uris import is_uri, pictures_at, read_at, without_secrets
from core.picture_files import NO_FILE, LeftOut, pictures_below

_NO_PICTURE = (
    "There is no picture in this folder or below it (by their names: .jpg, .png, .webp and such). "
    "Check the path."
)

Tell = Callable[[str], object]


def judge_paths(
    paths: list[Path],
    load: Callable[[], Inspector],
    *,
    aligned: bool = False,
    tell: Tell = lambda sentence: None,
) -> Iterator[PhotoResult]:
    """Judge photos one after the other; a bad file becomes a result with an error.

    Args:
        paths: files, or folders whose pictures (also further down) are taken by name.
        load: gives detector, networks and calibration; called once, at the first picture that
            can be read: what is wrong with those before it is told without a wait.
        aligned: each whole picture is one aligned face.
        tell: gets a sentence on what of a folder was left out.

    Raises:
        UserError: of `load`.
    """
    inspector = None
    for found in files_of(paths, tell=tell):
        read = found if isinstance(found, PhotoResult) else _picture_of(found)
        if isinstance(read, PhotoResult):
            yield read
            continue
        inspector = inspector or load()
        yield inspector.judge_file(str(found), *read, aligned=aligned)


def files_of(
    paths: Iterable[str | Path], *, by_name: bool = True, tell: Tell = lambda sentence: None
) -> Iterator[str | PhotoResult]:
    """Find the files to judge.

    Args:
        paths: files, or folders whose pictures (also further down) are taken by name; or URIs of
            such (see `core.inference.uris`). A file that several of them lead to comes once.
        by_name, tell: as in `pictures_below` and `judge_paths`.

    Yields:
        A file's path or URI, or a result with an error for what cannot be judged at all.
    """
    asked = [os.fspath(each) for each in paths]
    seen: set[str] = set()
    for path in asked:
        if is_uri(path):
            yield from _files_at(path, tell)
            continue
        folder = os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises on some names
        found = _files_below(path, by_name, tell) if folder else iter([path])
        # One folder names no file twice, and may hold millions, whose paths need not be kept.
        yield from found if len(asked) == 1 else _unseen(found, seen)


def _unseen(found: Iterator[str | PhotoResult], seen: set[str]) -> Iterator[str | PhotoResult]:
    """What is no file that was named before, by this path or by another; `seen` is added to."""
    for each in found:
        if isinstance(each, str):
            real = _real_path(each)
            if real in seen:
                continue
            seen.add(real)
        yield each


def _real_path(path: str) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a path with a zero in it: reading it says what is wrong
        return path


def _files_below(folder: str, by_name: bool, tell: Tell) -> Iterator[str | PhotoResult]:
    left_out, empty = LeftOut(), True
    for entry in pictures_below(folder, left_out, by_name=by_name):
        empty = False
        if _is_regular(entry):
            yield entry.path
        else:  # opening it would wait forever
            yield PhotoResult(entry.path, error="It is no regular file.")
    for path, why in left_out.closed:
        yield PhotoResult(path, error=f"The folder cannot be read ({why}). May you open it?")
    if empty and not left_out.closed:
        yield PhotoResult(folder, error=_NO_PICTURE)
    for sentence in left_out.sentences(folder):
        tell(f"{folder!r}: {sentence}")


def _files_at(uri: str, tell: Tell) -> Iterator[str | PhotoResult]:
    left_out, empty, shown = LeftOut(), True, without_secrets(uri)
    try:
        for found in pictures_at(uri, left_out):
            empty = False
            yield found
    except UserError as error:
        yield PhotoResult(shown, error=str(error))
        return
    if empty:
        yield PhotoResult(shown, error=_NO_PICTURE)
    if left_out.files.count:
        tell(
            f"{shown!r}: {left_out.files.count:,} files left out, since their names are not "
            "those of pictures."
        )


def _is_regular(entry: os.DirEntry) -> bool:
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a link to nowhere: reading it says so
        return True


def prepare_path(path: str, inspector: Inspector, *, aligned: bool = False) -> Prepared:
    """Read a file, decode it, find and crop its faces; what is wrong becomes its error."""
    data = _data_of(path)
    if isinstance(data, PhotoResult):
        return Prepared(data)
    return inspector.prepare(path, data, aligned=aligned)


def _picture_of(path: str) -> tuple[bytes, Photo] | PhotoResult:
    """What stands in a file and the picture it is, or what is wrong with it."""
    data = _data_of(path)
    if isinstance(data, PhotoResult):
        return data
    try:
        return data, decode_image(data)
    except UserError as error:
        return PhotoResult(path, error=str(error))


def _data_of(path: str) -> bytes | PhotoResult:
    """What stands in a file, or why it cannot be read."""
    try:
        return _read(path, MAX_FILE_BYTES + 1)  # enough to know that it is too large
    except FileNotFoundError:
        return PhotoResult(path, error=NO_FILE)
    except UserError as error:
        return PhotoResult(path, error=str(error))
    except (OSError, ValueError) as error:  # a path with a zero in it is no path
        why = getattr(error, "strerror", None) or error
        return PhotoResult(path, error=f"The file cannot be read ({why}).")


def _read(path: str, most: int) -> bytes:
    if is_uri(path):
        return read_at(path, most)
    with open(path, "rb") as file:
        return file.read(most)
