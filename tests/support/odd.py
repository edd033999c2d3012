"""Work for `bench.torture` whose outcome is known; each process imports little for it."""

import os
import time
from pathlib import Path

from bench.torture.kinds import Part
from bench.torture.worker import try_one
from core.atomic import write_atomically

STEPS, STEP_S = 40, 0.02


def _odd(data: bytes) -> None:
    """Hangs, dies or goes well, as the input says."""
    if data == b"hang":
        time.sleep(60)
    if data == b"die":
        os._exit(3)


def work(name, seed, numbers, told) -> None:
    """As `bench.torture.worker.work`, with inputs that are known: 2 hangs, and 5 dies."""
    told.send({})
    part = Part("odd", [b"fine"], _odd)
    for number in numbers:
        data = {2: b"hang", 5: b"die"}.get(number, b"fine")
        told.send({"number": number, "part": "odd", **try_one(part, data)})


def count(data: Path, folder: Path) -> None:
    """Goes on where it was."""
    file = folder / "steps"
    done = int(file.read_text()) if file.exists() else 0
    for step in range(done, STEPS):
        time.sleep(STEP_S)
        write_atomically(file, str(step + 1).encode())


def count_anew(data: Path, folder: Path) -> None:
    """Begins anew every time, behind what it wrote before."""
    for _ in range(STEPS):
        time.sleep(STEP_S)
        with open(folder / "steps", "a") as file:
            file.write("x")
