"""Discriminators that see a face through a frozen network: projected GANs.

Sauer et al., "Projected GANs converge faster" (NeurIPS 2021): what EfficientNet-Lite0 knows of
pictures is not learned again. Its maps at four scales are mixed by convolutions drawn once at
random, across channels and across scales, so that no part of them can be ignored, and four small
heads, each held to slopes of 1, tell real from generated faces in them.
"""

import itertools

import keras
import numpy as np
from keras import layers

from core.config import IMAGE_SIZE
from core.models.lite0 import BLOCKS, BN_EPSILON, IMAGENET_MEAN, IMAGENET_STD

TAPS = (24, 40, 112, 320)  # channels of the maps that are looked at; strides 4, 8, 16, 32
MIXED = 64  # channels they are mixed to
SIDE = 192  # pixels a face is enlarged to: the first layer halves it, and traces are fine
AREAS = SIDE // 32  # to a side of the coarsest map
SIDES = tuple(AREAS * 2**step for step in (3, 2, 1, 0))  # of these maps
LEAK = 0.2
# Channels of each head's layers by the map it looks at; those of stride 2 come first, until the
# map is as small as the coarsest.
HEADS = {48: (64, 64, 128), 24: (128, 192), 12: (128, 192), 6: (192, 192)}


def build_projection(lite0: keras.Model, *, seed: int = 0, policy: str = "float32") -> keras.Model:
    """Build the frozen part: Lite0's maps at four scales, mixed.

    Args:
        lite0: from `core.models.lite0.build_lite0`, with weights learned on ImageNet.
        seed: of the random mixture.
        policy: Keras dtype policy.

    Returns:
        A model without trainable weights, from float32 (batch, 128, 128, 3) in [0, 1] to four
        maps, (batch, side, side, 64) with the sides of `SIDES`, of values around 1.
    """
    face = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3), name="face")
    seeds = itertools.count(1000 * seed)

    def mix(size: int, name: str) -> layers.Layer:
        start = keras.initializers.VarianceScaling(1.0, "fan_in", "normal", seed=next(seeds))
        settings = {"padding": "same", "dtype": policy, "name": name}
        return layers.Conv2D(MIXED, size, kernel_initializer=start, **settings)

    maps = [mix(1, f"tap{channels}")(tap) for channels, tap in _taps(face, policy).items()]
    mixed = [maps.pop()]
    while maps:
        coarser = mix(3, f"below{len(maps)}")(mixed[0])
        coarser = layers.UpSampling2D(2, interpolation="bilinear", dtype=policy)(coarser)
        mixed.insert(0, layers.Add(dtype=policy)([maps.pop(), coarser]))
    projection = keras.Model(face, mixed, name="projection")
    _take_over(projection, lite0)
    projection.trainable = False
    return projection


def build_heads(*, seed: int = 0, policy: str = "float32") -> keras.Model:
    """Build the four heads that learn.

    Args:
        seed: of their first weights.
        policy: Keras dtype policy of all but the outputs.

    Returns:
        A model from the maps of `build_projection` to four lists of logits, float32
        (batch, 6, 6, 1): for each place of the face, how real it looks.
    """
    maps = [keras.Input((side, side, MIXED)) for side in SIDES]
    seeds = itertools.count(1000 * seed + 500)

    def conv(x, filters: int, size: int, strides: int, dtype: str = policy):
        start = keras.initializers.GlorotUniform(next(seeds))
        inner = layers.Conv2D(
            filters, size, strides, padding="same", kernel_initializer=start, dtype=dtype
        )
        # In bfloat16 the norm would round the weights at every step.
        return layers.SpectralNormalization(inner, dtype="float32")(x)

    logits = []
    for x in maps:
        for filters in HEADS[x.shape[1]]:
            shrinking = x.shape[1] > AREAS
            x = conv(x, filters, 4 if shrinking else 3, 2 if shrinking else 1)
            x = layers.LeakyReLU(LEAK, dtype=policy)(x)
        logits.append(conv(x, 1, 3, 1, "float32"))
    return keras.Model(maps, logits, name="heads")


def _taps(face, policy: str) -> dict:
    """Lite0's last map at each scale by its channels, normalizations folded into convolutions."""
    x = layers.Resizing(SIDE, SIDE, interpolation="bilinear", dtype="float32")(face)
    variance = [std**2 for std in IMAGENET_STD]
    x = layers.Normalization(mean=IMAGENET_MEAN, variance=variance, dtype="float32")(x)
    numbers, taps = itertools.count(), {}

    def conv(x, filters: int | None, size: int, stride: int, *, linear: bool = False):
        settings = {"padding": "same", "dtype": policy, "name": f"frozen{next(numbers)}"}
        if filters is None:
            x = layers.DepthwiseConv2D(size, stride, **settings)(x)
        else:
            x = layers.Conv2D(filters, size, stride, **settings)(x)
        return x if linear else layers.ReLU(6.0, dtype=policy)(x)

    x = conv(x, 32, 3, 2)
    for size, stride, widening, filters, count in BLOCKS:
        for number in range(count):
            inner = conv(x, x.shape[-1] * widening, 1, 1) if widening > 1 else x
            inner = conv(inner, None, size, stride if number == 0 else 1)
            inner = conv(inner, filters, 1, 1, linear=True)
            x = layers.Add(dtype=policy)([x, inner]) if number else inner
        if filters in TAPS:
            taps[filters] = x
    return taps


def _take_over(projection: keras.Model, lite0: keras.Model) -> None:
    """Fold each normalization into the convolution before it, and scale what is looked at.

    A normalization tells mean and spread of each channel over ImageNet; by those of the blocks
    that a map is the sum of, each of its channels is brought to mean 0 and spread 1 before it is
    mixed, or the loudest few would drown the rest.
    """
    kinds = layers.Conv2D | layers.DepthwiseConv2D | layers.BatchNormalization
    learned = [layer.get_weights() for layer in lite0.layers if isinstance(layer, kinds)]
    pairs = list(zip(learned[::2], learned[1::2], strict=True))[:-1]  # no head
    means, variances = (dict.fromkeys(TAPS, 0.0) for _ in range(2))
    for number, ((kernel,), (gamma, beta, mean, variance)) in enumerate(pairs):
        scale = gamma / np.sqrt(variance + BN_EPSILON)
        layer = projection.get_layer(f"frozen{number}")
        shape = (-1, 1) if isinstance(layer, layers.DepthwiseConv2D) else (-1,)
        layer.set_weights([kernel * scale.reshape(shape), beta - mean * scale])
        if gamma.size in TAPS:
            means[gamma.size] += beta
            variances[gamma.size] += gamma**2
    for channels in TAPS:
        layer = projection.get_layer(f"tap{channels}")
        kernel = layer.get_weights()[0] / np.sqrt(variances[channels])[:, None]
        layer.set_weights([kernel, -(means[channels] @ kernel[0, 0])])
