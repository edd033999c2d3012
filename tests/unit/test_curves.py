"""Points of curves on hand-made verdicts."""

import numpy as np
import pytest

from core.config import FAKE, REAL
from core.evaluation import curves
from core.inference.verdict import Calibration

LABELS = np.array([FAKE, FAKE, FAKE, REAL, REAL, REAL], np.int32)
P_FAKE = np.array([0.95, 0.85, 0.30, 0.55, 0.25, 0.05])


def test_the_roc_goes_through_what_each_threshold_gives():
    curve = curves.roc(LABELS, P_FAKE)
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    place = np.flatnonzero(curve.threshold == 0.55)
    assert [(curve.x[p], curve.y[p]) for p in place] == [(pytest.approx(1 / 3), 2 / 3)]
    assert curve.threshold.max() <= 1


def test_precision_and_recall():
    curve = curves.precision_recall(LABELS, P_FAKE)
    place = np.flatnonzero(curve.threshold == 0.55)[0]
    assert (curve.x[place], curve.y[place]) == (2 / 3, pytest.approx(2 / 3))


def test_reliability_counts_every_face_once_and_knows_empty_bins():
    points = curves.reliability(LABELS, P_FAKE)
    assert points.count.sum() == 6 and len(points.count) == 6  # 0.3 begins the fourth bin
    top = points.mean_p_fake.argmax()
    assert points.share_fake[top] == 1.0 and points.low[top] < 1.0 <= points.high[top] + 1e-9
    both = curves.reliability(np.array([FAKE, REAL]), np.array([0.41, 0.49]))
    assert both.share_fake.tolist() == [0.5] and both.mean_p_fake == pytest.approx([0.45])


def test_certainty_one_counts_in_the_last_bin():
    assert curves.reliability(np.array([FAKE]), np.array([1.0])).count.tolist() == [1]


def test_the_surest_are_answered_first():
    curve = curves.coverage_accuracy(LABELS, P_FAKE, 0.5)
    assert curve.x == pytest.approx(np.arange(1, 7) / 6)
    # by distance from 0.5: two sure and right ones, 0.85, 0.25, then the wrong 0.30 and 0.55
    assert curve.y == pytest.approx([1, 1, 1, 1, 4 / 5, 4 / 6])


@pytest.mark.parametrize(
    ("threshold", "counts"), [(0.5, [[2, 0, 1], [0, 1, 2]]), (0.26, [[2, 1, 0], [1, 1, 1]])]
)
def test_confusion_counts_unsure_faces_apart_and_moves_with_the_threshold(threshold, counts):
    rules = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0).with_threshold(threshold)
    assert curves.confusion(LABELS, rules.states(P_FAKE)).tolist() == counts


def test_a_roc_in_short_keeps_what_the_whole_one_says_at_its_places():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 4000)
    p_fake = np.clip(rng.normal(0.6 - 0.2 * labels, 0.2), 0, 1)
    short, whole = curves.roc_in_short(labels, p_fake), curves.roc(labels, p_fake)
    assert short["fpr"][0] == 0 and short["tpr"][-1] == 1
    for fpr, tpr in zip(short["fpr"], short["tpr"], strict=True):
        assert tpr == pytest.approx(whole.y[whole.x <= fpr].max(), abs=1e-4)


def test_of_one_class_there_is_no_roc_in_short():
    assert curves.roc_in_short(np.array([FAKE, FAKE]), np.array([0.2, 0.9])) is None
