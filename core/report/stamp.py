"""What judged a picture: the model by its checksums, its thresholds, and when."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.config import ARTIFACTS_DIR
from core.imaging import encode
from core.inference.networks import checksum_of, network_files
from core.inference.photo import Inspector

if TYPE_CHECKING:  # kept out of the start of every page
    import pandas as pd


@dataclass(frozen=True)
class Stamp:
    """What a verdict came from.

    Attributes:
        network: "both", "cnn" or "second": what the verdict stands on.
        model_sha256: one checksum of all its files; another model has another.
        model_created: when the newest of them was published, UTC, ISO 8601.
        model_files: file -> SHA-256.
        threshold, unsure_low, unsure_high: of P(fake), in [0, 1].
        judged_at: UTC, ISO 8601.
    """

    network: str
    model_sha256: str
    model_created: str
    model_files: dict[str, str]
    threshold: float
    unsure_low: float
    unsure_high: float
    judged_at: str

    def short(self) -> dict:
        """All but the single files: what a row of a table has room for."""
        return {key: value for key, value in asdict(self).items() if key != "model_files"}


def now() -> str:
    """The time as reports tell it: UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def stamp_of(inspector: Inspector, judged_at: str, folder: Path = ARTIFACTS_DIR) -> Stamp:
    """What an inspector judges with.

    Args:
        inspector: made from that folder.
        judged_at: as `now` gives it.
        folder: where the artifacts lie.

    Raises:
        UserError: the registry is missing or damaged.
    """
    name, rules = inspector.panel.name, inspector.calibration
    used = network_files(name, folder)
    return Stamp(
        network=name,
        model_sha256=checksum_of(used),
        model_created=max((artifact.created for artifact in used.values()), default=""),
        model_files={artifact.file: artifact.sha256 for artifact in used.values()},
        threshold=rules.threshold,
        unsure_low=rules.unsure_low,
        unsure_high=rules.unsure_high,
        judged_at=judged_at,
    )


def stamped_table(table: "pd.DataFrame", stamps: Iterable[Stamp]) -> "pd.DataFrame":
    """A table of verdicts with what each row came from in columns of its own.

    Args:
        table: as `core.inference.report.to_table` makes it.
        stamps: one a row.
    """
    short = [stamp.short() for stamp in stamps]
    names = short[0] if short else ()
    return table.assign(**{name: [each[name] for each in short] for name in names})


def stamped_png(pixels: np.ndarray, stamp: Stamp) -> bytes:
    """A picture as a PNG file that says in its text chunks what its verdicts came from.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        stamp: of the verdicts drawn on it.
    """
    text = PngInfo()
    for key, value in stamp.short().items():
        text.add_text(key, str(value))
    return encode(Image.fromarray(pixels), "PNG", pnginfo=text, compress_level=3)
