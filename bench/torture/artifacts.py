"""Every page while one of the shipped files is missing, cut, empty or changed by a byte.

Nothing is changed on the disk: what reads the file gets something else.
"""

import random
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.torture.kinds import Part
from bench.torture.pages import LINKS, open_page, prepare
from core.artifacts import REGISTRY_FILE, load_registry
from core.config import ARTIFACTS_DIR

_read = Path.read_bytes


def parts() -> list[Part]:
    prepare()
    files = [REGISTRY_FILE, *sorted({entry.file for entry in load_registry().values()})]
    seeds = [bytes([number]) * 8 for number in range(256)]  # an input only says what is drawn
    return [Part(page, seeds, partial(_open_without, page, files), ()) for page in LINKS]


def _open_without(page: str, files: list[str], data: bytes) -> None:
    """Open a page while a file is damaged, and again once it is whole."""
    import streamlit as st

    rng = random.Random(data)
    file, fault = ARTIFACTS_DIR / rng.choice(files), rng.choice(FAULTS)
    for reading in (reads_as(file, partial(fault, rng)), reads_as(file, lambda whole: whole)):
        st.cache_resource.clear()
        st.cache_data.clear()
        with reading:
            open_page(page, b"")


def _missing(rng: random.Random, whole: bytes) -> bytes:
    raise FileNotFoundError(2, "No such file or directory")


def _closed(rng: random.Random, whole: bytes) -> bytes:
    raise PermissionError(13, "Permission denied")


def _cut(rng: random.Random, whole: bytes) -> bytes:
    return whole[: rng.randrange(len(whole))]


def _one_byte(rng: random.Random, whole: bytes) -> bytes:
    place = rng.randrange(len(whole))
    return whole[:place] + bytes([whole[place] ^ (1 << rng.randrange(8))]) + whole[place + 1 :]


FAULTS = (_missing, _closed, _cut, _one_byte)


@contextmanager
def reads_as(file: Path, change) -> Generator[None]:
    """Let this process read a file as it is not."""

    def read_bytes(path: Path) -> bytes:
        return change(_read(path)) if path == file else _read(path)

    Path.read_bytes = read_bytes
    try:
        yield
    finally:
        Path.read_bytes = _read
