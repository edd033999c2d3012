"""Ship models and the card that tells of them: both, or neither where the card cannot be told."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from core.artifacts import Shipment, load_registry, ship_all


def ship_with_card(
    write_card: Callable[[Path], object],
    shipments: Iterable[Shipment],
    *,
    withdrawn: tuple[str, ...] = (),
    folder: Path,
) -> None:
    """`ship_all`, then the card; first in a copy, so that what fails there has replaced nothing.

    Args:
        write_card: renders the card of what is shipped in a folder.
        shipments, withdrawn: as in `ship_all`.
        folder: where the registry lies; one is started there if there is none.
    """
    shipments = list(shipments)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        if folder.exists():
            shutil.copytree(folder, copy)
        for place in (copy, folder):
            ship_all(shipments, withdrawn=withdrawn, folder=place)
            write_card(place)


def kept_anew(name: str, values: dict[str, dict], short: dict, folder: Path) -> Shipment:
    """JSON files of what is shipped already, in the place of those there.

    Args:
        name: "both", "classifier" or "second".
        values: by kind, "metrics", "calibration" or "joining".
        short: the figures that the registry tells.
        folder: where the registry lies.
    """
    files = {f"{kind}.json": json.dumps(value).encode() for kind, value in values.items()}
    return Shipment(name, files, load_registry(folder)[f"{name}_calibration"].data, short)
