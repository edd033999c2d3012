"""What a result was made with: libraries, commit and machine, for whoever wants it again."""

import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from core.config import ROOT
from core.runtime import cores

LIBRARIES = (
    "keras",
    "tensorflow",
    "torch",
    "numpy",
    "openvino",
    "opencv-python-headless",
    "pillow",
)


def made_with() -> dict:
    """Libraries (name -> version, of those installed), commit and machine, as JSON values.

    The commit is that of the code, with "-dirty" where files were changed since, or None outside
    a git checkout. Nothing that names a person or a host is in it.
    """
    libraries = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            libraries[name] = version(name)
    return {
        "python": platform.python_version(),
        "libraries": libraries,
        "commit": _commit(),
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": cores(),
        },
    }


def _commit() -> str | None:
    words = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40"]
    words += ["--exclude=*"]  # of the tags
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() or None
    return None


def _processor() -> str:
    """The processor's own name where Linux tells it, else its architecture."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
