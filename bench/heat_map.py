"""A heat map of the CNN: ours in NumPy beside TensorFlow's gradient of the same weights.

    python -m bench.heat_map

Each way runs in a process of its own, in turn. `first` has in it all that must be loaded, as the
first visitor waits for it; `again` is the median of more faces. Both are medians of the rounds.
"""

import json
import subprocess
import sys
import time

import numpy as np

from bench.common import median_ms, print_table, write_json
from bench.verdict import keras_model
from core.config import FAKE, REAL
from core.process import prepare_process

ROUNDS, MORE = 3, 10
LAYER = "conv3"


def ours():
    from core.inference.explain import grad_cam

    return lambda face: grad_cam(face, LAYER)


def tensorflow():
    import keras
    import tensorflow as tf

    layers = keras_model(logits=True).layers
    cut = [each.name for each in layers].index(LAYER) + 1
    below, above = keras.Sequential(layers[:cut]), keras.Sequential(layers[cut:])

    def heat(face: np.ndarray) -> np.ndarray:
        maps = below(face[None], training=False)
        with tf.GradientTape() as tape:
            tape.watch(maps)
            logits = above(maps, training=False)
            log_odds = logits[:, FAKE] - logits[:, REAL]
        importance = tf.reduce_mean(tape.gradient(log_odds, maps), axis=(1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(importance * maps, axis=-1))[0].numpy()

    return heat


WAYS = {"ours": ours, "TensorFlow's gradient": tensorflow}


def measure(name: str) -> tuple[float, float]:
    """(milliseconds of the first heat map, median of more), in this process."""
    faces = np.random.default_rng(0).random((1 + MORE, 128, 128, 3), dtype=np.float32)
    started = time.perf_counter()
    draw = WAYS[name]()
    seconds = []
    for face in faces:
        draw(face)
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    return 1000 * seconds[0], median_ms(seconds[1:])


def main() -> None:
    prepare_process()
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    taken: dict[str, list] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name in WAYS:
            command = [sys.executable, "-m", "bench.heat_map", name]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            taken[name].append(json.loads(output.splitlines()[-1]))
    medians = {name: np.median(each, axis=0) for name, each in taken.items()}
    first_ms, again_ms = medians["ours"]
    rows = [
        {
            "way": name,
            "first_ms": float(first),
            "again_ms": float(again),
            "first, times ours": float(first / first_ms),
            "again, times ours": float(again / again_ms),
        }
        for name, (first, again) in medians.items()
    ]
    print_table(rows)
    write_json("heat_map", rows)


if __name__ == "__main__":
    main()
