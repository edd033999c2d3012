"""Measure the classifier on a folder of aligned faces."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from core.dataset.index import DatasetIndex, index_folder
from core.dataset.pipeline import labels_of
from core.dataset.webcam import Webcam
from core.errors import UserError
from core.evaluation.metrics import summarize, wilson_ci95
from core.imaging import decode_image
from core.inference.geometry import centre_square
from core.inference.predictor import Predictor
from core.inference.verdict import Calibration, sharpness
from core.inference.views import face_views, mean_log_odds

BATCH = 64


@dataclass(frozen=True)
class Scores:
    """What the network says of a set of faces.

    Attributes:
        faces: their rows of the index.
        labels: int32 (n,), 0 fake, 1 real.
        log_odds: float64 (n,), of fake, averaged over views, before calibration.
        sharpnesses: float64 (n,).
        skipped: files that could not be decoded, with the reason.
    """

    faces: pd.DataFrame
    labels: np.ndarray
    log_odds: np.ndarray
    sharpnesses: np.ndarray
    skipped: dict[str, str]


def score_faces(
    faces: pd.DataFrame,
    predictor: Predictor,
    progress: Callable[[int], object] = lambda count: None,
    *,
    webcam: Webcam | None = None,
) -> Scores:
    """Run the network over aligned faces.

    Args:
        faces: rows of an index.
        predictor: the network.
        progress: told after each batch how many files it read.
        webcam: films each face first, the same way every time.

    Raises:
        UserError: not one file can be decoded.
    """
    rows, odds, sharps, skipped = [], [], [], {}
    with ThreadPoolExecutor() as pool:
        paths = list(faces["path"])
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            numbers = range(start, start + len(batch))
            loaded = list(pool.map(lambda *job: _load(*job, webcam), batch, numbers))
            good = [(start + i, face) for i, face in enumerate(loaded) if not isinstance(face, str)]
            skipped |= {
                p: why for p, why in zip(batch, loaded, strict=True) if isinstance(why, str)
            }
            if good:
                views = np.stack([looks for _, looks in good])
                rows += [row for row, _ in good]
                odds.append(mean_log_odds(predictor, views))
                sharps += [sharpness(looks[0]) for looks in views]
            progress(len(batch))
    if not rows:
        raise UserError("No image could be decoded. Check the files of the data set.")
    kept = faces.iloc[rows].reset_index(drop=True)
    log_odds = np.concatenate(odds).astype(np.float64)
    return Scores(kept, labels_of(kept), log_odds, np.array(sharps), skipped)


def _load(path: str, number: int, webcam: Webcam | None) -> np.ndarray | str:
    try:
        photo = decode_image(Path(path).read_bytes())
    except (UserError, OSError) as error:
        return str(error)
    pixels = centre_square(photo.pixels).pixels
    if webcam is not None:
        pixels = webcam(pixels, np.random.default_rng(number))
    return face_views(pixels)


def load_split(data: Path, split: str) -> tuple[DatasetIndex, pd.DataFrame]:
    """Index a folder and take one split of it (all of it where there are no splits).

    Raises:
        UserError: the folder has no such split.
    """
    index = index_folder(data)
    faces = index.part(split)
    if faces.empty:
        known = ", ".join(sorted(set(index.faces["split"])))
        raise UserError(f"{data} has no split {split}. It has: {known}.")
    return index, faces


def report(scores: Scores, calibration: Calibration) -> dict:
    """All figures of a scored set, under the keys of the `evaluate` contract.

    Besides the contract's keys: roc_auc_ci95, by_pair (each real against each fake source),
    answered (share outside the unsure band), accuracy_answered, skipped (files).
    """
    p_fake = calibration.p_fake(scores.log_odds)
    source = scores.faces["source"].to_numpy()
    figures = summarize(scores.labels, p_fake, calibration.threshold)
    hits = (p_fake >= calibration.threshold) == (scores.labels == 0)
    answered = (p_fake <= calibration.unsure_low) | (p_fake >= calibration.unsure_high)
    figures |= {
        "answered": float(answered.mean()),
        "accuracy_answered": float(hits[answered].mean()) if answered.any() else None,
        "skipped": len(scores.skipped),
        "by_source": {},
        "by_pair": {},
    }
    kinds = scores.faces.groupby(["label", "source"]).size()
    for label, name in kinds.index:
        inside = (source == name) & (scores.faces["label"] == label).to_numpy()
        key = name if len(kinds.loc[:, name]) == 1 else f"{name} ({label})"
        figures["by_source"][key] = _one_source(
            label, hits[inside], answered[inside], p_fake[inside]
        )
    names = {
        label: sorted(kinds[label].index) if label in kinds else [] for label in ("real", "fake")
    }
    for real, fake in product(names["real"], names["fake"]):
        inside = ((source == real) & (scores.labels == 1)) | (
            (source == fake) & (scores.labels == 0)
        )
        figures["by_pair"][f"{real} / {fake}"] = summarize(
            scores.labels[inside], p_fake[inside], calibration.threshold
        )
    return figures


def _one_source(label: str, hits: np.ndarray, answered: np.ndarray, p_fake: np.ndarray) -> dict:
    return {
        "label": label,
        "n": len(hits),
        "accuracy": float(hits.mean()),
        "accuracy_ci95": list(wilson_ci95(int(hits.sum()), len(hits))),
        "answered": float(answered.mean()),
        "mean_p_fake": float(p_fake.mean()),
    }
