"""The shipped classifier as a Keras model, for what needs its inside; verdicts do not."""

import tempfile
import threading
from pathlib import Path

from core.artifacts import read_artifact
from core.config import ARTIFACTS_DIR

building = threading.Lock()  # two users asking at once must not import and build twice


def trained_classifier(folder: Path = ARTIFACTS_DIR):
    """A new model of the classifier with its checked weights, giving logits.

    Args:
        folder: where the registry lies.

    Returns:
        A `keras.Sequential` of its own: layers that two models share have two outputs each.

    Raises:
        UserError: the weights are missing or were changed.
    """
    from core.models.classifier import build_classifier

    data = read_artifact("classifier_weights", folder)
    model = build_classifier(logits=True)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "checked.weights.h5"
        file.write_bytes(data)  # Keras reads weights from files only
        model.load_weights(file)
    return model
