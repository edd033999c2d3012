"""One writer at a time in a folder that several commands may ship into."""

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
_WITHOUT_LOCKS = {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP}  # what such a file system says
_held: dict[tuple[int, Path], int] = {}  # by thread, which may go in again


@contextmanager
def sole_writer(folder: Path, wait_s: float = WAIT_S) -> Generator[None]:
    """Nobody else who asks for the same folder goes in meanwhile; the lock ends with the process.

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
        _held[key] = handle = _locked(folder, wait_s)
    try:
        yield
    finally:
        del _held[key]
        os.close(handle)


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


def _locked(folder: Path, wait_s: float) -> int:
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
                raise UserError(
                    f"Another command publishes into {folder} now. Wait for its end."
                ) from error
            time.sleep(0.05)
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                os.close(handle)
                raise
            return handle
