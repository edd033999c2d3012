"""Serve networks that are shipped already in 8 bits, where that does no harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.artifacts import IR, Shipment, load_registry, read_ir, ship_all
from core.config import ARTIFACTS_DIR, IMAGE_SIZE
from core.dataset.index import load_split
from core.inference.second import SIDE_PX
from core.publishing.eight_bits import CNN_EXACT, TRACES_EXACT, is_rounded, predictor_in_eight_bits
from core.publishing.model_card import write_model_card
from core.training.second.session import SecondRecipe, chosen_faces


@dataclass(frozen=True)
class _Served:
    """A shipped network: its name in the registry, the side of its faces in pixels, and how many
    of its convolutions stay exact."""

    name: str
    side_px: int
    exact: int


NETWORKS = (
    _Served("classifier", IMAGE_SIZE, CNN_EXACT),
    _Served("second_traces", SIDE_PX, TRACES_EXACT),
)


def publish_in_eight_bits(data: Path, *, folder: Path = ARTIFACTS_DIR) -> Iterator[str]:
    """Round what is shipped to 8 bits, if that does no harm on valid, and change nothing else.

    Calibrations stay, so a change of P(fake) that all faces share counts as harm here, too.

    Args:
        data: the data set it was published with.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the data or the shipped networks cannot be used, or NNCF is not installed.

    Example:
        for line in publish_in_eight_bits(Path("data")):
            print(line)
    """
    plain = {network: read_ir(network.name, folder) for network in NETWORKS}
    index, _ = load_split(data, "valid")
    train, valid = (chosen_faces(index, split, SecondRecipe()) for split in ("train", "valid"))
    for network, files in plain.items():
        yield _round(network, files, train, valid, folder)
    write_model_card(folder)
    yield "Wrote MODEL_CARD.md."


def _round(
    network: _Served,
    plain: tuple[bytes, bytes],
    train: pd.DataFrame,
    valid: pd.DataFrame,
    folder: Path,
) -> str:
    """Ship one network in 8 bits, if that does no harm; says how it went."""
    if is_rounded(*plain):
        return f"{network.name}: in 8 bits already."
    rounded, harm = predictor_in_eight_bits(
        plain, train, valid, side_px=network.side_px, exact=network.exact, recalibrated=False
    )
    if harm.harmless:
        before = load_registry(folder)[f"{network.name}_constants"]
        files = dict(zip(IR, rounded, strict=True))
        ship_all([Shipment(network.name, files, before.data, before.metrics)], folder=folder)
    return f"{network.name} in 8 bits: {harm}."
