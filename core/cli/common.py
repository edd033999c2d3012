"""What several commands share: exit codes, kinds of words, bars."""

import argparse
import errno
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from core.config import BAR_AFTER_S
from core.dataset.layout import check_folder
from core.errors import UserError, WrongUsage

_Number = TypeVar("_Number", int, float)
Commands: TypeAlias = argparse._SubParsersAction  # noqa: SLF001  what `add_subparsers` gives
# Exit codes, as docs/engineers.md lists them; argparse ends with the last one, too.
OK, SOME_FAILED, WRONG_USAGE = 0, 1, 2
# Whatever a command writes may meet these: none is a mistake of the program.
OF_THE_DISK = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG),
    errno.ENAMETOOLONG,
}


class Parser(argparse.ArgumentParser):
    """An unknown option is refused by the command that it was given to, with its own usage."""

    def parse_known_args(self, args=None, namespace=None):  # noqa: ANN001, ANN201  argparse's own
        """As argparse's, and nothing may be left over."""
        found, left_over = super().parse_known_args(args, namespace)
        if left_over:
            self.error(f"unrecognized arguments: {' '.join(left_over)}")
        return found, left_over


def positive(text: str) -> int:
    """A whole number from 1 on."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, 1 or more. Received: {text!r}")
    return number


def whole(text: str) -> int:
    """A whole number."""
    return _read(int, text, "a whole number, such as 7")


def decimal(text: str) -> float:
    """A number."""
    return _read(float, text, "a number, such as 0.7")


def _read(read: Callable[[str], _Number], text: str, what: str) -> _Number:
    try:
        return read(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {what}. Received: {text!r}") from None


def refuse_unused(args: argparse.Namespace, options: Iterable[str], goes_with: str) -> None:
    """Refuse options that were given and that the command would not look at.

    Args:
        args: of the command.
        options: their names in it; None, False and nothing are not given.
        goes_with: what they are for.

    Raises:
        WrongUsage: one of them was given.
    """
    for name in options:
        if getattr(args, name) not in (None, False, []):
            raise WrongUsage(f"--{name.replace('_', '-')} goes with {goes_with}.")


def is_missing(path: str | Path) -> bool:
    """Whether there is nothing at a path; what may not be looked at is not missing."""
    try:
        Path(path).stat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # a name that is too long, or with a zero in it
        return False
    return False


def refuse_missing(*paths: Path | None, data: Path | None = None) -> None:
    """Refuse what is not there. Call it before anything heavy is imported or loaded.

    Args:
        paths: files and folders that a command was given; None was not given.
        data: the folder of the data set.

    Raises:
        UserError: one of them is not there.
    """
    if data is not None:
        check_folder(data)
    for path in paths:
        if path is not None and is_missing(path):
            raise UserError(f"There is no file or folder {path}. Check the path.")


def of_the_disk(error: OSError) -> str:
    """The sentence for a disk that is full or may not be written."""
    where = f"{error.filename} cannot be read or written" if error.filename else "The disk says no"
    return f"{where} ({error.strerror}). Make room or mend that, then start it again."


def tell(sentence: str) -> None:
    """Say something that is no result."""
    print(f"Note: {sentence}", file=sys.stderr)


def named(text: str) -> Path:
    """A folder that has a name."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must name a folder. Received: nothing")
    return Path(text)


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name for name in text.split(",") if name)


@contextmanager
def bar_of(unit: str, quiet: bool = False) -> Generator[Callable[[int, int], None]]:
    """A progress bar as a function of (done, total)."""
    from tqdm import tqdm

    with tqdm(unit=unit, disable=quiet, delay=BAR_AFTER_S) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
