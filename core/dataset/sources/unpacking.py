"""A limit on the unpacked size of a downloaded archive, checked before anything is written."""

import tarfile
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

MOST_FILES = 1_000_000


def check_archive(archive: Path, most_bytes: int) -> None:
    """Raise UserError if an archive states a larger unpacked size, or over `MOST_FILES` files.

    Readers write no more than the stated sizes.

    Args:
        archive: a ZIP or TAR file; other files pass.
        most_bytes: largest size of all its files together.
    """
    unfolded_bytes = 0
    for number, size_bytes in enumerate(_sizes(archive), start=1):
        unfolded_bytes += size_bytes
        if unfolded_bytes > most_bytes or number > MOST_FILES:
            raise UserError(
                "The archive that came would unpack to far more than the data set has, so it was "
                "not unpacked and is deleted. Try again later, or take the demo set."
            )


def _sizes(archive: Path) -> Iterable[int]:
    """The stated unpacked size of each file, in bytes."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield from (entry.file_size for entry in packed.infolist())
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed:
            yield from (entry.size for entry in packed)


@contextmanager
def bounded_unpacking(most_bytes: int) -> Generator[None]:
    """Within it kagglehub unpacks only archives that pass `check_archive`."""
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
