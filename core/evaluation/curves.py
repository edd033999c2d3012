"""The curves behind the figures of merit, as plain arrays. "Positive" is fake."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

from core.config import FAKE, REAL
from core.evaluation.metrics import wilson_ci95
from core.inference.verdict import State

RELIABILITY_BINS = 10
VERDICTS = (State.FAKE, State.UNSURE, State.REAL)  # as P(fake) falls
# Close together where false alarms are rare: there one works.
SHORT_FPR = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075,
             0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """Attributes: x, y, threshold: float64 (n,); threshold is the P(fake) that gives the point."""

    x: np.ndarray
    y: np.ndarray
    threshold: np.ndarray


def roc(labels: np.ndarray, p_fake: np.ndarray) -> Curve:
    """Share of fakes caught (y) against share of real faces called fake (x).

    Args:
        labels: int (n,), 0 fake, 1 real, both present.
        p_fake: float (n,) in [0, 1].
    """
    x, y, threshold = roc_curve(labels == FAKE, p_fake)
    return Curve(x, y, np.minimum(threshold, 1.0))  # the first threshold is infinite


def roc_in_short(labels: np.ndarray, p_fake: np.ndarray) -> dict[str, list[float]] | None:
    """The ROC curve at a few places, for figures that are kept as JSON.

    Args:
        labels, p_fake: as for `roc`.

    Returns:
        fpr: `SHORT_FPR`; tpr: the largest share of fakes caught with at most that share of real
        faces called fake. None where a class is missing.
    """
    if len(np.unique(labels)) < 2:
        return None
    curve = roc(labels, p_fake)
    places = np.searchsorted(curve.x, np.array(SHORT_FPR) + 1e-12, side="right") - 1
    return {"fpr": list(SHORT_FPR), "tpr": [round(float(tpr), 4) for tpr in curve.y[places]]}


def precision_recall(labels: np.ndarray, p_fake: np.ndarray) -> Curve:
    """Share of the alarms that are right (y) against share of fakes caught (x).

    Precision depends on how common fakes are; here they are as common as in `labels`.
    """
    y, x, threshold = precision_recall_curve(labels == FAKE, p_fake)
    return Curve(x, y, np.append(threshold, 1.0))


@dataclass(frozen=True)
class Reliability:
    """How often "P(fake) = p" is right, in ten equal bins (Guo et al., ICML 2017).

    Attributes:
        mean_p_fake: float64 (k,), mean P(fake) of each bin that is not empty.
        share_fake: float64 (k,), share of its faces that are fake.
        low, high: float64 (k,), 95% interval of that share (Wilson).
        count: int64 (k,), faces of each bin.
    """

    mean_p_fake: np.ndarray
    share_fake: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: np.ndarray


def reliability(labels: np.ndarray, p_fake: np.ndarray) -> Reliability:
    """The reliability diagram's points.

    Args:
        labels: int (n,), 0 fake, 1 real.
        p_fake: float (n,) in [0, 1].
    """
    bins = np.minimum((p_fake * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    count = np.bincount(bins, minlength=RELIABILITY_BINS)
    fakes = np.bincount(bins, labels == FAKE, RELIABILITY_BINS)
    sums = np.bincount(bins, p_fake, RELIABILITY_BINS)
    used = count > 0
    intervals = np.array(
        [wilson_ci95(int(hits), int(n)) for hits, n in zip(fakes[used], count[used], strict=True)]
    ).reshape(-1, 2)
    return Reliability(
        sums[used] / count[used], fakes[used] / count[used], *intervals.T, count[used]
    )


def coverage_accuracy(labels: np.ndarray, p_fake: np.ndarray, threshold: float) -> Curve:
    """Accuracy of the answers (y) if only the surest share of the faces (x) gets one.

    Args:
        labels: int (n,), 0 fake, 1 real; n above 0.
        p_fake: float (n,) in [0, 1].
        threshold: P(fake) from which a face counts as fake; sure is far from it.
    """
    distance = np.abs(p_fake - threshold)
    order = np.argsort(-distance, kind="stable")
    hits = ((p_fake >= threshold) == (labels == FAKE))[order]
    answered = np.arange(1, len(labels) + 1)
    return Curve(answered / len(labels), np.cumsum(hits) / answered, distance[order])


def confusion(labels: np.ndarray, states: np.ndarray) -> np.ndarray:
    """How many faces of each class were called what.

    Args:
        labels: int (n,), 0 fake, 1 real.
        states: str (n,), each a `State`.

    Returns:
        int64 (2, 3): a row a class, a column a verdict, in the order of `VERDICTS`.
    """
    parts = [states[labels == label] for label in (FAKE, REAL)]
    return np.array([[(part == said).sum() for said in VERDICTS] for part in parts], np.int64)
