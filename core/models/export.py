"""Turn Keras models into what the app serves: an OpenVINO graph and its constants."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # TensorFlow takes seconds, and `as_files` needs none
    import keras
    import openvino as ov


def to_openvino(model: keras.Model, *, half: bool = False) -> tuple[bytes, bytes]:
    """Convert a model of one input.

    Args:
        model: its weights are converted as they are, layers as at inference.
        half: store the constants as float16 (arithmetic stays float32).

    Returns:
        The IR's XML and its constants. The graph takes and gives float32, any batch size.
    """
    import openvino as ov
    import tensorflow as tf

    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="input")
    graph = tf.function(lambda inputs: model(inputs, training=False), input_signature=[spec])
    return as_files(ov.convert_model(graph.get_concrete_function()), half=half)


def as_files(model: ov.Model, *, half: bool) -> tuple[bytes, bytes]:
    """The XML and the constants of an OpenVINO network; `half` stores these as float16."""
    import openvino as ov

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.xml"
        ov.save_model(model, file, compress_to_fp16=half)
        return file.read_bytes(), file.with_suffix(".bin").read_bytes()


def to_keras_file(model: keras.Model) -> bytes:
    """The weights as the bytes of a Keras `.weights.h5` file (arrays only, no code)."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.weights.h5"
        model.save_weights(file)
        return file.read_bytes()
