"""Measure the classifier on a folder of aligned faces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from core.config import FAKE, REAL
from core.dataset.index import labels_of
from core.dataset.reading import Read, Unread, read_files
from core.errors import UserError
from core.evaluation.curves import roc_in_short
from core.evaluation.metrics import (
    ece_by_chance,
    expected_calibration_error,
    summarize,
    wilson_ci95,
)
from core.imaging import to_model_input
from core.inference.aligned import aligned_face
from core.inference.networks import Network, Panel
from core.inference.verdict import Calibration, Condition, Doubt, State, doubts_of, sigmoid

BATCH = 64
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Scores:
    """What the network says of a set of faces.

    Attributes:
        faces: their rows of the index.
        labels: int32 (n,), 0 fake, 1 real.
        log_odds: float64 (n,), of fake, before calibration.
        conditions: n, what else is known of each face.
        skipped: files that could not be decoded, with the reason.
    """

    faces: pd.DataFrame
    labels: np.ndarray
    log_odds: np.ndarray
    conditions: Sequence[Condition]
    skipped: dict[str, str]

    @property
    def sharpnesses(self) -> np.ndarray:
        """How sharp each face is: float64 (n,)."""
        return np.array([condition.sharp for condition in self.conditions], np.float64)


def score_faces(
    faces: pd.DataFrame,
    network: Network,
    progress: Callable[[int], object] = lambda count: None,
    *,
    change: Change | None = None,
) -> Scores:
    """Run the network over aligned faces.

    Args:
        faces: rows of an index.
        network: what judges them.
        progress: told after each batch how many files it read.
        change: done to each face first, the same way every time: from uint8 (side, side, 3)
            and a source of chance, which depends on the face's place alone, to such pixels.

    Raises:
        UserError: not one file can be decoded.
    """
    rows, odds, conditions, skipped = [], [], [], {}
    for batch in read_files(list(faces["path"]), partial(_load, change=change), chunk=BATCH):
        good = [found for found in batch if isinstance(found, Read)]
        skipped |= {found.path: found.error for found in batch if isinstance(found, Unread)}
        if good:
            rows += [found.number for found in good]
            said, noted = judged(network, [found.value for found in good])
            odds.append(said)
            conditions += noted
        progress(len(batch))
    if not rows:
        raise UserError("No image could be decoded. Check the files of the data set.")
    kept = faces.iloc[rows].reset_index(drop=True)
    log_odds = np.concatenate(odds).astype(np.float64)
    return Scores(kept, labels_of(kept), log_odds, conditions, skipped)


def judged(network: Network, crops: Sequence[np.ndarray]) -> tuple[np.ndarray, Sequence[Condition]]:
    """What a network or a panel says of faces, and what else is known of them.

    Args:
        network: what judges them.
        crops: n squares uint8 (side, side, 3), each the whole picture of an aligned face.

    Returns:
        Log-odds of fake before calibration, float (n,); n conditions.
    """
    conditions = [Condition.of(to_model_input(crop), len(crop)) for crop in crops]
    if not isinstance(network, Panel):
        return network.log_odds_of(crops), conditions
    heard = network.listen(crops)
    return network.joined(heard.log_odds), network.noted(conditions, heard)


def _load(path: str, number: int, change: Change | None) -> np.ndarray:
    pixels = aligned_face(Path(path).read_bytes())
    return pixels if change is None else change(pixels, np.random.default_rng(number))


def report(scores: Scores, calibration: Calibration) -> dict:
    """All figures of a scored set, under the keys of the `evaluate` contract.

    Besides the contract's keys: those of `judge_figures`, skipped (files), by_pair (each real
    against each fake source), and roc (see `roc_in_short`).
    """
    p_fake = calibration.p_fake(scores.log_odds)
    source = scores.faces["source"].to_numpy()
    hits = (p_fake >= calibration.threshold) == (scores.labels == FAKE)
    doubts = doubts_of(scores.conditions, calibration)
    figures = judge_figures(scores.labels, scores.log_odds, calibration, doubts)
    figures |= {"skipped": len(scores.skipped), "by_source": {}}
    verdicts = calibration.states(p_fake, doubts)
    kinds = scores.faces.groupby(["label", "source"]).size()
    for label, name in kinds.index:
        inside = (source == name) & (scores.faces["label"] == label).to_numpy()
        key = name if len(kinds.loc[:, name]) == 1 else f"{name} ({label})"
        figures["by_source"][key] = _one_source(
            label, hits[inside], verdicts[inside], p_fake[inside]
        )
    figures["by_pair"] = pair_figures(scores, calibration)
    figures["roc"] = roc_in_short(scores.labels, p_fake)
    return figures


def pair_figures(scores: Scores, calibration: Calibration) -> dict[str, dict]:
    """Each real source against each fake one: "real / fake" -> `judge_figures`."""
    sources, labels = scores.faces["source"].to_numpy(), scores.labels
    doubts = doubts_of(scores.conditions, calibration)
    reals, fakes = (sorted(set(sources[labels == label])) for label in (REAL, FAKE))
    found = {}
    for real, fake in product(reals, fakes):
        inside = ((sources == real) & (labels == REAL)) | ((sources == fake) & (labels == FAKE))
        found[f"{real} / {fake}"] = judge_figures(
            labels[inside], scores.log_odds[inside], calibration, doubts[inside]
        )
    return found


def judge_figures(
    labels: np.ndarray,
    log_odds: np.ndarray,
    calibration: Calibration,
    doubts: np.ndarray | int = Doubt.NONE,
) -> dict:
    """The figures of one set of faces.

    Args:
        labels: int (n,), 0 fake, 1 real.
        log_odds: float (n,), of fake, before calibration.
        calibration: whose probabilities, threshold and unsure band are measured.
        doubts: int (n,), each a `Doubt`.

    Returns:
        Those of `summarize`, and: ece_uncalibrated, ece_by_chance (what a perfectly calibrated
        model would show on as many faces), answered (share that is not unsure),
        accuracy_answered (of these; None if there are none).
    """
    p_fake = calibration.p_fake(log_odds)
    answered = calibration.states(p_fake, doubts) != State.UNSURE
    hits = (p_fake >= calibration.threshold) == (labels == FAKE)
    return summarize(labels, p_fake, calibration.threshold) | {
        "ece_uncalibrated": expected_calibration_error(labels, sigmoid(log_odds)),
        "ece_by_chance": ece_by_chance(p_fake),
        "answered": float(answered.mean()),
        "accuracy_answered": float(hits[answered].mean()) if answered.any() else None,
    }


def _one_source(label: str, hits: np.ndarray, verdicts: np.ndarray, p_fake: np.ndarray) -> dict:
    count = len(hits)
    said = {state: int((verdicts == state).sum()) for state in State}
    return {
        "label": label,
        "n": count,
        "accuracy": float(hits.mean()),
        "accuracy_ci95": list(wilson_ci95(int(hits.sum()), count)),
        "answered": 1 - said[State.UNSURE] / count,
        "mean_p_fake": float(p_fake.mean()),
        **{f"called_{state}": n / count for state, n in said.items()},
        **{f"called_{state}_ci95": list(wilson_ci95(n, count)) for state, n in said.items()},
    }
