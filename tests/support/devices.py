"""`python -m core` in a process with several logical CPUs, and networks without dropout.

python -m tests.support.devices COUNT WORDS... [, WORDS...]

Devices draw other neurons to drop than one would, so without dropout their figures must agree.
"""

import sys
from itertools import groupby

import keras
import tensorflow as tf

import core.training.classifier.session as session
from core.cli.main import main


def without_dropout(recipe) -> keras.Model:
    model = build_network(recipe)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return model


build_network = session.build_network


def run(count: str, *words: str) -> int:
    session.build_network = without_dropout
    (cpu,) = tf.config.list_physical_devices("CPU")
    each = [tf.config.LogicalDeviceConfiguration() for _ in range(int(count))]
    tf.config.set_logical_device_configuration(cpu, each)
    commands = [list(some) for comma, some in groupby(words, ",".__eq__) if not comma]
    return max(main(command) for command in commands)


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
