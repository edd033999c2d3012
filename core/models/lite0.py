"""EfficientNet-Lite0 (Tan and Le, ICML 2019; the Lite variants, Liu, 2020).

3.4 million parameters, no squeeze-and-excitation. It looks for traces within the second opinion
(recipe `traces`), and a frozen one is what the DCGAN's projected discriminators see through.
"""

import keras
from keras import layers

SIDE_PX = 224  # of its faces: what it learned ImageNet at
AREAS = SIDE_PX // 32  # to a side of its last map
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
BN_EPSILON = 1e-3

# Kernel side, stride of the first, widening, channels, how many.
BLOCKS = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


def build_lite0(*, bn_momentum: float = 0.99, side_px: int = SIDE_PX) -> keras.Model:
    """Build EfficientNet-Lite0 for faces, with weights drawn at random.

    Args:
        bn_momentum: momentum of the batch statistics' moving averages.
        side_px: of the faces it takes.

    Returns:
        A model from float32 (batch, side_px, side_px, 3) in [0, 1] to logits, float32
        (batch, 2); index 0 is fake, 1 is real. Its weights lie in the order of the layers.
    """
    face = keras.Input((side_px, side_px, 3), name="face")
    variance = [std**2 for std in IMAGENET_STD]
    x = layers.Normalization(mean=IMAGENET_MEAN, variance=variance, name="center")(face)
    x = _conv(x, 32, 3, 2, bn_momentum)
    channels = 32
    for size, stride, widening, filters, count in BLOCKS:
        for number in range(count):
            step = stride if number == 0 else 1
            x = _block(x, channels, filters, size, step, widening, bn_momentum)
            channels = filters
    x = _conv(x, 1280, 1, 1, bn_momentum)
    x = layers.Activation("linear", name="areas")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(face, layers.Dense(2, name="out")(x), name="lite0")


def with_evidence(lite0: keras.Model) -> keras.Model:
    """The same network, which also tells what each area of a face adds to its verdict.

    Its last layers are an average over areas and a dense layer, so the log-odds of a face are the
    mean of those of its areas (class activation maps: Zhou et al., CVPR 2016).

    Args:
        lite0: from `build_lite0`.

    Returns:
        A model of the same input to the logits, and to float32 (batch, 7, 7): the log-odds of
        fake by area.
    """
    kernel, bias = lite0.get_layer("out").get_weights()
    per_area = layers.Dense(1, name="evidence")
    evidence = layers.Reshape((AREAS, AREAS))(per_area(lite0.get_layer("areas").output))
    per_area.set_weights([kernel[:, :1] - kernel[:, 1:], bias[:1] - bias[1:]])
    return keras.Model(lite0.input, [lite0.output, evidence], name="lite0")


def _block(x, channels: int, filters: int, size: int, stride: int, widening: int, momentum: float):
    """An inverted residual (Sandler et al., CVPR 2018): widen, look around, narrow."""
    inner = x
    if widening > 1:
        inner = _conv(inner, channels * widening, 1, 1, momentum)
    inner = layers.DepthwiseConv2D(size, stride, padding="same", use_bias=False)(inner)
    inner = _norm(inner, momentum)
    inner = _conv(inner, filters, 1, 1, momentum, linear=True)
    return layers.Add()([x, inner]) if stride == 1 and channels == filters else inner


def _conv(x, filters: int, size: int, stride: int, momentum: float, *, linear: bool = False):
    x = layers.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)
    return _norm(x, momentum, linear=linear)


def _norm(x, momentum: float, *, linear: bool = False):
    x = layers.BatchNormalization(momentum=momentum, epsilon=BN_EPSILON)(x)
    return x if linear else layers.ReLU(6.0)(x)
