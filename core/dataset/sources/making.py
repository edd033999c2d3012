"""Write the files of a generated data set one by one, so that interrupted work can be resumed."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.atomic import write_atomically
from core.errors import UserError

Job = tuple[str, Callable[[], bytes]]
"""A file's path relative to the folder, and a function that makes its content."""


@contextmanager
def writing_to(out: Path) -> Generator[None]:
    """Turn an OSError while writing to a folder into a sentence.

    Raises:
        UserError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise UserError(f"{out} cannot be written ({error.strerror}). Choose another.") from error


def make_files(out: Path, jobs: Sequence[Job], progress: Callable[[int, int], object]) -> None:
    """Write those files of a folder that are not there yet.

    Args:
        out: the folder.
        jobs: one for each file.
        progress: called with (files that are there, files in all).

    Raises:
        OSError: a file cannot be written.
    """
    for done, (file, make) in enumerate(jobs, start=1):
        target = out / file
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, make())
        progress(done, len(jobs))
