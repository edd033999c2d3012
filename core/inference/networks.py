"""The networks a verdict can stand on: the CNN, the second opinion, or both.

All take the same crops and give log-odds of fake, so whatever measures or shows one can measure
or show any of them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from core.artifacts import Artifact, load_registry, read_json, registered
from core.config import ARTIFACTS_DIR, DEFAULT_NETWORK, NETWORKS
from core.inference.predictor import Predictor, load_predictor
from core.inference.second import SecondOpinion, load_second
from core.inference.verdict import Calibration, Condition
from core.inference.views import face_views, mean_log_odds

_ARTIFACTS = {"cnn": "classifier", "second": "second", "both": "both"}
_FILES = {
    "cnn": ("classifier_",),
    "second": ("second_", "backbone_"),
    "both": ("classifier_", "second_", "backbone_", "both_"),
}
# What measures, tells or trains a network and has no part in a verdict on a photo.
_ASIDE = {"metrics", "history", "robustness", "generalization", "live_calibration", "weights"}


class Network(Protocol):
    """Whatever judges crops of faces."""

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Log-odds of fake before calibration, float (n,), of n squares uint8 (s, s, 3)."""


@dataclass(frozen=True)
class Cnn:
    """The mission's CNN: the mean over several framings of each face."""

    predictor: Predictor

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        if not len(crops):
            return np.zeros(0, np.float32)
        return mean_log_odds(self.predictor, np.stack([face_views(crop) for crop in crops]))


@dataclass(frozen=True)
class Heard:
    """What a panel said of n faces.

    Attributes:
        log_odds: of fake by each part, before calibration, float (n,) by its name.
        strangeness: how far each face lies from those the second opinion learned from, float
            (n,); None where nothing tells.
    """

    log_odds: dict[str, np.ndarray]
    strangeness: np.ndarray | None = None


@dataclass(frozen=True)
class Panel:
    """Networks that are asked, and how much each one's word counts in the verdict.

    Attributes:
        name: one of `NETWORKS`.
        parts: every network that is asked for its opinion, "cnn" and "second".
        weights: what the log-odds of a part are multiplied by; a part not named does not count.
        calibration: of the weighted sum, which the verdict stands on.
        part_calibrations: of each part by itself.
    """

    name: str
    parts: dict[str, Network]
    weights: dict[str, float]
    calibration: Calibration
    part_calibrations: dict[str, Calibration]

    @property
    def predictor(self) -> Predictor:
        """The CNN's, which judges video by itself."""
        return cast(Cnn, self.parts["cnn"]).predictor

    @property
    def second(self) -> SecondOpinion | None:
        """The second opinion, if it is asked."""
        part = self.parts.get("second")
        return part if isinstance(part, SecondOpinion) else None

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """The weighted sum, float (n,); only what counts is computed."""
        return self.joined({name: self.parts[name].log_odds_of(crops) for name in self.weights})

    def listen(self, crops: Sequence[np.ndarray]) -> Heard:
        """What every part says of faces, and how strange they are."""
        said = {}
        strangeness = None
        for name, part in self.parts.items():
            if isinstance(part, SecondOpinion):
                said[name], components = part.opine(crops)
                strangeness = part.strangeness(components)
            else:
                said[name] = part.log_odds_of(crops)
        return Heard(said, strangeness)

    def noted(self, conditions: Sequence[Condition], heard: Heard) -> list[Condition]:
        """Conditions of faces, with what the networks add: opinions, and which are strange."""
        strange = self._strange(heard)
        opinions = self.opinions(heard.log_odds)
        return [
            replace(
                condition,
                strange=bool(strange[number]),
                opinions={name: float(each[number]) for name, each in opinions.items()},
            )
            for number, condition in enumerate(conditions)
        ]

    def _strange(self, heard: Heard) -> np.ndarray:
        """Which faces are unlike all that was learned from: bool (n,)."""
        most = self.calibration.max_strangeness
        if heard.strangeness is None or most is None or "second" not in self.weights:
            return np.zeros(len(next(iter(heard.log_odds.values()))), bool)
        return heard.strangeness > most

    def joined(self, log_odds: dict[str, np.ndarray]) -> np.ndarray:
        """The weighted sum of what the parts said, float (n,)."""
        parts = [weight * log_odds[name] for name, weight in self.weights.items()]
        return np.sum(parts, axis=0)

    def only(self, name: str) -> "Panel":
        """The same networks with the verdict of one of them, "cnn" or "second", alone."""
        return Panel(
            name, self.parts, {name: 1.0}, self.part_calibrations[name], self.part_calibrations
        )

    def opinions(self, log_odds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calibrated P(fake) of each part by itself, float (n,) in [0, 1]."""
        return {name: self.part_calibrations[name].p_fake(odds) for name, odds in log_odds.items()}


def network_files(name: str = DEFAULT_NETWORK, folder: Path = ARTIFACTS_DIR) -> dict[str, Artifact]:
    """The shipped files that a verdict on a photo stands on, by their names in the registry.

    Args:
        name: one of `NETWORKS`.
        folder: where the artifacts lie.

    Raises:
        UserError: the registry is missing or damaged.
    """
    return {
        key: artifact
        for key, artifact in sorted(load_registry(folder).items())
        if key.startswith(_FILES[name]) and artifact.kind not in _ASIDE
    }


def checksum_of(files: dict[str, Artifact]) -> str:
    """One SHA-256 of several files: another one for every change of any of them."""
    lines = "\n".join(f"{artifact.file} {artifact.sha256}" for artifact in files.values())
    return hashlib.sha256(lines.encode()).hexdigest()


def has_second(folder: Path = ARTIFACTS_DIR) -> bool:
    """Whether a second opinion is shipped."""
    return "second_head" in registered(folder)


def load_panel(name: str = DEFAULT_NETWORK, folder: Path = ARTIFACTS_DIR) -> Panel:
    """Load what a verdict stands on.

    Args:
        name: one of `NETWORKS`; "both" is the CNN alone where no second opinion is shipped.
        folder: where the artifacts lie.

    Raises:
        UserError: a shipped file is missing or was changed.
        ValueError: another name.
    """
    if name not in NETWORKS:
        raise ValueError(f"`name` must be one of {NETWORKS}. Received: {name!r}")
    cnn = Cnn(load_predictor(folder))
    own = {"cnn": load_calibration(folder)}
    if name == "cnn" or (name == "both" and not has_second(folder)):
        return Panel("cnn", {"cnn": cnn}, {"cnn": 1.0}, own["cnn"], own)
    parts: dict[str, Network] = {"cnn": cnn, "second": load_second(folder)}
    own["second"] = load_calibration(folder, name="second")
    weights = read_json("both_joining", folder)
    both = Panel("both", parts, weights, load_calibration(folder, name="both"), own)
    return both if name == "both" else both.only(name)


def load_calibration(
    folder: Path = ARTIFACTS_DIR, *, name: str = "cnn", live: bool = False
) -> Calibration:
    """A shipped calibration of "cnn", "second" or "both": for photos, or for moving pictures.

    Raises:
        UserError: its file is missing or was changed.
    """
    kind = "live_calibration" if live else "calibration"
    return Calibration(**read_json(f"{_ARTIFACTS[name]}_{kind}", folder))
