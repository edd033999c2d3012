"""Settings of Keras that every training shares: dtype policy, weight averaging, dropout seeds."""

from pathlib import Path

import keras
import numpy as np


def resolve_policy(policy: str) -> str:
    """Turn "auto" into "mixed_bfloat16" on machines with fast bfloat16, else into "float32".

    Measured on two cores with avx512_bf16 and no AMX (`python -m bench.generate`): in bfloat16 the
    authors' DCGAN step takes 0.57 of the CPU time of float32, a step of recipe `projected` 0.80.

    Args:
        policy: a Keras dtype policy, which is returned as it is, or "auto".
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
    """Decay of an exponential moving average of weights; smaller in the first steps.

    Args:
        most: decay of late steps, in [0, 1].
        step: number of the step, from 0.
    """
    return min(most, (1 + step) / (10 + step))


def reseed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Seed dropout by (seed, epoch): a resumed run draws the same masks as an unbroken one."""
    for number, layer in enumerate(model.layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign(np.array([seed + number, epoch], dtype=np.uint32))
