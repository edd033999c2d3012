"""One writer at a time in a folder that several commands may write into: published files, a run."""

import errno
import fcntl
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

WAIT_S = 10.0  # for another one that is about to end
_PUBLISHED_INTO = "Another command publishes into {folder} now. Wait for its end."
_WITHOUT_LOCKS = {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP}  # what such a file system says
_held: dict[tuple[int, Path], int] = {}  # by thread, which may go in again


@contextmanager
def sole_writer(folder: Path, wait_s: float = WAIT_S) -> Generator[None]:
    """Nobody else publishes into the same folder meanwhile; the lock ends with the process.

    Args:
        folder: one that is there.
        wait_s: for whoever is in it.

    Raises:
        UserError: somebody else is in it for longer, or it cannot be written.
    """
    key = threading.get_ident(), folder.resolve()
    if key in _held:
        yield
        return
    with writable(folder):
        _held[key] = handle = _locked(folder, wait_s, _PUBLISHED_INTO)
    try:
        yield
    finally:
        del _held[key]
        os.close(handle)


@contextmanager
def only_one(folder: Path, taken: str, wait_s: float) -> Generator[None]:
    """Nobody else who asks for the same folder goes in meanwhile; the lock ends with the process.

    Args:
        folder: one that is there.
        taken: the sentence for who comes second; {folder} stands for its name.
        wait_s: for one that is about to end.

    Raises:
        UserError: somebody else is in it for longer.
        OSError: it cannot be written.
    """
    handle = _locked(folder, wait_s, taken)
    try:
        yield
    finally:
        os.close(handle)


def is_taken(folder: Path) -> bool:
    """Whether somebody is in a folder; False where its file system knows no locks."""
    try:
        with only_one(folder, "", wait_s=0.0):
            return False
    except UserError:
        return True
    except OSError:  # gone, or not to be written: nobody writes there
        return False


def knows_locks(folder: Path) -> bool:
    """Whether the file system of a folder that is there can tell that somebody is in it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
        return False
    finally:
        os.close(handle)
    return True


@contextmanager
def writable(folder: Path) -> Generator[None]:
    """Turn what keeps a folder of shipped files from being written into a sentence."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written ({error.strerror}). What was published before is as it "
            "was."
        ) from error


def _locked(folder: Path, wait_s: float, taken: str) -> int:
    """The folder, open and locked."""
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    handle, until_s = os.open(folder, os.O_RDONLY), time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError as error:
            if time.monotonic() > until_s:
                os.close(handle)
                raise UserError(taken.format(folder=folder)) from error
            time.sleep(0.05)
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                os.close(handle)
                raise
            return handle
