"""Generators that nobody trained: between two stored epochs of the DCGAN, with filters shaken.

A detector that has seen two or three generators of a family knows these by heart. Each variant
leaves traces of its own, as another run of the same architecture would; the shipped generator
and its neighbour among the stored epochs are never among them, so faces of the shipped one test
a detector that learned from variants.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.artifacts import read_ir
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.generators.dcgan import Dcgan, list_snapshots
from core.runtime import read_network

if TYPE_CHECKING:
    from openvino import Model

Files = Callable[[], tuple[bytes, bytes]]

KEPT_BACK = 2  # of the stored epochs the newest: the shipped one, and its neighbour
REACH = (-0.15, 1.15)  # how far along the line between two epochs, beyond both ends by a little
MAX_GAIN = 0.25  # standard deviation of a filter's log gain
MAX_NOISE = 0.2  # of a weight, relative to its layer's


def make_variants(count: int, epochs: Sequence[Files]) -> list[Dcgan]:
    """Any number of generators, the same ones for the same epochs.

    Args:
        count: how many.
        epochs: the stored epochs from the oldest, each a function that gives its OpenVINO graph
            and constants.

    Raises:
        UserError: fewer than two epochs are stored beside those kept back.
    """
    usable = epochs[:-KEPT_BACK]
    if len(usable) < 2:
        raise UserError("Variants need at least four stored epochs of a DCGAN.")
    files = [load() for load in usable]
    return [_make_variant(number, files) for number in range(count)]


def shipped_epochs(folder: Path = ARTIFACTS_DIR) -> list[Files]:
    """The stored epochs that ship with the app.

    Raises:
        UserError: the registry is missing or damaged.
    """
    return [partial(read_ir, name, folder) for name in list_snapshots(folder).values()]


def _make_variant(number: int, epochs: list[tuple[bytes, bytes]]) -> Dcgan:
    rng = np.random.default_rng(number)
    pair = rng.choice(len(epochs), 2, replace=False)
    one, other = (read_network(*epochs[at]) for at in pair)
    share, gain, noise = rng.uniform(*REACH), rng.uniform(0, MAX_GAIN), rng.uniform(0, MAX_NOISE)
    for mine, theirs in zip(_weights(one), _weights(other), strict=True):
        values, goal = (np.array(node.data, np.float32) for node in (mine, theirs))
        values = _shaken(values + share * (goal - values), gain, noise, rng)
        _replace(mine, values)
    return Dcgan.of_network(one, f"variant{number}")


def _weights(network: "Model") -> list:
    """The constants that were learned, in the graph's order: all of one architecture line up."""
    constants = (node for node in network.get_ops() if node.get_type_name() == "Constant")
    return [
        node
        for node in constants
        if node.get_output_element_type(0).is_real() and np.prod(node.get_output_shape(0)) > 1
    ]


def _shaken(values: np.ndarray, gain: float, noise: float, rng: np.random.Generator):
    if values.ndim < 2 or min(values.shape[:2]) == 1:
        return values  # biases stay
    gains = np.exp(gain * rng.standard_normal((1, values.shape[1]) + (1,) * (values.ndim - 2)))
    return values * gains + noise * rng.uniform() * values.std() * rng.standard_normal(values.shape)


def _replace(node: Any, values: np.ndarray) -> None:
    import openvino as ov

    new = ov.op.Constant(values.astype(node.data.dtype))
    node.output(0).replace(new.output(0))
