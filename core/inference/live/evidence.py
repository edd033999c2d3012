"""The evidence on one face: mean log-odds over its track, and a verdict with hysteresis.

The one place for the rule on what evidence is enough: the drawn box, the page and the table of a
video all show the verdict from here.
"""

from dataclasses import dataclass, field, replace

from core.inference.verdict import Calibration, State, Verdict, logit, sigmoid

MIN_VIEWS = 5  # in all; fewer are too little evidence
MIN_VIEWS_EACH = 2  # of every network that counts
MIN_SPAN_S = 0.8  # from the first to the last view: views of one moment are almost the same
PRIOR_S = 1.0  # log-odds are multiplied by span / (span + this)
STALE_S = 1.0  # after this long without a usable view the verdict unsure names the reason
MAX_LOG_ODDS = 8.0  # the log-odds of a view are clipped to this
THIN = "Too little of the face was seen: a verdict needs about a second of it."


@dataclass(frozen=True)
class Joining:
    """How the networks' log-odds of a track become one probability.

    Attributes:
        weights: name of each network that counts -> weight of its mean log-odds.
        calibration: of the weighted sum, fitted on whole tracks.
    """

    weights: dict[str, float]
    calibration: Calibration

    def accusing_from(self, p_fake: float | None) -> "Joining":
        """A copy that calls a face fake from there, in (0, 1); None keeps what was calibrated."""
        if p_fake is None:
            return self
        return replace(self, calibration=self.calibration.accusing_from(p_fake))

    def joined(self, means: dict[str, float]) -> float:
        """The weighted sum of mean log-odds, before calibration."""
        return sum(weight * means[name] for name, weight in self.weights.items())


@dataclass
class _Heard:
    """The sum and number of one network's log-odds of a track."""

    total: float = 0.0
    views: int = 0


@dataclass
class Evidence:
    """Averages the networks' log-odds of one face over all its views.

    Frames of a video are far from independent, so the probability is calibrated from the mean
    log-odds and not from their sum; with a short span it is shrunk towards one half. The verdict
    has hysteresis: it is given outside the unsure band, and withdrawn half-way from the band's end
    to the threshold.

    Attributes:
        state: of the latest `decide`.
    """

    state: State = State.UNSURE
    _heard: dict[str, _Heard] = field(default_factory=dict)
    _first_s: float | None = None
    _last_s: float | None = None
    _weakness: str | None = None
    _rules: Calibration | None = None

    def add(self, part: str, log_odds: float, time_s: float) -> None:
        """Add a network's output for a usable view of the face.

        Args:
            part: the network's name.
            log_odds: log(P(fake) / P(real)), before calibration.
            time_s: time of the view in the stream, in seconds.
        """
        heard = self._heard.setdefault(part, _Heard())
        heard.total += capped(log_odds)
        heard.views += 1
        self._first_s = time_s if self._first_s is None else min(self._first_s, time_s)
        self._last_s = time_s if self._last_s is None else max(self._last_s, time_s)
        self._weakness = None

    def add_weak(self, reason: str) -> None:
        """Note in a sentence why the face could not be judged now."""
        self._weakness = reason

    def views(self, part: str) -> int:
        """How many views a network has judged."""
        return self._heard[part].views if part in self._heard else 0

    @property
    def judged(self) -> int:
        """The largest number of views that a network has judged."""
        return max((heard.views for heard in self._heard.values()), default=0)

    def means(self) -> dict[str, float]:
        """Mean log-odds of each network over the views it judged, before calibration."""
        return {name: heard.total / heard.views for name, heard in self._heard.items()}

    def p_fake(self, joining: Joining) -> float | None:
        """Calibrated P(fake) in (0, 1); None until every network that counts has judged a view."""
        if not joining.weights.keys() <= self._heard.keys():
            return None
        worth = self._span_s / (self._span_s + PRIOR_S)
        return float(sigmoid(worth * joining.calibration.calibrated(joining.joined(self.means()))))

    def decide(self, time_s: float, joining: Joining) -> Verdict:
        """Update the verdict and return it.

        Args:
            time_s: the present time in the stream, in seconds.
            joining: as above.
        """
        thin = self.is_thin(joining)
        p_fake = None if thin else self.p_fake(joining)
        if joining.calibration != self._rules:  # a verdict by other rules holds nothing
            self.state, self._rules = State.UNSURE, joining.calibration
        self.state = State.UNSURE if p_fake is None else self._next(p_fake, joining.calibration)
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
        """Whether there are too few views, or within too short a time, for a verdict."""
        each = [self.views(part) for part in joining.weights]
        few = sum(each) < MIN_VIEWS or min(each, default=0) < MIN_VIEWS_EACH
        return few or self._span_s < MIN_SPAN_S

    def _next(self, p_fake: float, calibration: Calibration) -> State:
        """Outside the unsure band as for photos; within it the last verdict may hold."""
        if not calibration.in_band(p_fake):
            return State(str(calibration.states(p_fake)))
        high, low = calibration.unsure_high, calibration.unsure_low
        if self.state == State.FAKE and p_fake >= _half_way(calibration, high):
            return State.FAKE
        if self.state == State.REAL and p_fake <= _half_way(calibration, low):
            return State.REAL
        return State.UNSURE


def capped(log_odds: float) -> float:
    """The log-odds of one view, clipped to [-`MAX_LOG_ODDS`, `MAX_LOG_ODDS`]."""
    return min(max(float(log_odds), -MAX_LOG_ODDS), MAX_LOG_ODDS)


def _half_way(calibration: Calibration, end: float) -> float:
    """P(fake) half-way, in log-odds, between an end of the band and the threshold."""
    return float(sigmoid((logit(end) + logit(calibration.threshold)) / 2))
