"""Painting and training a generator: ours beside the plain way, in one run.

    python -m bench.generate

Painting: one face at a time and 32 at a time, ours (OpenVINO), Keras' `model.predict` with the
same weights, and MobileStyleGAN where it is installed. Training: one step of the authors' recipe
as ours runs it, and the same step as a plain Keras model with `fit`; and a step of recipe
`projected`, in both number formats. Each way has a process of its own; ratios count, on a busy
machine those of the cores' time.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.common import median_ms, print_table, write_json
from core.artifacts import read_artifact
from core.errors import UserError
from core.generators import load_generator
from core.process import prepare_process

CALLS, MANY, STEPS, BATCH = 20, 32, 8, 32


def _timed(call, times: int) -> float:
    """Median milliseconds of a call, after two to warm up."""
    seconds = []
    for number in range(times + 2):
        start = time.perf_counter()
        call()
        if number >= 2:
            seconds.append(time.perf_counter() - start)
    return median_ms(seconds)


def _painting(paint, codes: np.ndarray, calls: int = CALLS) -> dict:
    one, many = codes[:1], codes
    return {
        "one_face_ms": _timed(lambda: paint(one), calls),
        "faces_a_second": 1000 * len(many) / _timed(lambda: paint(many), max(2, calls // 5)),
    }


def ours() -> dict:
    generator = load_generator("dcgan")
    return _painting(generator.paint, generator.codes(range(MANY)))


def keras_predict() -> dict:
    from core.models.dcgan import build_generator

    model = build_generator()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "generator.weights.h5"
        file.write_bytes(read_artifact("generator_weights"))
        model.load_weights(file)
    codes = load_generator("dcgan").codes(range(MANY))
    return _painting(lambda part: model.predict(part, verbose=0), codes)


def mobilestylegan() -> dict:
    generator = load_generator("mobilestylegan")
    return _painting(generator.paint, generator.codes(range(4)), calls=4)


def training_ours(policy: str = "auto") -> dict:
    from core.training.gan.step import GanStep

    return _training(GanStep, "original", policy)


def training_ours_float32() -> dict:
    return training_ours("float32")


def training_projected(policy: str = "auto") -> dict | None:
    from core.training.gan.projected_step import ProjectedStep

    return _training(ProjectedStep, "projected", policy)


def training_projected_float32() -> dict | None:
    return training_projected("float32")


def _training(kind, recipe_name: str, policy: str) -> dict:
    """A step of a recipe: images a second, and the cores' time an image takes."""
    from core.training.gan.diff_augment import draw
    from core.training.gan.recipes import GAN_RECIPES
    from core.training.gan.step import Batch
    from core.training.keras_setup import resolve_policy

    recipe = replace(GAN_RECIPES[recipe_name], policy=resolve_policy(policy))
    step, rng = kind(recipe), np.random.default_rng(0)
    real = rng.random((BATCH, 128, 128, 3), dtype=np.float32)
    codes, first, second = rng.standard_normal((3, BATCH, 128), dtype=np.float32)
    small, noise = np.zeros((0, 32, 32, 3), np.float32), rng.random((2 * BATCH, 1), np.float32)
    turns = [draw(BATCH, 128, rng).arrays() if recipe.augment else () for _ in range(3)]
    batch = Batch(real, codes, first, second, small, *turns, noise)
    numbers = iter(range(10_000))
    step(batch, next(numbers))  # compiles
    return _with_core_time(lambda: step(batch, next(numbers)))


def _with_core_time(call) -> dict:
    before, calls = time.process_time(), STEPS + 2
    images = 1000 * BATCH / _timed(call, STEPS)
    spent_s = time.process_time() - before
    return {"images_a_second": images, "core_ms_an_image": 1000 * spent_s / calls / BATCH}


def training_fit() -> dict:
    """The step as Keras' own DCGAN example writes it: float32, Keras layers, `fit`."""
    import keras
    import tensorflow as tf

    from core.models.dcgan import build_discriminator, build_generator

    class Plain(keras.Model):
        def __init__(self):
            super().__init__()
            self.critic, self.painter = build_discriminator(), build_generator()
            self.rates = [keras.optimizers.Adam(1e-4) for _ in range(2)]

        def train_step(self, real):
            count = tf.shape(real)[0]
            noise = tf.random.normal((count, 128))
            with tf.GradientTape() as tape:
                both = tf.concat([real, self.painter(noise, training=True)], 0)
                labels = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], 0)
                labels += 0.05 * tf.random.uniform(tf.shape(labels))
                loss = _cross_entropy(labels, self.critic(both, training=False))
            weights = self.critic.trainable_variables
            self.rates[0].apply(tape.gradient(loss, weights), weights)
            with tf.GradientTape() as tape:
                faces = self.painter(tf.random.normal((count, 128)), training=True)
                loss = _cross_entropy(tf.ones((count, 1)), self.critic(faces, training=False))
            weights = self.painter.trainable_variables
            self.rates[1].apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    model = Plain()
    model.compile()
    faces = np.random.default_rng(0).random((BATCH * STEPS, 128, 128, 3), dtype=np.float32)
    model.fit(faces, batch_size=BATCH, verbose=0)
    start, before = time.perf_counter(), time.process_time()
    model.fit(faces, batch_size=BATCH, verbose=0)
    return {
        "images_a_second": len(faces) / (time.perf_counter() - start),
        "core_ms_an_image": 1000 * (time.process_time() - before) / len(faces),
    }


def _cross_entropy(labels, logits):
    import keras

    return keras.ops.mean(keras.losses.binary_crossentropy(labels, logits, from_logits=True))


PAINTING = {"ours": ours, "Keras predict": keras_predict, "MobileStyleGAN": mobilestylegan}
TRAINING = {
    "ours": training_ours,
    "ours, float32": training_ours_float32,
    "plain Keras fit": training_fit,
    "projected": training_projected,
    "projected, float32": training_projected_float32,
}
WAYS = {function.__name__: function for function in (*PAINTING.values(), *TRAINING.values())}


def _run(function) -> dict | None:
    command = [sys.executable, "-m", "bench.generate", function.__name__]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    prepare_process()
    if len(sys.argv) > 1:
        try:
            print(json.dumps(WAYS[sys.argv[1]]()))
        except UserError:
            print("null")  # not installed
        return
    painting = {title: _run(function) for title, function in PAINTING.items()}
    first = painting["ours"]["one_face_ms"]
    rows = [
        {"painting": title, **figures, "times_ours": figures["one_face_ms"] / first}
        for title, figures in painting.items()
        if figures
    ]
    print_table(rows)
    training = {title: _run(function) for title, function in TRAINING.items()}
    plain = training["plain Keras fit"]["core_ms_an_image"]
    more = [
        {"training": title, **figures, "times_plain": plain / figures["core_ms_an_image"]}
        for title, figures in training.items()
        if figures
    ]
    print_table(more)
    write_json("generate", rows + more)


if __name__ == "__main__":
    main()
