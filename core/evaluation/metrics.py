"""Figures of merit of a detector. "Positive" is fake: the thing to be detected."""

import math
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from core.config import FAKE, REAL
from core.evaluation.intervals import wilson_ci95

ECE_BINS = 15
GUESSING = 0.5  # ROC AUC of who knows nothing


def roc_auc(labels: np.ndarray, p_fake: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Chance that a fake face scores above a real one; NaN if a class is missing.

    Args:
        labels: int (n,), 0 fake, 1 real.
        p_fake: float (n,), higher means more likely fake (any monotone score does).
        weights: float (n,) or None for equal weights.
    """
    if len(np.unique(labels)) < 2:
        return math.nan
    return float(roc_auc_score(labels == FAKE, p_fake, sample_weight=weights))


def roc_auc_ci95(labels: np.ndarray, p_fake: np.ndarray) -> tuple[float, float]:
    """95% interval of the ROC AUC (Hanley and McNeil, Radiology 1982); NaN without a class.

    Where all pairs are in order, or none, that would have no width: then it is that of a share of
    as many faces as the smaller class has.
    """
    area = roc_auc(labels, p_fake)
    n_fake, n_real = int((labels == FAKE).sum()), int((labels == REAL).sum())
    if math.isnan(area):
        return math.nan, math.nan
    if area in (0.0, 1.0):
        least = min(n_fake, n_real)
        return wilson_ci95(round(area * least), least)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (n_fake - 1) * (q1 - area**2) + (n_real - 1) * (q2 - area**2)
    half = 1.96 * math.sqrt(max(spread, 0) / (n_fake * n_real))
    return max(0.0, area - half), min(1.0, area + half)


def expected_calibration_error(labels: np.ndarray, p_fake: np.ndarray) -> float:
    """ECE of the winning class' confidence in 15 equal bins (Guo et al., ICML 2017)."""
    guess = np.where(p_fake >= 0.5, FAKE, REAL)
    confidence = np.maximum(p_fake, 1 - p_fake)
    return float(_bin_gaps((guess == labels) - confidence, confidence))


def ece_by_chance(p_fake: np.ndarray, *, draws: int = 200, seed: int = 0) -> float:
    """The ECE that a perfectly calibrated model would show on as many faces.

    A bin of few faces is off by luck alone; labels drawn from the probabilities themselves tell
    how far (consistency resampling: Broecker and Smith, Weather and Forecasting 2007).

    Args:
        p_fake: float (n,) in [0, 1].
        draws: how often labels are drawn; the mean over them is returned.
        seed: of the draws.
    """
    confidence = np.maximum(p_fake, 1 - p_fake)
    hits = np.random.default_rng(seed).random((draws, len(p_fake))) < confidence
    return float(_bin_gaps(hits - confidence, confidence).mean())


def _bin_gaps(errors: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Mean over faces of how far their bin is off: (..., n) to (...)."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    return np.abs(errors @ np.eye(ECE_BINS)[bins]).sum(axis=-1) / len(confidence)


def tpr_at_fpr(labels: np.ndarray, p_fake: np.ndarray, fpr: float = 0.01) -> float:
    """Share of fakes caught when at most `fpr` of the real faces are called fake."""
    if len(np.unique(labels)) < 2:
        return math.nan
    false_alarms, caught, _ = roc_curve(labels == FAKE, p_fake)
    return float(caught[false_alarms <= fpr].max())


def summarize(labels: np.ndarray, p_fake: np.ndarray, threshold: float = 0.5) -> dict:
    """All figures of one set of faces, under the keys of the `evaluate` contract.

    Args:
        labels: int (n,), 0 fake, 1 real.
        p_fake: float (n,) in [0, 1].
        threshold: P(fake) from which a face counts as fake.

    Returns:
        A dict of numbers; a figure that needs both classes is None without them.
    """
    hits = (p_fake >= threshold) == (labels == FAKE)
    n, both = len(labels), len(np.unique(labels)) == 2
    figures = {
        "n": n,
        "n_real": int((labels == REAL).sum()),
        "n_fake": int((labels == FAKE).sum()),
        "accuracy": hits.mean(),
        "roc_auc": roc_auc(labels, p_fake),
        "average_precision": average_precision_score(labels == FAKE, p_fake) if both else math.nan,
        "ece": expected_calibration_error(labels, p_fake),
        "brier": np.mean((p_fake - (labels == FAKE)) ** 2),
        "tpr_at_1pct_fpr": tpr_at_fpr(labels, p_fake),
        "recall_real": hits[labels == REAL].mean() if (labels == REAL).any() else math.nan,
        "recall_fake": hits[labels == FAKE].mean() if (labels == FAKE).any() else math.nan,
        "accuracy_ci95": wilson_ci95(int(hits.sum()), n),
        "roc_auc_ci95": roc_auc_ci95(labels, p_fake),
    }
    return {name: _plain(value) for name, value in figures.items()}


def _plain(value: Any) -> Any:
    """JSON has no NaN: a figure that does not exist is None."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int):
        return value
    return None if math.isnan(value) else float(value)
