"""What is known of one face so far: log-odds over its whole track, and one verdict that holds.

The one place for the rule on what evidence is enough: the drawn box, the page and the table of a
video all show the verdict that is given here.
"""

from dataclasses import dataclass, field, replace

from core.inference.verdict import Calibration, State, Verdict, logit, sigmoid

MIN_VIEWS = 5  # fewer are thin evidence
MIN_VIEWS_EACH = 2  # of every network that counts
MIN_SPAN_S = 0.8  # and so are many within a moment: they all show the same frame
PRIOR_S = 1.0  # what was seen is weighed against as long a time that says nothing
STALE_S = 1.0  # after so long without a usable view the reason for that is told
MAX_LOG_ODDS = 8.0  # no single view counts for more
THIN = "Too little of the face was seen: a verdict needs about a second of it."


@dataclass(frozen=True)
class Joining:
    """How what the networks say of a track becomes one probability.

    Attributes:
        weights: of the mean log-odds of each network that counts, by its name.
        calibration: of their weighted sum, fitted on whole tracks.
    """

    weights: dict[str, float]
    calibration: Calibration

    def with_threshold(self, threshold: float | None) -> "Joining":
        """The same with a user's threshold; None keeps the calibrated one."""
        if threshold is None:
            return self
        return replace(self, calibration=self.calibration.with_threshold(threshold))

    def joined(self, means: dict[str, float]) -> float:
        """The weighted sum, before calibration."""
        return sum(weight * means[name] for name, weight in self.weights.items())


@dataclass
class _Heard:
    """What one network said of a track."""

    total: float = 0.0
    views: int = 0


@dataclass
class Evidence:
    """Adds up what the networks say of one face; nothing is forgotten while it is followed.

    Frames of one video are far from independent, so the mean is read as a probability as it is
    and not sharpened by their number; only at first it is drawn towards one half. The verdict has
    hysteresis: given beyond the unsure band, withdrawn half-way from there to the threshold.
    """

    state: State = State.UNSURE
    _heard: dict[str, _Heard] = field(default_factory=dict)
    _first_s: float | None = None
    _last_s: float | None = None
    _weakness: str | None = None

    def add(self, part: str, log_odds: float, time_s: float) -> None:
        """Take in what a network said of a usable view of the face.

        Args:
            part: the network's name.
            log_odds: log(P(fake) / P(real)) as the network gives it, before any calibration.
            time_s: when the face was seen.
        """
        heard = self._heard.setdefault(part, _Heard())
        heard.total += capped(log_odds)
        heard.views += 1
        self._first_s = time_s if self._first_s is None else min(self._first_s, time_s)
        self._last_s = time_s if self._last_s is None else max(self._last_s, time_s)
        self._weakness = None

    def add_weak(self, reason: str) -> None:
        """Note that the face could not be judged now, and why."""
        self._weakness = reason

    def views(self, part: str) -> int:
        """How many views a network has judged."""
        return self._heard[part].views if part in self._heard else 0

    @property
    def judged(self) -> int:
        """How many views were judged, by the network that judged most."""
        return max((heard.views for heard in self._heard.values()), default=0)

    def means(self) -> dict[str, float]:
        """Mean log-odds of each network over the views it judged, before calibration."""
        return {name: heard.total / heard.views for name, heard in self._heard.items()}

    def p_fake(self, joining: Joining) -> float | None:
        """What the evidence comes to; None before every network that counts was heard."""
        if not joining.weights.keys() <= self._heard.keys():
            return None
        worth = self._span_s / (self._span_s + PRIOR_S)
        return float(sigmoid(worth * joining.calibration.calibrated(joining.joined(self.means()))))

    def decide(self, time_s: float, joining: Joining) -> Verdict:
        """The verdict as of now; it holds until the evidence speaks for another one."""
        p_fake = self.p_fake(joining)
        thin = p_fake is None or self.is_thin(joining)
        silent = p_fake is None or thin
        self.state = State.UNSURE if silent else self._next(p_fake, joining.calibration)
        if self.state != State.UNSURE:
            return Verdict(self.state)
        stale = self._last_s is None or time_s - self._last_s > STALE_S
        if self._weakness and (thin or stale):
            return Verdict(State.UNSURE, self._weakness)
        return Verdict(State.UNSURE, THIN if thin else joining.calibration.band_words())

    @property
    def _span_s(self) -> float:
        if self._first_s is None or self._last_s is None:
            return 0.0
        return self._last_s - self._first_s

    def is_thin(self, joining: Joining) -> bool:
        """Whether too little was seen for any verdict."""
        each = [self.views(part) for part in joining.weights]
        few = sum(each) < MIN_VIEWS or min(each, default=0) < MIN_VIEWS_EACH
        return few or self._span_s < MIN_SPAN_S

    def _next(self, p_fake: float, calibration: Calibration) -> State:
        """As for photos outside the unsure band; within it the last verdict holds half-way in."""
        if not calibration.in_band(p_fake):
            return State(str(calibration.states(p_fake)))
        high, low = calibration.unsure_high, calibration.unsure_low
        if self.state == State.FAKE and p_fake >= _half_way(calibration, high):
            return State.FAKE
        if self.state == State.REAL and p_fake <= _half_way(calibration, low):
            return State.REAL
        return State.UNSURE


def capped(log_odds: float) -> float:
    """The log-odds of one view, within `MAX_LOG_ODDS`."""
    return min(max(float(log_odds), -MAX_LOG_ODDS), MAX_LOG_ODDS)


def _half_way(calibration: Calibration, end: float) -> float:
    """Between an end of the band and the threshold, in log-odds."""
    return float(sigmoid((logit(end) + logit(calibration.threshold)) / 2))
