"""The shipped weights in Keras models, to train on from them; verdicts and heat maps do without."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.artifacts import read_artifact
from core.config import ARTIFACTS_DIR

if TYPE_CHECKING:
    import keras


def trained_classifier(folder: Path = ARTIFACTS_DIR) -> "keras.Model":
    """A new model of the classifier with its checked weights, giving logits.

    Args:
        folder: where the registry lies.

    Returns:
        A `keras.Sequential` of its own: layers that two models share have two outputs each.

    Raises:
        UserError: the weights are missing or were changed.
    """
    from core.models.classifier import build_classifier

    model = build_classifier(logits=True)
    load_keras_weights(model, "classifier_weights", folder)
    return model


def load_keras_weights(model: "keras.Model", name: str, folder: Path = ARTIFACTS_DIR) -> None:
    """Give a Keras model shipped weights; the bytes that were checked are those that are loaded.

    Args:
        model: a `keras.Model` of the architecture that was shipped.
        name: of the weights in the registry.
        folder: where the registry lies.

    Raises:
        UserError: the weights are missing or were changed.
    """
    data = read_artifact(name, folder)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "checked.weights.h5"
        file.write_bytes(data)  # Keras reads weights from files only
        model.load_weights(file)
