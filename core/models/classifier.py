"""The classifier's architecture, fixed to the parameter."""

import keras
import numpy as np
from keras import layers

from core.config import IMAGE_SIZE
from core.models.norm import FusedBatchNormalization

FILTERS = (64, 128, 64)  # of each convolution
LAST_CONV = "conv3"  # the layer Grad-CAM looks at


def build_classifier(
    *, logits: bool = False, bn_momentum: float = 0.99, policy: str = "float32"
) -> keras.Sequential:
    """Build the network that tells real faces from generated ones.

    The layers are the authors' (Kaggle `xhlulu/140k-real-and-fake-faces` notebook family):
    1,666,882 parameters, 1,666,114 of them trainable.

    Args:
        logits: leave out the softmax of the last layer (same weights), for training and for
            calibrated inference.
        bn_momentum: momentum of the batch statistics' moving averages. It changes nothing
            in a trained model; with few steps an epoch 0.99 lags behind the weights.
        policy: Keras dtype policy of the inner layers. The first convolution and the output
            always compute in float32: bfloat16 has a step of 1/256 near 1, as coarse as the
            residuals that give a generator away.

    Returns:
        A model from float32 (batch, 128, 128, 3) in [0, 1] to float32 (batch, 2); index 0 is
        fake, 1 is real.
    """

    activation = None if logits else "softmax"
    head = layers.Dense(2, activation=activation, dtype="float32", name="out")
    return keras.Sequential([*trunk(bn_momentum, policy), head], name="classifier")


def trunk(bn_momentum: float, policy: str, first_policy: str = "float32") -> list[layers.Layer]:
    """All layers but the last, for a network that looks at a face; see `build_classifier`."""

    plain = policy == "float32"
    norm_type = layers.BatchNormalization if plain else FusedBatchNormalization

    def norm(name: str) -> layers.Layer:
        return norm_type(momentum=bn_momentum, dtype=policy, name=name)

    def conv(filters: int, size: int, name: str, dtype: str = policy) -> layers.Layer:
        return layers.Conv2D(filters, size, activation="relu", dtype=dtype, name=name)

    def pool(name: str) -> layers.Layer:
        return layers.MaxPooling2D(2, dtype=policy, name=name)

    first, second, third = FILTERS
    return [
        keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3), name="face"),
        conv(first, 3, "conv1", dtype=first_policy),
        norm("norm1"),
        pool("pool1"),
        conv(second, 5, "conv2"),
        norm("norm2"),
        pool("pool2"),
        layers.Dropout(0.2, dtype=policy, name="dropout1"),
        conv(third, 3, "conv3"),
        norm("norm3"),
        pool("pool3"),
        layers.Dropout(0.3, dtype=policy, name="dropout2"),
        layers.Flatten(name="flatten"),
        layers.Dense(128, activation="relu", dtype=policy, name="dense1"),
        norm("norm4"),
        layers.Dropout(0.2, dtype=policy, name="dropout3"),
    ]


def start_high_pass(model: keras.Model, *, norm: float = 3.0, seed: int = 0) -> None:
    """Start the first layer as zero-mean filters, in place.

    What separates generated from photographed faces lives in high-frequency residuals (the
    idea of constrained first layers: Bayar and Stamm, 2016). A filter without a mean is blind
    to brightness; `norm` lifts the small residuals to the scale the next layer expects.

    Args:
        model: a classifier from `build_classifier`.
        norm: Euclidean norm of each filter.
        seed: of the random directions.
    """
    layer = model.get_layer("conv1")
    kernel, bias = layer.get_weights()
    filters = np.random.default_rng(seed).normal(size=kernel.shape)
    filters -= filters.mean(axis=(0, 1), keepdims=True)  # of each colour channel on its own
    filters *= norm / np.sqrt((filters**2).sum(axis=(0, 1, 2), keepdims=True))
    layer.set_weights([filters.astype(np.float32), np.zeros_like(bias)])
