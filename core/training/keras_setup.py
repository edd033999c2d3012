"""What every training asks of Keras: the fast number format, and dropout that can be resumed."""

from pathlib import Path

import keras
import numpy as np


def resolve_policy(policy: str) -> str:
    """Turn "auto" into bfloat16 where the machine computes it fast, else float32.

    Measured on two cores with avx512_bf16 and no AMX (`python -m bench.generate`): of the cores'
    time that float32 takes, the authors' DCGAN step takes 0.57, that of recipe `projected` 0.80.
    """
    if policy != "auto":
        return policy
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    fast = any(units in flags for units in ("amx_bf16", "avx512_bf16"))
    if not fast and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        fast = bool(tf.config.list_physical_devices("GPU"))
    if not fast and keras.backend.backend() == "torch":
        import torch

        fast = torch.cuda.is_available()
    return "mixed_bfloat16" if fast else "float32"


def averaging_decay(most: float, step: int) -> float:
    """How much of averaged weights stays in a step (from 0): a short memory at the start.

    Args:
        most: of a late step, in [0, 1].
        step: its number.
    """
    return min(most, (1 + step) / (10 + step))


def reseed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Tie dropout to (seed, epoch), so that a resumed epoch drops what an unbroken one would."""
    for number, layer in enumerate(model.layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign(np.array([seed + number, epoch], dtype=np.uint32))
