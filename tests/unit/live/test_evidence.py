"""The averaged verdict: thin evidence, hysteresis, hold, withdrawal."""

import math

import pytest

from core.inference.live.evidence import (
    HOLD_S,
    JUST_CHANGED,
    MAX_LOG_ODDS,
    PRIOR_VIEWS,
    STALE_S,
    THIN,
    Evidence,
)
from core.inference.verdict import Calibration, sigmoid

CALIBRATION = Calibration(
    temperature=1, bias=0, threshold=0.5, unsure_low=0.3, unsure_high=0.7, min_sharpness=0
)


def _fed(log_odds: float, *, views: int = 12, every_s: float = 0.1) -> tuple[Evidence, float]:
    evidence = Evidence(0.0)
    for number in range(views):
        evidence.add(log_odds, number * every_s, memory_s=2.0)
    return evidence, (views - 1) * every_s


def test_no_view_no_number():
    evidence = Evidence(0.0)
    assert evidence.p_fake is None and evidence.p_fake_overall is None
    assert evidence.decide(0.0, CALIBRATION).reason == THIN


def test_the_memory_is_exponential():
    evidence = Evidence(0.0)
    evidence.add(2.0, 0.0, memory_s=1.0)
    evidence.add(-1.0, 1.0, memory_s=1.0)
    kept = math.exp(-1)
    weight = (PRIOR_VIEWS + 1) * kept + 1
    assert evidence.p_fake == pytest.approx(float(sigmoid((2 * kept - 1) / weight)))
    assert evidence.p_fake_overall == pytest.approx(float(sigmoid(0.5)))


def test_no_frame_counts_for_more_than_the_limit():
    evidence = Evidence(0.0)
    evidence.add(1000.0, 0.0, memory_s=1.0)
    assert evidence.p_fake_overall == pytest.approx(float(sigmoid(MAX_LOG_ODDS)))
    assert evidence.p_fake == pytest.approx(float(sigmoid(MAX_LOG_ODDS / (PRIOR_VIEWS + 1))))


def test_thin_evidence_is_unsure_by_count_and_by_span():
    few, now = _fed(3.0, views=4, every_s=1.0)
    assert few.decide(now, CALIBRATION).reason == THIN
    brief, now = _fed(3.0, views=50, every_s=0.001)
    assert brief.decide(now, CALIBRATION).reason == THIN
    enough, now = _fed(3.0)
    assert enough.decide(now, CALIBRATION).state == "fake"


@pytest.mark.parametrize(("sign", "name"), [(1, "fake"), (-1, "real")])
def test_a_verdict_is_given_beyond_the_band_and_kept_within_it(sign, name):
    evidence, now = _fed(sign * 3.0)
    assert evidence.decide(now, CALIBRATION).state == name
    for _ in range(60):  # the average sinks to 0.64 (or rises to 0.36): inside the band
        now += 0.1
        evidence.add(sign * 0.6, now, memory_s=1.0)
    assert 0.3 < evidence.p_fake < 0.7
    assert evidence.decide(now, CALIBRATION).state == name


def test_the_band_alone_gives_no_verdict():
    evidence, now = _fed(0.4)
    verdict = evidence.decide(now, CALIBRATION)
    assert verdict.state == "unsure" and "30% and 70%" in verdict.reason


def test_half_way_back_to_the_threshold_withdraws():
    evidence, now = _fed(3.0)
    evidence.decide(now, CALIBRATION)
    for _ in range(60):
        now += 0.1
        evidence.add(0.3, now, memory_s=0.5)
    assert 0.5 < evidence.p_fake < 0.6
    assert evidence.decide(now, CALIBRATION).state == "unsure"


def test_a_verdict_stands_for_a_while():
    evidence, now = _fed(3.0)
    evidence.decide(now, CALIBRATION)
    evidence.add(-MAX_LOG_ODDS, now + 0.1, memory_s=0.001)  # forgets at once
    assert evidence.p_fake < 0.1
    assert evidence.decide(now + HOLD_S - 0.01, CALIBRATION).state == "fake"
    assert evidence.decide(now + HOLD_S, CALIBRATION).state == "real"


def test_the_reason_fits_the_number_beside_it():
    evidence, now = _fed(3.0)
    assert evidence.decide(now, CALIBRATION).state == "fake"
    evidence.add_weak("too blurred")
    later = now + STALE_S + 0.1
    assert evidence.decide(later, CALIBRATION).reason == "too blurred"
    evidence.add(MAX_LOG_ODDS, later + 0.1, memory_s=3.0)  # seen again, above the band
    assert evidence.decide(later + 0.1, CALIBRATION).reason == JUST_CHANGED
    assert evidence.decide(later + HOLD_S + 0.1, CALIBRATION).state == "fake"


def test_a_face_that_cannot_be_judged_any_more_becomes_unsure_with_the_reason():
    evidence, now = _fed(3.0)
    evidence.decide(now, CALIBRATION)
    evidence.add_weak("too blurred")
    assert evidence.decide(now + STALE_S, CALIBRATION).state == "fake"
    later = evidence.decide(now + STALE_S + 0.01, CALIBRATION)
    assert (later.state, later.reason) == ("unsure", "too blurred")


def test_a_weakness_from_the_start_is_said():
    evidence = Evidence(0.0)
    evidence.add_weak("too small")
    assert evidence.decide(0.1, CALIBRATION).reason == "too small"


def test_the_first_views_weigh_little():
    evidence = Evidence(0.0)
    seen = []
    for number in range(100):
        evidence.add(3.0, number / 10, memory_s=3.0)
        seen.append(evidence.p_fake)
    assert seen == sorted(seen) and seen[0] < 0.7
    assert seen[-1] == pytest.approx(float(sigmoid(3.0)), abs=0.001)


def test_views_around_the_threshold_do_not_flip_the_verdict():
    evidence, now = _fed(1.2)
    changes, before = 0, evidence.decide(now, CALIBRATION).state
    for number in range(1800):  # a minute at 30 views a second, swinging from real to fake
        now += 1 / 30
        evidence.add(0.3 + 3.0 * (-1) ** (number // 3), now, memory_s=3.0)
        state = evidence.decide(now, CALIBRATION).state
        changes, before = changes + (state != before), state
    assert changes <= 1  # the first verdict may be withdrawn, once
