"""A bound on what a downloaded archive may unfold to, looked up before a byte of it is written."""

import tarfile
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

MOST_FILES = 1_000_000


def check_archive(archive: Path, most_bytes: int) -> None:
    """Raise UserError if an archive says that it unfolds to more; no reader writes more than said.

    Args:
        archive: a ZIP or TAR file; another one is left to whoever unpacks it.
        most_bytes: of all its files together.
    """
    unfolded_bytes = 0
    for number, size_bytes in enumerate(_sizes(archive), start=1):
        unfolded_bytes += size_bytes
        if unfolded_bytes > most_bytes or number > MOST_FILES:
            raise UserError(
                "The archive that came unfolds to far more than the data set has, so it was not "
                "unpacked and is thrown away. Try again later, or take the demo set."
            )


def _sizes(archive: Path) -> Iterable[int]:
    """Of each file, in bytes."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield from (entry.file_size for entry in packed.infolist())
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed:
            yield from (entry.size for entry in packed)


@contextmanager
def bounded_unpacking(most_bytes: int) -> Generator[None]:
    """Let kagglehub unpack only what `check_archive` lets pass."""
    import kagglehub.http_resolver as resolver

    theirs = resolver._extract_archive  # noqa: SLF001  kagglehub has no setting for it

    def checked(archive_path: str, out_path: str) -> None:
        check_archive(Path(archive_path), most_bytes)
        theirs(archive_path, out_path)

    # The arguments have other names here.
    resolver._extract_archive = checked  # noqa: SLF001  # ty: ignore[invalid-assignment]
    try:
        yield
    finally:
        resolver._extract_archive = theirs  # noqa: SLF001
