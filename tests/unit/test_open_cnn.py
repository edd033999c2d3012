"""The CNN in NumPy is the trained one, to the last map and gradient, and TensorFlow stays away."""

import subprocess
import sys

import numpy as np
import pytest

from core.config import FAKE, REAL, ROOT
from core.errors import UserError
from core.imaging import to_model_input
from core.inference.open_cnn import LAYERS, OpenCnn, open_cnn
from core.training.shipped import trained_classifier
from tests.conftest import texture


@pytest.fixture(scope="module")
def in_keras():
    return trained_classifier()


@pytest.fixture(params=["portrait", "texture"])
def face(request, portrait):
    return to_model_input(portrait if request.param == "portrait" else texture("fake", 1))


def halves(model, layer: str, face: np.ndarray):
    """Maps of a layer, the gradient of the log-odds with respect to them, and the log-odds."""
    import keras
    import tensorflow as tf

    cut = [each.name for each in model.layers].index(layer) + 1
    below, above = keras.Sequential(model.layers[:cut]), keras.Sequential(model.layers[cut:])
    maps = below(face[None], training=False)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        logits = above(maps, training=False)
        log_odds = logits[:, FAKE] - logits[:, REAL]
    return maps[0].numpy(), tape.gradient(log_odds, maps)[0].numpy(), float(log_odds[0])


@pytest.mark.parametrize("layer", LAYERS)
def test_maps_and_gradients_are_those_of_keras(in_keras, face, layer):
    maps, gradient, log_odds = halves(in_keras, layer, face)
    cnn = open_cnn()
    found, found_log_odds = cnn.maps(face)
    np.testing.assert_allclose(found[layer], maps, atol=1e-4 * maps.max())
    assert found_log_odds == pytest.approx(log_odds, abs=1e-4)
    assert np.abs(gradient).max() > 0
    # Of Keras' own maps: where two values of a square differ by their rounding only, which of
    # them is the largest depends on the machine.
    same = {name: halves(in_keras, name, face)[0] for name in LAYERS}
    np.testing.assert_allclose(
        cnn.gradient(same, layer), gradient, atol=1e-4 * np.abs(gradient).max()
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_where_a_squares_values_tie_one_of_them_gets_the_gradient(in_keras, layer):
    flat = np.full((128, 128, 3), 0.5, np.float32)
    _, gradient, _ = halves(in_keras, layer, flat)
    cnn = open_cnn()
    found = cnn.gradient(cnn.maps(flat)[0], layer)
    sums = gradient.sum(axis=(0, 1))  # rounding decides which one, but not how many
    np.testing.assert_allclose(found.sum(axis=(0, 1)), sums, atol=1e-3 * np.abs(sums).max())


def test_a_layer_that_is_none_is_refused(portrait):
    cnn = open_cnn()
    maps, _ = cnn.maps(to_model_input(portrait))
    with pytest.raises(ValueError, match="conv9"):
        cnn.gradient(maps, "conv9")


def test_weights_are_read_once_and_checked(tmp_path):
    assert open_cnn() is open_cnn()
    with pytest.raises(UserError):
        open_cnn(tmp_path)


def test_weights_of_a_new_classifier_are_read_too(tmp_path):
    from core.models.classifier import build_classifier

    model = build_classifier(logits=True)
    model.save_weights(tmp_path / "new.weights.h5")
    face = to_model_input(texture("real", 2))
    logits = np.asarray(model(face[None], training=False))[0]
    of_file = OpenCnn.of_file((tmp_path / "new.weights.h5").read_bytes())
    for cnn in (of_file, OpenCnn(model.get_weights())):
        _, log_odds = cnn.maps(face)
        assert log_odds == pytest.approx(float(logits[FAKE] - logits[REAL]), abs=1e-4)
    with pytest.raises(ValueError, match="no weights of the classifier"):
        OpenCnn(model.get_weights()[1:])


def test_heat_maps_and_filters_load_no_tensorflow():
    asked = (
        "import sys, numpy as np; from core.inference import explain, feature_maps;"
        "face = np.random.default_rng(0).random((128, 128, 3), dtype=np.float32);"
        "explain.grad_cam(face); feature_maps.favourites(feature_maps.likes_of(face)['conv2']);"
        "feature_maps.first_kernels();"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True)
