"""Where a run's data set lies: in a file of its own, as the run's settings are published."""

from contextlib import suppress
from pathlib import Path

from core.atomic import write_atomically

_FILE = "data_folder.txt"


def note_data(run: Path, data: Path) -> None:
    """Note in a run's folder which data set it is trained on.

    Args:
        run: the run's folder.
        data: the data set's folder.
    """
    with suppress(OSError):  # a run that cannot be written ends with its first epoch, in words
        write_atomically(run / _FILE, str(data.resolve()).encode("utf-8", "surrogateescape"))


def noted_data(run: Path) -> Path | None:
    """The data set's folder as a run notes it; None of a run that does not, or is damaged."""
    try:
        noted = (run / _FILE).read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None
    return Path(noted) if noted and "\0" not in noted else None
