"""The networks that judge video: the CNN on every view, the second opinion less often."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.artifacts import registered
from core.config import ARTIFACTS_DIR, DEFAULT_NETWORK
from core.errors import UserError
from core.inference.live.evidence import Joining
from core.inference.networks import Network, Panel, load_calibration, load_panel
from core.inference.predictor import Predictor

ALONE = "The CNN judges moving pictures alone."
_NOT_SHIPPED = "No second opinion is shipped."
_NOT_CALIBRATED = "The second opinion is not calibrated for moving pictures."


@dataclass(frozen=True)
class Judges:
    """The networks of a live pipeline, and how their outputs are joined.

    Attributes:
        name: the networks that count, one of `core.config.NETWORKS`.
        predictor: the CNN, run on every judged view.
        second: the second opinion, run less often; None if the CNN judges alone.
        joining: weights and calibration for a track.
        alone: the same for the CNN alone, used once `second` has failed.
        note: why the CNN judges alone although more was wanted, in a sentence, or None.
    """

    name: str
    predictor: Predictor
    second: Network | None
    joining: Joining
    alone: Joining
    note: str | None = None


def judges_of(
    panel: Panel, folder: Path = ARTIFACTS_DIR, *, wanted: str = DEFAULT_NETWORK
) -> Judges:
    """The networks of a panel with their live calibrations.

    Args:
        panel: as it judges photos.
        folder: of the artifacts, with the live calibrations.
        wanted: one of `core.config.NETWORKS`. If the panel has only the CNN, or "both" has no
            live calibration, the CNN judges alone, and `note` says why.

    Raises:
        UserError: a live calibration is missing or was changed.
    """
    alone = Joining({"cnn": 1.0}, load_calibration(folder, live=True))
    cnn = Judges("cnn", panel.predictor, None, alone, alone)
    if panel.name == "cnn":
        return cnn if wanted == "cnn" else replace(cnn, note=f"{_NOT_SHIPPED} {ALONE}")
    if panel.name == "both" and "both_live_calibration" not in registered(folder):
        return replace(cnn, note=f"{_NOT_CALIBRATED} {ALONE}")
    joining = Joining(panel.weights, load_calibration(folder, name=panel.name, live=True))
    return replace(cnn, name=panel.name, second=panel.parts["second"], joining=joining)


def load_judges(name: str = DEFAULT_NETWORK, folder: Path = ARTIFACTS_DIR) -> Judges:
    """Load the networks that judge video.

    Args:
        name: one of `core.config.NETWORKS`; "both" becomes the CNN alone, with a note, if the
            second opinion cannot be used.
        folder: of the artifacts.

    Raises:
        UserError: a required file is missing or was changed.
    """
    try:
        return judges_of(load_panel(name, folder), folder, wanted=name)
    except UserError as error:
        if name != "both":
            raise
        return replace(judges_of(load_panel("cnn", folder), folder), note=f"{error} {ALONE}")
