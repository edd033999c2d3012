"""Weights and optimizers' states as plain arrays in a run's files."""

from pathlib import Path

import numpy as np

from core.arrays import pack_arrays, unpack_arrays
from core.errors import UserError


def pack_weights(weights: list[np.ndarray], *, half: bool = False) -> bytes:
    """Weights in a model's order as the bytes of an `.npz` file, which is read without pickle.

    Args:
        weights: float32 arrays.
        half: store them as float16.
    """
    dtype = np.float16 if half else None
    named = {f"w{number:03d}": np.asarray(array, dtype) for number, array in enumerate(weights)}
    return pack_arrays(named)


def stack(parts: dict[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    """Lists of arrays as one checkpoint: those of kind "w" are named "w000", "w001", ..."""
    return {f"{k}{n:03d}": array for k, arrays in parts.items() for n, array in enumerate(arrays)}


def unstack(state: dict[str, np.ndarray], kind: str) -> list[np.ndarray]:
    """The arrays of one kind (a letter) of a checkpoint that `stack` made, in their order."""
    names = sorted(name for name in state if name[0] == kind and name[1:].isdigit())
    return [state[name] for name in names]


def load_weights(source: Path | bytes) -> list[np.ndarray]:
    """Read what `pack_weights` made: the file, or its bytes.

    Raises:
        UserError: the file is missing or damaged.
    """
    arrays = load_arrays(source)
    return [arrays[name] for name in sorted(arrays)]


def load_arrays(source: Path | bytes) -> dict[str, np.ndarray]:
    """Read named arrays of a run: the file, or its bytes.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        return unpack_arrays(source)
    except ValueError as error:
        named = source if isinstance(source, Path) else "A file of weights"
        raise UserError(
            f"{named} is missing or damaged. Start a new run in another folder."
        ) from error
