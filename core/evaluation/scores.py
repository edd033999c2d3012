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
from core.evaluation.metrics import (
    ece_by_chance,
    expected_calibration_error,
    summarize,
    wilson_ci95,
)
from core.imaging import decode_image, to_model_input
from core.inference.geometry import centre_square
from core.inference.networks import Network, Panel
from core.inference.verdict import Calibration, State, sharpness, sigmoid

BATCH = 64
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Scores:
    """What the network says of a set of faces.

    Attributes:
        faces: their rows of the index.
        labels: int32 (n,), 0 fake, 1 real.
        log_odds: float64 (n,), of fake, before calibration.
        sharpnesses: float64 (n,).
        skipped: files that could not be decoded, with the reason.
        doubtful: bool (n,), faces that get no verdict whatever their P(fake); False means none.
    """

    faces: pd.DataFrame
    labels: np.ndarray
    log_odds: np.ndarray
    sharpnesses: np.ndarray
    skipped: dict[str, str]
    doubtful: np.ndarray | bool = False


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
    rows, odds, sharps, doubts, skipped = [], [], [], [], {}
    for batch in read_files(list(faces["path"]), partial(_load, change=change), chunk=BATCH):
        good = [found for found in batch if isinstance(found, Read)]
        skipped |= {found.path: found.error for found in batch if isinstance(found, Unread)}
        if good:
            crops = [found.value for found in good]
            rows += [found.number for found in good]
            said, doubtful = judged(network, crops)
            odds.append(said)
            doubts.append(doubtful)
            sharps += [sharpness(to_model_input(crop)) for crop in crops]
        progress(len(batch))
    if not rows:
        raise UserError("No image could be decoded. Check the files of the data set.")
    kept = faces.iloc[rows].reset_index(drop=True)
    log_odds = np.concatenate(odds).astype(np.float64)
    return Scores(
        kept, labels_of(kept), log_odds, np.array(sharps), skipped, np.concatenate(doubts)
    )


def judged(network: Network, crops: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """What a network or a panel says of faces.

    Returns:
        Log-odds of fake before calibration, float (n,); which faces get no verdict whatever
        these are, bool (n,).
    """
    if not isinstance(network, Panel):
        return network.log_odds_of(crops), np.zeros(len(crops), bool)
    heard = network.listen(crops)
    return network.joined(heard.log_odds), network.doubtful(heard)


def _load(path: str, number: int, change: Change | None) -> np.ndarray:
    pixels = centre_square(decode_image(Path(path).read_bytes()).pixels).pixels
    return pixels if change is None else change(pixels, np.random.default_rng(number))


def report(scores: Scores, calibration: Calibration) -> dict:
    """All figures of a scored set, under the keys of the `evaluate` contract.

    Besides the contract's keys: those of `judge_figures`, skipped (files), and by_pair (each
    real against each fake source).
    """
    p_fake = calibration.p_fake(scores.log_odds)
    source = scores.faces["source"].to_numpy()
    hits = (p_fake >= calibration.threshold) == (scores.labels == FAKE)
    figures = judge_figures(scores.labels, scores.log_odds, calibration, scores.doubtful)
    figures |= {"skipped": len(scores.skipped), "by_source": {}}
    verdicts = calibration.states(p_fake, scores.doubtful)
    kinds = scores.faces.groupby(["label", "source"]).size()
    for label, name in kinds.index:
        inside = (source == name) & (scores.faces["label"] == label).to_numpy()
        key = name if len(kinds.loc[:, name]) == 1 else f"{name} ({label})"
        figures["by_source"][key] = _one_source(
            label, hits[inside], verdicts[inside], p_fake[inside]
        )
    figures["by_pair"] = pair_figures(scores, calibration)
    return figures


def pair_figures(scores: Scores, calibration: Calibration) -> dict[str, dict]:
    """Each real source against each fake one: "real / fake" -> `judge_figures`."""
    sources, labels = scores.faces["source"].to_numpy(), scores.labels
    doubtful = np.broadcast_to(scores.doubtful, labels.shape)
    reals, fakes = (sorted(set(sources[labels == label])) for label in (REAL, FAKE))
    found = {}
    for real, fake in product(reals, fakes):
        inside = ((sources == real) & (labels == REAL)) | ((sources == fake) & (labels == FAKE))
        found[f"{real} / {fake}"] = judge_figures(
            labels[inside], scores.log_odds[inside], calibration, doubtful[inside]
        )
    return found


def judge_figures(
    labels: np.ndarray,
    log_odds: np.ndarray,
    calibration: Calibration,
    doubtful: np.ndarray | bool = False,
) -> dict:
    """The figures of one set of faces.

    Args:
        labels: int (n,), 0 fake, 1 real.
        log_odds: float (n,), of fake, before calibration.
        calibration: whose probabilities, threshold and unsure band are measured.
        doubtful: bool (n,), faces that are unsure whatever their P(fake).

    Returns:
        Those of `summarize`, and: ece_uncalibrated, ece_by_chance (what a perfectly calibrated
        model would show on as many faces), answered (share outside the unsure band),
        accuracy_answered (of these; None if there are none).
    """
    p_fake = calibration.p_fake(log_odds)
    answered = calibration.states(p_fake, doubtful) != State.UNSURE
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
