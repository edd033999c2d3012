"""The second opinion's network: a vision transformer with a small head on several of its layers.

ViT-S/14 (Dosovitskiy et al., ICLR 2021) as DINOv2 trained it (Oquab et al., TMLR 2024): twelve
blocks, 384 numbers a token, no registers. DINOv2's layer scales are part of the kernels here.
"""

import keras
from keras import layers, ops

SIDE_PX = 224
PATCH_PX = 14
TOKENS = (SIDE_PX // PATCH_PX) ** 2 + 1  # the class token and one for each patch
WIDTH, HEADS, BLOCKS = 384, 6, 12
READ_BLOCKS = (3, 5, 7, 9, 10, 11)  # counted from 0: traces are in early ones, things in late ones
EMBEDDING = 256  # numbers that sum a face up
FEATURES = 3 * WIDTH * len(READ_BLOCKS)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
EPSILON = 1e-6


class Embed(layers.Layer):
    """A picture as tokens: one for each patch of 14 pixels, after a class token."""

    def build(self, shape):
        self.project = layers.Conv2D(
            WIDTH, PATCH_PX, PATCH_PX, name="project", dtype=self.dtype_policy
        )
        self.project.build(shape)
        self.first = self.add_weight(shape=(1, 1, WIDTH), name="class_token")
        self.positions = self.add_weight(shape=(1, TOKENS, WIDTH), name="positions")

    def call(self, pictures):
        patches = ops.reshape(self.project(pictures), (-1, TOKENS - 1, WIDTH))
        shape = (ops.shape(patches)[0], 1, WIDTH)
        first = ops.broadcast_to(ops.cast(self.first, patches.dtype), shape)
        tokens = ops.concatenate([first, patches], axis=1)
        return tokens + ops.cast(self.positions, patches.dtype)


class Block(layers.Layer):
    """Attention and a small network, each normalized first and added to its input."""

    def build(self, shape):
        parts = {
            "norm1": (layers.LayerNormalization(epsilon=EPSILON, dtype=self.dtype_policy), WIDTH),
            "qkv": (layers.Dense(3 * WIDTH, dtype=self.dtype_policy), WIDTH),
            "out": (layers.Dense(WIDTH, dtype=self.dtype_policy), WIDTH),
            "norm2": (layers.LayerNormalization(epsilon=EPSILON, dtype=self.dtype_policy), WIDTH),
            "wide": (layers.Dense(4 * WIDTH, dtype=self.dtype_policy), WIDTH),
            "narrow": (layers.Dense(WIDTH, dtype=self.dtype_policy), 4 * WIDTH),
        }
        for name, (layer, width) in parts.items():
            layer.build((None, TOKENS, width))
            setattr(self, name, layer)

    def call(self, tokens):
        tokens = tokens + self._attend(self.norm1(tokens))
        inner = self.wide(self.norm2(tokens))
        # in float32: TensorFlow's error function is slow in bfloat16, and rough
        inner = ops.gelu(ops.cast(inner, "float32"), approximate=False)
        return tokens + self.narrow(ops.cast(inner, tokens.dtype))

    def _attend(self, tokens):
        split = ops.reshape(self.qkv(tokens), (-1, TOKENS, 3 * HEADS, WIDTH // HEADS))
        query, key, value = ops.split(split, 3, axis=2)
        fit = ops.einsum("bnhd,bmhd->bhnm", query, key) * (WIDTH // HEADS) ** -0.5
        seen = ops.einsum("bhnm,bmhd->bnhd", ops.softmax(fit), value)
        return self.out(ops.reshape(seen, (-1, TOKENS, WIDTH)))


class Summary(layers.Layer):
    """Tokens as one row: the class token, mean and standard deviation of the patches' tokens."""

    def call(self, tokens):
        tokens = ops.cast(tokens, "float32")
        patches = tokens[:, 1:]
        spread = ops.sqrt(ops.var(patches, axis=1) + EPSILON)
        return ops.concatenate([tokens[:, 0], ops.mean(patches, axis=1), spread], axis=1)


def build_second(*, frozen_blocks: int = 0, policy: str = "float32") -> keras.Model:
    """Build the second opinion's network, with weights drawn at random.

    Args:
        frozen_blocks: how many of the first blocks, and the embedding, are not trained.
        policy: Keras dtype policy of the transformer; the head computes in float32.

    Returns:
        A model from float32 (batch, 224, 224, 3) in [0, 1] to logits, float32 (batch, 2); index
        0 is fake, 1 is real. Layer "embedding" gives 256 numbers that sum a face up.
    """
    face = keras.Input((SIDE_PX, SIDE_PX, 3), name="face")
    variance = [std**2 for std in IMAGENET_STD]
    x = layers.Normalization(mean=IMAGENET_MEAN, variance=variance, name="center")(face)
    embed = Embed(name="embed", dtype=policy)
    embed.trainable = not frozen_blocks
    x = embed(x)
    rows = []
    for number in range(BLOCKS):
        block = Block(name=f"block{number}", dtype=policy)
        block.trainable = number >= frozen_blocks
        x = block(x)
        if number in READ_BLOCKS:
            row = Summary(name=f"summary{number}", dtype="float32")(x)
            norm = layers.LayerNormalization(epsilon=EPSILON, dtype="float32", name=f"even{number}")
            rows.append(norm(row))
    x = layers.Concatenate(dtype="float32", name="features")(rows)
    x = layers.Dropout(0.3, dtype="float32", name="dropout1")(x)
    x = layers.Dense(EMBEDDING, activation="gelu", dtype="float32", name="embedding")(x)
    x = layers.Dropout(0.2, dtype="float32", name="dropout2")(x)
    return keras.Model(face, layers.Dense(2, dtype="float32", name="out")(x), name="second")


def with_embedding(second: keras.Model) -> keras.Model:
    """What is shipped: from a face to log-odds of fake and the embedding, in one row.

    Args:
        second: from `build_second`; its weights are shared.

    Returns:
        A model from float32 (batch, 224, 224, 3) to float32 (batch, 257).
    """
    logits, embedding = second.output, second.get_layer("embedding").output
    log_odds = logits[:, :1] - logits[:, 1:]
    return keras.Model(second.input, ops.concatenate([log_odds, embedding], axis=1), name="opinion")
