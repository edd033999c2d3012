"""Figures of merit against values worked out by hand."""

import math

import numpy as np
import pytest

from core.evaluation.metrics import (
    ece_by_chance,
    expected_calibration_error,
    roc_auc,
    roc_auc_ci95,
    summarize,
    tpr_at_fpr,
    wilson_ci95,
)

LABELS = np.array([0, 0, 1, 1])  # fake, fake, real, real
P_FAKE = np.array([0.9, 0.4, 0.6, 0.1])


def test_roc_auc_counts_ordered_pairs():
    assert roc_auc(LABELS, P_FAKE) == 0.75
    assert roc_auc(LABELS, 1 - P_FAKE) == 0.25
    assert math.isnan(roc_auc(np.array([1, 1]), np.array([0.1, 0.2])))


def test_roc_auc_weights():
    assert roc_auc(LABELS, P_FAKE, np.array([1, 3, 1, 1.0])) == pytest.approx((2 + 3) / 8)


def test_intervals_hold_the_estimate_and_shrink():
    low, high = roc_auc_ci95(LABELS.repeat(50), P_FAKE.repeat(50))
    assert low < 0.75 < high and high - low < 0.15
    assert roc_auc_ci95(np.repeat([1, 0], 10), np.repeat([0.1, 0.9], 10)) == wilson_ci95(10, 10)
    assert wilson_ci95(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-3)
    assert wilson_ci95(10, 10)[1] == 1.0
    assert math.isnan(wilson_ci95(0, 0)[0])


def test_ece():
    labels, p_fake = np.array([0, 0, 0, 1]), np.full(4, 0.75)
    assert expected_calibration_error(labels, p_fake) == pytest.approx(0)
    assert expected_calibration_error(np.zeros(4, int), p_fake) == pytest.approx(0.25)


def test_few_faces_have_some_ece_by_chance():
    rng = np.random.default_rng(1)
    p_fake = rng.uniform(size=200)
    drawn = [(rng.random(200) >= p_fake).astype(int) for _ in range(300)]  # 0 is fake
    mean = np.mean([expected_calibration_error(labels, p_fake) for labels in drawn])
    assert ece_by_chance(p_fake) == pytest.approx(mean, abs=0.005)
    assert ece_by_chance(p_fake.repeat(100)) < 0.1 * ece_by_chance(p_fake) + 0.003
    assert ece_by_chance(np.array([0.0, 1.0])) == 0


def test_tpr_at_fpr():
    labels = np.array([1] * 100 + [0] * 10)
    p_fake = np.concatenate([np.linspace(0, 0.5, 100), np.linspace(0.45, 0.9, 10)])
    assert tpr_at_fpr(labels, p_fake, 0.01) == 0.9
    assert tpr_at_fpr(labels, p_fake, 0.5) == 1.0


def test_summary_has_the_contracts_keys():
    figures = summarize(LABELS, P_FAKE)
    wanted = {"n", "n_real", "n_fake", "accuracy", "roc_auc", "average_precision", "ece", "brier"}
    wanted |= {"tpr_at_1pct_fpr", "recall_real", "recall_fake", "accuracy_ci95"}
    assert wanted <= set(figures)
    assert (figures["n"], figures["accuracy"]) == (4, 0.5)
    assert (figures["recall_fake"], figures["recall_real"]) == (0.5, 0.5)
    assert figures["brier"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)


def test_one_class_gives_none_not_nan():
    figures = summarize(np.ones(3, int), np.array([0.1, 0.2, 0.9]))
    assert figures["roc_auc"] is None and figures["recall_fake"] is None
    assert figures["recall_real"] == pytest.approx(2 / 3)
