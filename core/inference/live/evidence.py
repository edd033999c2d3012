"""What is known of one face so far: log-odds averaged over time, and a verdict that holds."""

import math

from core.inference.verdict import Calibration, Verdict, sigmoid

MIN_JUDGEMENTS = 5  # fewer are thin evidence
MIN_SPAN_S = 0.8  # and so are many within a moment: they all show the same frame
HOLD_S = 1.0  # a verdict stands at least that long
STALE_S = 1.0  # without a usable view for longer the verdict is withdrawn
PRIOR_VIEWS = 4  # the first views are weighed against as many that say nothing
MAX_LOG_ODDS = 4.0  # no single frame counts for more
THIN = "Not enough frames yet."
JUST_CHANGED = "The evidence has just turned; a verdict follows if it lasts."


class Evidence:
    """Averages the calibrated log-odds of one face with an exponential memory.

    Frames of one video are far from independent, so the average is read as a probability as it
    is and not sharpened by their number. The verdict has hysteresis: it is given beyond the
    unsure band and withdrawn only half-way back to the threshold.
    """

    def __init__(self, started_s: float):
        self.judged = 0
        self.total = 0.0  # over the whole track, for the report
        self._sum, self._weight = 0.0, float(PRIOR_VIEWS)
        self._first_s = self._last_s = self._good_s = started_s
        self._weakness: str | None = None
        self._changed_s = -math.inf
        self.state = "unsure"

    def add(self, log_odds: float, time_s: float, memory_s: float) -> None:
        """Take in a usable view of the face.

        Args:
            log_odds: calibrated log(P(fake) / P(real)).
            time_s: when it was seen.
            memory_s: after this time a view counts for 1/e.
        """
        value = min(max(log_odds, -MAX_LOG_ODDS), MAX_LOG_ODDS)
        if not self.judged:
            self._first_s = self._last_s = time_s
        kept = math.exp(-max(0.0, time_s - self._last_s) / memory_s)
        self._sum, self._weight = self._sum * kept + value, self._weight * kept + 1.0
        self._last_s = self._good_s = time_s
        self._weakness = None
        self.judged += 1
        self.total += value

    def add_weak(self, reason: str) -> None:
        """Note that the face could not be judged now, and why."""
        self._weakness = reason

    @property
    def p_fake(self) -> float | None:
        """The average as a probability; None before the first usable view."""
        return float(sigmoid(self._sum / self._weight)) if self.judged else None

    @property
    def p_fake_overall(self) -> float | None:
        """The same over the whole track, all views alike."""
        return float(sigmoid(self.total / self.judged)) if self.judged else None

    def decide(self, time_s: float, calibration: Calibration) -> Verdict:
        """The verdict now. Call it once a frame, with rising times."""
        reason = self._reason_to_wait(time_s)
        wanted = "unsure" if reason else self._wanted(self.p_fake, calibration)
        if wanted != self.state and (reason or time_s - self._changed_s >= HOLD_S):
            self.state, self._changed_s = wanted, time_s
        if self.state != "unsure":
            return Verdict(self.state)
        if reason is None and wanted == "unsure":
            reason = _band(calibration)
        return Verdict("unsure", reason or JUST_CHANGED)

    def _reason_to_wait(self, time_s: float) -> str | None:
        if self._weakness and time_s - self._good_s > STALE_S:
            return self._weakness
        if self.judged < MIN_JUDGEMENTS or self._last_s - self._first_s < MIN_SPAN_S:
            return self._weakness or THIN
        return None

    def _wanted(self, p_fake: float, calibration: Calibration) -> str:
        if p_fake >= calibration.unsure_high:
            return "fake"
        if p_fake <= calibration.unsure_low:
            return "real"
        middle = calibration.threshold
        if self.state == "fake" and p_fake < (middle + calibration.unsure_high) / 2:
            return "unsure"
        if self.state == "real" and p_fake > (middle + calibration.unsure_low) / 2:
            return "unsure"
        return self.state


def _band(calibration: Calibration) -> str:
    return (
        f"The average lies between {calibration.unsure_low:.0%} and "
        f"{calibration.unsure_high:.0%}, where the model errs too often."
    )
