"""Generators that nobody trained: between two stored epochs of the DCGAN, with filters shaken.

A detector that has seen two or three generators of a family knows these by heart. Each variant
leaves traces of its own, as another run of the same architecture would; the shipped generator
and its neighbour among the stored epochs are never among them, so faces of the shipped one test
a detector that learned from variants.
"""

from pathlib import Path

import numpy as np

from core.artifacts import read_artifact
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.generators.dcgan import Dcgan, list_snapshots
from core.runtime import read_network

KEPT_BACK = 2  # of the stored epochs the newest: the shipped one, and its neighbour
REACH = (-0.15, 1.15)  # how far along the line between two epochs, beyond both ends by a little
MAX_GAIN = 0.25  # standard deviation of a filter's log gain
MAX_NOISE = 0.2  # of a weight, relative to its layer's


def make_variant(number: int, folder: Path = ARTIFACTS_DIR) -> Dcgan:
    """One of any number of generators, the same for the same number.

    Args:
        number: seed of all its chances.
        folder: where the stored epochs lie.

    Raises:
        UserError: fewer than two epochs are stored beside those kept back.
    """
    names = list(list_snapshots(folder).values())[:-KEPT_BACK]
    if len(names) < 2:
        raise UserError("Variants need at least four stored epochs of a DCGAN in artifacts/.")
    rng = np.random.default_rng(number)
    one, other = (_network(names[at], folder) for at in rng.choice(len(names), 2, replace=False))
    share, gain, noise = rng.uniform(*REACH), rng.uniform(0, MAX_GAIN), rng.uniform(0, MAX_NOISE)
    for mine, theirs in zip(_weights(one), _weights(other), strict=True):
        values, goal = (np.array(node.data, np.float32) for node in (mine, theirs))
        values = _shaken(values + share * (goal - values), gain, noise, rng)
        _replace(mine, values)
    return Dcgan.of_network(one, f"variant{number}")


def _network(name: str, folder: Path):
    files = (read_artifact(f"{name}_{kind}", folder) for kind in ("graph", "constants"))
    return read_network(*files)


def _weights(network) -> list:
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


def _replace(node, values: np.ndarray) -> None:
    import openvino as ov

    new = ov.op.Constant(values.astype(node.data.dtype))
    node.output(0).replace(new.output(0))
