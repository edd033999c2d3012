"""Pictures that lie elsewhere, named by URI: s3://bucket/folder, gs://bucket/folder, file:///folder.

What Arrow's file systems know can be read. Keys come from where the provider's own tools look for
them (environment, configuration, role of the machine), never from the URI: it ends up in tables.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from pyarrow import ArrowException
from pyarrow.fs import FileInfo, FileSelector, FileSystem, FileType

from core.errors import UserError
from core.picture_files import LeftOut, is_clutter, is_picture

_URI = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_SECRETS = {"access_key", "secret_key", "session_token"}


def is_uri(path: str) -> bool:
    """Whether a name is a URI and no path."""
    return _URI.match(path) is not None


def without_secrets(uri: str) -> str:
    """A URI as it may be shown: without user, password and options."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def pictures_at(uri: str, left_out: LeftOut) -> Iterator[str]:
    """Find the pictures below a URI, a folder at a time, by name; or the one file it names.

    Args:
        uri: of a file or a folder.
        left_out: gets what is passed by.

    Yields:
        URIs that `read_at` reads.

    Raises:
        UserError: there is nothing, it cannot be listed, or the URI holds a key.
    """
    system, waiting = _opened(uri)
    parts = urlsplit(uri)
    head = f"{parts.scheme}://" + ("" if waiting.startswith("/") else parts.netloc)
    tail = f"?{parts.query}" if parts.query else ""
    base = waiting[: len(waiting) - len(unquote(parts.path))]
    for path in _walk(system, waiting.rstrip("/"), left_out):
        yield head + quote(path.removeprefix(base)) + tail


def read_at(uri: str, most: int) -> bytes:
    """Read a file, at most so many bytes of it.

    Raises:
        OSError: it cannot be read; FileNotFoundError if there is none.
        UserError: nothing can be read there.
    """
    system, path = _opened(uri)
    with system.open_input_stream(path) as file:
        return file.read(most)


def _opened(uri: str) -> tuple[FileSystem, str]:
    """The file system of a URI, and the path in it."""
    try:
        parts = urlsplit(uri)
        if "@" in parts.netloc or _SECRETS & parse_qs(parts.query).keys():
            raise UserError("A URI holds no keys here: put them where the provider's tools look.")
        if parts.scheme in ("http", "https"):
            raise UserError("Nothing is fetched from the web. Save the picture and name its file.")
        system, base = _system(parts.scheme, parts.netloc, parts.query)
    except (ValueError, OSError, ArrowException) as error:
        raise UserError(f"Nothing can be read there ({_first_line(error)}).") from error
    return system, base.rstrip("/") + unquote(parts.path)


@lru_cache(maxsize=16)  # making one may ask the provider where the bucket lies
def _system(scheme: str, place: str, options: str) -> tuple[FileSystem, str]:
    return FileSystem.from_uri(f"{scheme}://{place}/" + (f"?{options}" if options else ""))


def _walk(system: FileSystem, root: str, left_out: LeftOut) -> Iterator[str]:
    (found,) = _listed(system, [root])
    if found.type == FileType.NotFound:
        raise UserError("There is nothing at this address. Check it.")
    if found.type == FileType.File:
        yield root
        return
    waiting = [root]
    while waiting:
        inner = []
        for entry in _listed(system, FileSelector(waiting.pop())):
            if is_clutter(entry.base_name):
                continue
            if entry.type == FileType.Directory:
                inner.append(entry.path)
            elif is_picture(entry.base_name):
                yield entry.path
            else:
                left_out.add_file(entry.base_name, entry.path)
        waiting += reversed(inner)


def _listed(system: FileSystem, asked: Any) -> list[FileInfo]:
    try:
        found = system.get_file_info(asked)
    except (OSError, ArrowException) as error:
        raise UserError(f"The folder cannot be listed ({_first_line(error)}).") from error
    return sorted(found, key=lambda entry: posixpath.basename(entry.path))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
