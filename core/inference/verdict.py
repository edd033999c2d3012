"""From a log-odds to a verdict one can act on: real, fake, or unsure with the reason."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum, StrEnum

import numpy as np

from core.config import CLASS_NAMES, FAKE, MIN_FACE_PX, REAL
from core.inference.appearance import is_colourless, sharpness

MAX_OUTSIDE = 0.2  # share of the face's square that may be missing from the picture
NO_FACE = "No face was found. Faces turned far away, covered or very small may be missed."


class State(StrEnum):
    """What a verdict can be: a class, or a refusal to name one (a reject option)."""

    REAL = CLASS_NAMES[REAL]
    FAKE = CLASS_NAMES[FAKE]
    UNSURE = "unsure"

    __repr__ = str.__repr__  # it is that word wherever it is written or printed


class Doubt(IntEnum):
    """What the condition of a face leaves of a verdict on it."""

    NONE = 0
    NO_ALL_CLEAR = 1  # it may be called fake, and is never called real
    NO_VERDICT = 2  # unsure, whatever its P(fake)


# What the three states are called wherever a person reads them: whole, and where room is short.
WORDS: dict[str, str] = {
    State.REAL: "No trace of a generator found",
    State.FAKE: "Likely generated",
    State.UNSURE: "Unsure",
}
SHORT_WORDS: dict[str, str] = {
    State.REAL: "no trace",
    State.FAKE: "generated",
    State.UNSURE: "unsure",
}
CLASS_WORDS = {"real": "real photo", "fake": "generated"}
OPINION_WORDS = {"cnn": "the CNN", "second": "the second opinion"}
COLOURLESS = (
    "The face is black and white, or has one tint. Without colours a generator is noticed less "
    "often, so there is no all-clear."
)
COLOURLESS_RULE = "A black and white or toned face is called generated or unsure, never cleared."
STRANGE = "The face is unlike anything the networks learned from, so P(fake) means little here."
P_FAKE_MEANS = (
    "P(fake) is the probability that a generator made the face: of the faces that get 70%, "
    "70 in 100 are generated, if half of all are."
)


@dataclass(frozen=True)
class Calibration:
    """What turns log-odds into honest probabilities and verdicts, fitted on the valid split.

    Attributes:
        temperature, bias: P(fake) is the sigmoid of (log-odds - bias) / temperature (Platt,
            1999; without the bias: Guo et al., ICML 2017); temperature is above 0.
        threshold: P(fake) that divides the two words.
        unsure_low, unsure_high: between them no verdict is given.
        min_sharpness: variance of the Laplacian (of `sharpness`) below which a face is too
            blurred to judge.
        max_disagreement: how far the P(fake) of two networks may lie apart, in (0, 1], before
            the verdict is unsure; None lets them lie apart as far as they will.
        max_strangeness: how far a face may lie from those that were learned from (see
            `core.inference.guard`) before the verdict is unsure; None asks nothing.
    """

    temperature: float
    bias: float
    threshold: float
    unsure_low: float
    unsure_high: float
    min_sharpness: float
    max_disagreement: float | None = None
    max_strangeness: float | None = None

    def __post_init__(self):
        if not self.temperature > 0:
            raise ValueError(f"`temperature` must be above 0. Received: {self.temperature}")
        if not 0 <= self.unsure_low <= self.threshold <= self.unsure_high <= 1:
            raise ValueError(
                "`unsure_low` <= `threshold` <= `unsure_high` must hold within [0, 1]. "
                f"Received: {asdict(self)}"
            )
        if self.max_disagreement is not None and not 0 < self.max_disagreement <= 1:
            raise ValueError(
                f"`max_disagreement` must be in (0, 1]. Received: {self.max_disagreement}"
            )

    def contradictory(self, opinions: Mapping[str, float]) -> bool:
        """Whether opinions lie farther apart than `max_disagreement` allows.

        Args:
            opinions: calibrated P(fake) of each network by itself.
        """
        if self.max_disagreement is None or not opinions:
            return False
        return max(opinions.values()) - min(opinions.values()) > self.max_disagreement

    def p_fake(self, log_odds: np.ndarray | float) -> np.ndarray:
        """Calibrated P(fake), float64 in [0, 1], of log-odds of any shape."""
        return sigmoid(self.calibrated(log_odds))

    def calibrated(self, log_odds: np.ndarray | float) -> np.ndarray:
        """Log-odds that mean what they say: float64, of the same shape."""
        return (np.asarray(log_odds, np.float64) - self.bias) / self.temperature

    def in_band(self, p_fake: np.ndarray | float) -> np.ndarray:
        """Which P(fake) lie within the unsure band: bool, of the same shape."""
        p_fake = np.asarray(p_fake)
        return (self.unsure_low < p_fake) & (p_fake < self.unsure_high)

    def states(
        self, p_fake: np.ndarray | float, doubts: np.ndarray | int = Doubt.NONE
    ) -> np.ndarray:
        """What P(fake) and doubts come to: str (`State`), of the same shape.

        The one rule for verdicts on pictures: pages, tables and figures all ask here.

        Args:
            p_fake: calibrated, in [0, 1].
            doubts: int, each a `Doubt`; see `doubt_of`.
        """
        accused, doubts = np.asarray(p_fake) >= self.threshold, np.asarray(doubts)
        spared = (doubts == Doubt.NO_VERDICT) | ((doubts == Doubt.NO_ALL_CLEAR) & ~accused)
        called = np.where(accused, State.FAKE, State.REAL)
        return np.where(self.in_band(p_fake) | spared, State.UNSURE, called)

    def band_words(self) -> str:
        """Why there is no verdict within the band, in a sentence."""
        return (
            f"P(fake) lies between {exact(self.unsure_low)} and {exact(self.unsure_high)}: "
            "too high for an all-clear, too low for an accusation."
        )

    def with_threshold(self, threshold: float) -> "Calibration":
        """The same with another threshold; the unsure band moves along, in log-odds.

        Its lower end never rises: who asks for a higher threshold wants fewer accusations, and a
        P(fake) that was too high for an all-clear stays so.

        Args:
            threshold: in (0, 1).
        """
        shift = logit(threshold) - logit(self.threshold)
        ends = self.unsure_low, self.unsure_high
        low, high = (float(sigmoid(logit(end) + shift)) for end in ends)
        low, high = min(low, threshold, self.unsure_low), max(high, threshold)
        return replace(self, threshold=threshold, unsure_low=low, unsure_high=high)

    def accusing_from(self, p_fake: float) -> "Calibration":
        """The same with another upper end of the unsure band: so a face is called fake from there.

        Its lower end stays, unless faces below it are to be called fake, too.

        Args:
            p_fake: in (0, 1).
        """
        low = min(self.unsure_low, p_fake)
        threshold = min(max(self.threshold, low), p_fake)
        return replace(self, threshold=threshold, unsure_low=low, unsure_high=p_fake)


def sigmoid(log_odds: np.ndarray | float) -> np.ndarray:
    """Probability in [0, 1] of log-odds."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))


