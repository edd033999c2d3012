"""The architecture is part of the mission: pinned to the parameter."""

import numpy as np
import pytest

from core.models.classifier import build_classifier, start_high_pass

LAYERS = [
    ("conv1", "Conv2D", (None, 126, 126, 64)),
    ("norm1", "BatchNormalization", (None, 126, 126, 64)),
    ("pool1", "MaxPooling2D", (None, 63, 63, 64)),
    ("conv2", "Conv2D", (None, 59, 59, 128)),
    ("norm2", "BatchNormalization", (None, 59, 59, 128)),
    ("pool2", "MaxPooling2D", (None, 29, 29, 128)),
    ("dropout1", "Dropout", (None, 29, 29, 128)),
    ("conv3", "Conv2D", (None, 27, 27, 64)),
    ("norm3", "BatchNormalization", (None, 27, 27, 64)),
    ("pool3", "MaxPooling2D", (None, 13, 13, 64)),
    ("dropout2", "Dropout", (None, 13, 13, 64)),
    ("flatten", "Flatten", (None, 10816)),
    ("dense1", "Dense", (None, 128)),
    ("norm4", "BatchNormalization", (None, 128)),
    ("dropout3", "Dropout", (None, 128)),
    ("out", "Dense", (None, 2)),
]


@pytest.fixture(scope="module")
def model():
    return build_classifier()


def test_layers_are_the_authors(model):
    found = [(layer.name, type(layer).__name__, layer.output.shape) for layer in model.layers]
    assert found == LAYERS


def test_parameter_counts(model):
    assert model.count_params() == 1_666_882
    assert sum(int(np.prod(v.shape)) for v in model.trainable_weights) == 1_666_114


def test_details_that_the_counts_do_not_show(model):
    rates = [layer.rate for layer in model.layers if "dropout" in layer.name]
    assert rates == [0.2, 0.3, 0.2]
    activations = [
        model.get_layer(name).activation.__name__
        for name in ("conv1", "conv2", "conv3", "dense1", "out")
    ]
    assert activations == ["relu"] * 4 + ["softmax"]


def test_logits_are_the_same_network_without_the_softmax(model):
    faces = np.random.default_rng(0).random((2, 128, 128, 3), dtype=np.float32)
    twin = build_classifier(logits=True)
    twin.set_weights(model.get_weights())
    logits = np.asarray(twin(faces))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.asarray(model(faces)), expected, atol=1e-6)


def test_high_pass_start_is_blind_to_brightness():
    model = build_classifier()
    start_high_pass(model, norm=3.0)
    kernel = model.get_layer("conv1").get_weights()[0]
    np.testing.assert_allclose(kernel.sum(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(np.sqrt((kernel**2).sum(axis=(0, 1, 2))), 3.0, rtol=1e-5)
