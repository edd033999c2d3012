"""Turn Keras weights into what the app serves: an OpenVINO graph and its constants."""

import tempfile
from pathlib import Path

import keras
import numpy as np

from core.config import IMAGE_SIZE
from core.models.classifier import build_classifier


def to_openvino(weights: list[np.ndarray]) -> tuple[bytes, bytes]:
    """Convert the classifier.

    Args:
        weights: in the model's order, as `keras.Model.get_weights` gives them.

    Returns:
        The IR's XML and its constants (float32). The graph takes float32 (n, 128, 128, 3) in
        [0, 1] and gives float32 (n, 2) logits.
    """
    import openvino as ov
    import tensorflow as tf

    model = build_classifier(logits=True)
    model.set_weights(weights)
    spec = tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 3), tf.float32, name="face")
    graph = tf.function(lambda face: model(face, training=False), input_signature=[spec])
    converted = ov.convert_model(graph.get_concrete_function())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "classifier.xml"
        ov.save_model(converted, file, compress_to_fp16=False)
        return file.read_bytes(), file.with_suffix(".bin").read_bytes()


def to_keras_file(weights: list[np.ndarray], file: Path) -> None:
    """Write the weights as a Keras `.weights.h5` file (arrays only, no code)."""
    model: keras.Model = build_classifier()
    model.set_weights(weights)
    model.save_weights(file)