def logit(chance: float) -> float:
    """Log-odds of a probability, finite for 0 and 1 too."""
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(chance / (1 - chance))


@dataclass(frozen=True)
class Verdict:
    """Attributes: reason says why it is unsure; None where it is not."""

    state: State
    reason: str | None = None


def exact(end: float) -> str:
    """An end of the unsure band: "50%", "89.3%", "91.02%"; never a whole percentage that it isn't.

    A P(fake) of 89% may lie on either side of 89.3%.
    """
    tenths = f"{end:.1%}"
    return f"{end:.2%}".replace(".00%", "%") if tenths.endswith(".0%") else tenths


def percent(share: float) -> str:
    """A probability in words that never claim certainty: "<1%", "63%", ">99%"."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{share:.0%}"


@dataclass(frozen=True)
class Condition:
    """What is known of a face besides its P(fake), and may leave it without a verdict.

    Attributes:
        side_px: side of the face's box in the picture, in pixels.
        sharp: its `sharpness`.
        outside: share of its square that lies beyond the picture's edges.
        colourless: whether it `is_colourless`; then it is accused as any other, and never cleared.
        strange: whether it is unlike all that the networks learned from.
        opinions: calibrated P(fake) of each network by itself; may be empty.
    """

    side_px: int
    sharp: float
    outside: float = 0.0
    colourless: bool = False
    strange: bool = False
    opinions: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, face: np.ndarray, side_px: int, outside: float = 0.0) -> "Condition":
        """Of a face as the network sees it: float32 (128, 128, 3) in [0, 1]."""
        return cls(side_px, sharpness(face), outside, is_colourless(face))


def decide(p_fake: float, condition: Condition, calibration: Calibration) -> Verdict:
    """Give the verdict on one face.

    Args:
        p_fake: calibrated probability that it is generated.
        condition: see there.
        calibration: the shipped thresholds.
    """
    doubt, reason = doubt_of(condition, calibration)
    state = State(str(calibration.states(p_fake, doubt)))
    if state != State.UNSURE:
        return Verdict(state)
    if doubt != Doubt.NO_VERDICT and calibration.in_band(p_fake):
        reason = calibration.band_words()
    return Verdict(state, reason)


def doubt_of(condition: Condition, calibration: Calibration) -> tuple[Doubt, str | None]:
    """What a face's condition leaves of a verdict, and why; NONE and None where nothing is amiss.

    No threshold of P(fake) changes it.
    """
    reason = weakness(condition.side_px, condition.sharp, condition.outside, calibration)
    if reason is None and condition.strange:
        reason = STRANGE
    if reason is None and calibration.contradictory(condition.opinions):
        reason = _contradiction(condition.opinions)
    if reason is not None:
        return Doubt.NO_VERDICT, reason
    return (Doubt.NO_ALL_CLEAR, COLOURLESS) if condition.colourless else (Doubt.NONE, None)


def doubts_of(conditions: Sequence[Condition], calibration: Calibration) -> np.ndarray:
    """The doubt about each of n faces: int8 (n,), each a `Doubt`."""
    return np.array([doubt_of(each, calibration)[0] for each in conditions], np.int8)


def _contradiction(opinions: Mapping[str, float]) -> str:
    said = ", ".join(
        f"{OPINION_WORDS.get(name, name)} says P(fake) {percent(p_fake)}"
        for name, p_fake in opinions.items()
    )
    return f"The networks contradict each other: {said}."


def weakness(
    side_px: int, sharp: float, outside: float, calibration: Calibration, min_side_px: int = 0
) -> str | None:
    """Why a face cannot be judged at all, or None.

    Args:
        side_px, sharp, outside: as in `Condition`.
        calibration: the shipped thresholds.
        min_side_px: what the user asks for beyond `MIN_FACE_PX`.
    """
    least = max(MIN_FACE_PX, min_side_px)
    if side_px < least:
        why = "the traces are lost" if least == MIN_FACE_PX else "none is judged, as you set it"
        return f"The face is only {side_px} px wide; under {least} px {why}."
    if outside > MAX_OUTSIDE:
        return (
            f"The face is cut by the picture's border ({outside:.0%} of what is judged is "
            "missing, and the picture's mirror image stands there): leave more room around it."
        )
    if sharp < calibration.min_sharpness:
        return "The face is too blurred: the fine traces that give a generator away are gone."
    return None
