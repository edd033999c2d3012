"""Training the classifier: what a face of an epoch costs beside the bare step of the same network.

    python -m bench.training [--faces 128] [--rounds 3]

The faces are textures, PNG, 128 px. An epoch is one of `train classifier` (decoding, augmenting,
stepping, validating on 16 faces, keeping its state), as the slope between a short and a long run;
the bare step is `train_on_batch` on one batch in memory. Each is a process of its own; medians, by
the clock and by the time all cores spend, which other work on the machine hardly changes.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.common import print_table, write_json
from core.config import IMAGE_SIZE, ROOT

RECIPES = ("original", "ours")
SHORT, LONG = 2, 4  # epochs
WARM_STEPS = 2
VALID = 8  # faces a class


def _spent() -> np.ndarray:
    """The clock, and what this process' cores have done, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return np.array([time.perf_counter(), used.ru_utime + used.ru_stime])


def epoch(data: Path, name: str, faces: int) -> np.ndarray:
    """(wall, cores) seconds a face of an epoch."""
    from core.training.classifier.recipes import RECIPES as KNOWN
    from core.training.classifier.session import train_classifier

    taken = []
    for epochs in (SHORT, LONG):
        recipe = replace(KNOWN[name], epochs=epochs, samples_per_epoch=faces, sources=())
        recipe = replace(recipe, source_shares=None, filmed_shares=None)
        with tempfile.TemporaryDirectory() as folder:
            before = _spent()
            train_classifier(data, Path(folder, "run"), recipe, quiet=True)
            taken.append(_spent() - before)
    return (taken[1] - taken[0]) / ((LONG - SHORT) * faces)


def bare(name: str, faces: int) -> np.ndarray:
    """(wall, cores) seconds a face of the network's step alone."""
    import keras

    from core.training.classifier.networks import build_network
    from core.training.classifier.recipes import RECIPES as KNOWN
    from core.training.keras_setup import resolve_policy

    recipe = KNOWN[name]
    model = build_network(replace(recipe, policy=resolve_policy(recipe.policy)))
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    size, rng = recipe.batch_size, np.random.default_rng(0)
    batch = rng.random((size, IMAGE_SIZE, IMAGE_SIZE, 3), np.float32)
    targets = np.eye(2, dtype=np.float32)[np.arange(size) % 2]
    steps = max(1, faces // size)
    for number in range(WARM_STEPS + steps):
        if number == WARM_STEPS:
            before = _spent()
        model.train_on_batch(batch, targets)
    return (_spent() - before) / (steps * size)


def measure(what: str, name: str, faces: int, data: str) -> np.ndarray:
    """One of the two, in a process of its own."""
    words = ["--one", what, name, data, "--faces", str(faces)]
    command = [sys.executable, "-m", "bench.training", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def rows_of(name: str, faces: int, rounds: int, data: str) -> list[dict]:
    """The rows of one recipe."""
    ways = {"bare step": "bare", "epoch": "epoch"}
    found = {
        way: np.median([measure(what, name, faces, data) for _ in range(rounds)], axis=0)
        for way, what in ways.items()
    }
    limit = found["bare step"]
    return [
        {
            "recipe": name,
            "way": way,
            "faces_per_s": float(1 / wall_s),
            "core_s_per_face": float(core_s),
            "over the bare step": float(wall_s / limit[0]),
            "over the bare step, by core time": float(core_s / limit[1]),
        }
        for way, (wall_s, core_s) in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", default=128, type=int, help="of an epoch (128)")
    parser.add_argument("--rounds", default=3, type=int, help="medians of so many (3)")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        from core.process import prepare_process

        prepare_process()
        what, name, data = args.one
        taken = bare(name, args.faces) if what == "bare" else epoch(Path(data), name, args.faces)
        return print(json.dumps(taken.tolist()))
    from tests.conftest import write_dataset

    with tempfile.TemporaryDirectory() as folder:
        data = write_dataset(Path(folder, "set"), {"train": args.faces // 2, "valid": VALID})
        rows = [row for n in RECIPES for row in rows_of(n, args.faces, args.rounds, str(data))]
    print_table(rows)
    write_json("training", rows)


if __name__ == "__main__":
    main()
