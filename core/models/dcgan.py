"""The DCGAN's two networks, fixed to the parameter (Radford et al., ICLR 2016)."""

import keras
from keras import layers

from core.config import LATENT_DIM
from core.models.classifier import trunk

FIRST_SIDE, FIRST_CHANNELS = 8, 128
UPSAMPLING_CHANNELS = (64, 128, 64, 64)  # each doubles the side: 8 -> 128
LEAK = 0.2


def build_generator(*, policy: str = "float32") -> keras.Sequential:
    """Build the network that turns noise into a face: 1,520,643 parameters.

    Args:
        policy: Keras dtype policy of the layers; the sigmoid always computes in float32.

    Returns:
        A model from float32 (batch, 128), drawn from N(0, 1), to float32
        (batch, 128, 128, 3), RGB, in [0, 1].
    """
    inner = [
        layers.Dense(FIRST_SIDE**2 * FIRST_CHANNELS, dtype=policy, name="first"),
        layers.Reshape((FIRST_SIDE, FIRST_SIDE, FIRST_CHANNELS), dtype=policy, name="fold"),
    ]
    for number, channels in enumerate(UPSAMPLING_CHANNELS, start=1):
        inner += [
            layers.Conv2DTranspose(
                channels, 4, strides=2, padding="same", dtype=policy, name=f"up{number}"
            ),
            layers.LeakyReLU(LEAK, dtype=policy, name=f"leaky{number}"),
        ]
    inner += [
        layers.Conv2D(3, 5, padding="same", dtype=policy, name="picture"),
        layers.Activation("sigmoid", dtype="float32", name="sigmoid"),
    ]
    return keras.Sequential([keras.Input((LATENT_DIM,), name="latent"), *inner], name="generator")


def build_discriminator(
    *, logits: bool = True, bn_momentum: float = 0.99, policy: str = "float32"
) -> keras.Sequential:
    """Build the network that the generator plays against: 1,666,753 parameters.

    The classifier's layers with one output.

    Args:
        logits: leave out the sigmoid of the last layer, as training wants it.
        bn_momentum, policy: as for the classifier.

    Returns:
        A model from float32 (batch, 128, 128, 3) in [0, 1] to float32 (batch, 1): the
        log-odds that the face is real, or with `logits=False` their probability.
    """
    head = layers.Dense(1, activation=None if logits else "sigmoid", dtype="float32", name="out")
    return keras.Sequential([*trunk(bn_momentum, policy, policy), head], name="discriminator")
