"""What a process must be told before it loads TensorFlow, OpenVINO's converter or WebRTC.

The app's pages and the command line call it first. A program of yours that trains does so too;
importing `core` changes nothing about its process.
"""

import ctypes
import gc
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_TENSORFLOW = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # TensorFlow sums in another order when it runs two operations at once, so two runs of the
    # same seed part in the last digits and then for good. One operation at a time (each still on
    # all cores) costs nothing on a network without branches, and makes `--resume` exact.
    "TF_NUM_INTEROP_THREADS": "1",
}

RETURN_EVERY_S = 60.0
HEAPS = 2
_M_ARENA_MAX = -8  # of glibc's malloc.h
_returning = threading.Lock()  # taken for good by the first who asks


def prepare_process() -> None:
    """Set the process up; what its environment says already stays as it is. Calls may repeat."""
    for name, value in _TENSORFLOW.items():
        os.environ.setdefault(name, value)
    there = "tensorflow" in sys.modules or any(
        isinstance(f, _QuietTensorFlow) for f in sys.meta_path
    )
    if not there and os.environ["TF_CPP_MIN_LOG_LEVEL"] == _TENSORFLOW["TF_CPP_MIN_LOG_LEVEL"]:
        sys.meta_path.insert(0, _QuietTensorFlow())
    # TensorFlow exports symbols that the library behind WebRTC's encryption has too. Loaded after
    # TensorFlow it crashes the whole process; before, both work. Who has imported TensorFlow
    # already gets everything but the webcam.
    if "tensorflow" not in sys.modules:
        with suppress(ImportError):
            import pylibsrtp  # noqa: F401
    # OpenVINO's converter reports every use of it to a third party, from a forked process that can
    # lock up its parent. It does without where this module cannot be imported.
    # None is how an import is refused, though the hints know only modules.
    sys.modules.setdefault("openvino_telemetry", None)  # ty: ignore[no-matching-overload]


# What TensorFlow's libraries print while they load, before they can be told not to.
_CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog|I\d{4} \d\d:\d\d:\d\d"
)


class _QuietTensorFlow(MetaPathFinder):
    """Lets TensorFlow be loaded, once, without its chatter."""

    def find_spec(
        self, fullname: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _without_chatter(spec.loader.exec_module)  # ty: ignore
        return spec


def _without_chatter(load: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    """The same, its chatter on standard error left out and everything else printed at the end."""

    def loaded(module: ModuleType) -> None:
        try:
            kept = os.dup(2)
        except OSError:  # the process has no standard error
            return load(module)
        with tempfile.TemporaryFile() as told:
            os.dup2(told.fileno(), 2)
            try:
                load(module)
            finally:
                os.dup2(kept, 2)
                os.close(kept)
                told.seek(0)
                for line in told:
                    if not _CHATTER.match(line):
                        os.write(2, line)

    return loaded


def return_freed_memory(every_s: float = RETURN_EVERY_S) -> None:
    """Give back to the system, every so often, what nobody uses any more. Calls may repeat.

    What only refers to itself is found first: Streamlit would look for it after every run of a
    page, and with fifty windows open that took more than a third of the server's time.

    glibc gives new threads heaps of their own, eight for a core, and keeps what is freed in each.
    After a hundred webcams had come and gone, a server held 250 MB more than before, and used none
    of it; a generator that painted in one thread after the other took 110 MB more than in one. So
    threads share a few heaps from now on. Where there is another C library nothing happens.

    Args:
        every_s: seconds between two times.
    """
    library = ctypes.CDLL(None)
    trim = getattr(library, "malloc_trim", None)
    if trim is None or not _returning.acquire(blocking=False):
        return
    library.mallopt(_M_ARENA_MAX, HEAPS)

    def keep_returning() -> None:
        while True:
            time.sleep(every_s)
            gc.collect()
            trim(0)

    threading.Thread(target=keep_returning, name="return-memory", daemon=True).start()


def spare_the_collector() -> None:
    """Exempt what is loaded by now from garbage collection; what is garbage by now goes first.

    The networks' packages are hundreds of thousands of objects, TensorFlow alone a million.
    Looking through them took so long that a video that needs 6 s needed 30.
    """
    gc.unfreeze()  # networks that others have replaced since the last call can go
    gc.collect()
    gc.freeze()
