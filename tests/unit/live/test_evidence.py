"""One verdict for a whole track: evidence adds up, thin evidence, hysteresis."""

import numpy as np
import pytest

from core.inference.live.evidence import (
    MAX_LOG_ODDS,
    PRIOR_S,
    STALE_S,
    THIN,
    Evidence,
    Joining,
)
from core.inference.verdict import Calibration, sigmoid

CALIBRATION = Calibration(
    temperature=1, bias=0, threshold=0.5, unsure_low=0.3, unsure_high=0.7, min_sharpness=0
)
CNN = Joining({"cnn": 1.0}, CALIBRATION)
BOTH = Joining({"cnn": 0.25, "second": 0.75}, CALIBRATION)


def _fed(log_odds: float, *, views: int = 12, every_s: float = 0.1) -> tuple[Evidence, float]:
    evidence = Evidence()
    for number in range(views):
        evidence.add("cnn", log_odds, number * every_s)
    return evidence, (views - 1) * every_s


def test_no_view_no_number():
    evidence = Evidence()
    assert evidence.p_fake(CNN) is None and evidence.judged == 0
    assert evidence.decide(0.0, CNN).reason == THIN


def test_every_view_of_the_track_counts_alike():
    evidence = Evidence()
    for time_s, value in ((0.0, 2.0), (1.0, -1.0), (60.0, 5.0)):
        evidence.add("cnn", value, time_s)
    assert evidence.means() == {"cnn": pytest.approx(2.0)}
    assert evidence.p_fake(CNN) == pytest.approx(float(sigmoid(2.0 * 60 / (60 + PRIOR_S))))


def test_each_network_speaks_by_the_mean_of_its_own_views():
    evidence = Evidence()
    for number in range(100):
        evidence.add("cnn", 4.0, number / 10)
    evidence.add("second", -2.0, 0.0)
    evidence.add("second", -4.0, 9.9)
    joined = 0.25 * 4.0 - 0.75 * 3.0
    assert evidence.p_fake(BOTH) == pytest.approx(float(sigmoid(joined * 9.9 / (9.9 + PRIOR_S))))
    assert (evidence.views("cnn"), evidence.views("second"), evidence.judged) == (100, 2, 100)


def test_no_number_and_no_verdict_before_every_network_was_heard():
    evidence, now = _fed(5.0)
    assert evidence.p_fake(BOTH) is None and evidence.decide(now, BOTH).reason == THIN
    evidence.add("second", 5.0, now)
    assert evidence.p_fake(BOTH) > 0.9
    assert evidence.decide(now, BOTH).reason == THIN  # one look of it is not enough
    evidence.add("second", 5.0, now)
    assert evidence.decide(now, BOTH).state == "fake"


def test_without_the_second_network_the_same_evidence_decides():
    evidence, now = _fed(-5.0)
    assert evidence.decide(now, BOTH).state == "unsure"
    assert evidence.decide(now, CNN).state == "real"


def test_no_view_counts_for_more_than_the_limit():
    evidence = Evidence()
    evidence.add("cnn", 1000.0, 0.0)
    assert evidence.means()["cnn"] == MAX_LOG_ODDS


def test_thin_evidence_is_unsure_by_count_and_by_span():
    few, now = _fed(3.0, views=4, every_s=1.0)
    assert few.decide(now, CNN).reason == THIN
    brief, now = _fed(3.0, views=50, every_s=0.001)
    assert brief.decide(now, CNN).reason == THIN
    enough, now = _fed(3.0)
    assert enough.decide(now, CNN).state == "fake"


@pytest.mark.parametrize(("sign", "name"), [(1, "fake"), (-1, "real")])
def test_a_verdict_is_given_beyond_the_band_and_kept_within_it(sign, name):
    evidence, now = _fed(sign * 3.0)
    assert evidence.decide(now, CNN).state == name
    for _ in range(150):  # the mean sinks to 0.67 (or rises to 0.33): inside the band
        now += 0.1
        evidence.add("cnn", sign * 0.55, now)
    assert 0.3 < evidence.p_fake(CNN) < 0.7
    assert evidence.decide(now, CNN).state == name


def test_the_band_alone_gives_no_verdict():
    evidence, now = _fed(0.4)
    verdict = evidence.decide(now, CNN)
    assert verdict.state == "unsure" and "30% and 70%" in verdict.reason


def test_evidence_that_turns_withdraws_the_verdict():
    evidence, now = _fed(3.0)
    evidence.decide(now, CNN)
    for _ in range(300):
        now += 0.1
        evidence.add("cnn", 0.1, now)
    assert 0.5 < evidence.p_fake(CNN) < 0.6
    assert evidence.decide(now, CNN).state == "unsure"


def test_a_face_that_cannot_be_judged_now_keeps_what_is_known_of_it():
    evidence, now = _fed(3.0)
    evidence.decide(now, CNN)
    evidence.add_weak("too blurred")
    later = evidence.decide(now + 10 * STALE_S, CNN)
    assert (later.state, later.reason) == ("fake", None)


def test_an_unsure_face_that_cannot_be_judged_any_more_says_why():
    evidence, now = _fed(0.4)
    evidence.add_weak("too blurred")
    assert "30% and 70%" in evidence.decide(now, CNN).reason
    assert evidence.decide(now + STALE_S + 0.1, CNN).reason == "too blurred"


def test_a_weakness_from_the_start_is_said():
    evidence = Evidence()
    evidence.add_weak("too small")
    assert evidence.decide(0.1, CNN).reason == "too small"


def test_the_first_views_weigh_little():
    evidence = Evidence()
    seen = []
    for number in range(300):
        evidence.add("cnn", 3.0, number / 10)
        seen.append(evidence.p_fake(CNN))
    assert seen == sorted(seen) and seen[0] == 0.5
    assert seen[-1] == pytest.approx(float(sigmoid(3.0)), abs=0.01)


def test_a_threshold_of_ones_own_moves_the_verdict():
    evidence, now = _fed(2.0)  # P(fake) a little above 0.7
    assert evidence.decide(now, CNN).state == "fake"
    # Within the band the last verdict may hold, but not one that was given by other rules.
    assert evidence.decide(now, CNN.accusing_from(0.8)).state == "unsure"
    assert evidence.decide(now, CNN).state == "fake"
    assert evidence.decide(now, CNN.accusing_from(0.95)).state == "unsure"
    assert CNN.accusing_from(None) is CNN


@pytest.mark.parametrize("seed", range(20))
def test_a_minute_of_swinging_views_changes_the_verdict_once_at_most(seed):
    """Views that wander as those of films do: related over a second, far apart over ten."""
    rng = np.random.default_rng(seed)
    middle, value = rng.uniform(-3, 3), 0.0
    evidence, states = Evidence(), []
    for number in range(600):
        value = 0.9 * value + rng.normal(0, 0.6)
        evidence.add("cnn", middle + value, number / 10)
        states.append(evidence.decide(number / 10, CNN).state)
    given = [state for state in states if state != "unsure"]
    assert not {"real", "fake"} <= set(given)  # never from one accusation to the other
    start = states.index(given[0]) if given else len(states)
    changes = sum(a != b for a, b in zip(states[start:], states[start + 1 :], strict=False))
    assert changes <= 3
