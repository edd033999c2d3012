"""Ship models and the card that tells of them: both, or neither where the card cannot be told."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from core.artifacts import Shipment, ship_all


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
