"""What is fitted once a network has learned: its calibration, the guard and the guard's limit."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.dataset.batches import row_weights
from core.evaluation.calibration import banded, fit_calibration
from core.evaluation.scores import Scores
from core.inference.guard import Guard, fit_guard
from core.inference.second import Head
from core.inference.verdict import Calibration
from core.training.run_folder import RunFolder
from core.training.second.features import kept_features
from core.training.second.session import SecondRecipe

GUARD_COMPONENTS = 200  # of the head's, the strongest
STRANGE_SHARE = 0.02  # of valid's faces, sources alike, that lie beyond the guard's limit
CONTRADICTED_SHARE = 0.02  # of them, of which the networks' opinions lie too far apart


def calibrate(valid: Scores, max_strangeness: float | None = None) -> Calibration:
    """Fit a calibration to valid, each source with its share, that is slow to accuse."""
    fitted = fit_calibration(*_weighed(valid), valid.sharpnesses)
    return replace(fitted, max_strangeness=max_strangeness)


def rebanded(valid: Scores, calibration: Calibration) -> Calibration:
    """The same calibration with its unsure band fitted anew to valid."""
    return banded(calibration, *_weighed(valid))


def _weighed(valid: Scores) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Labels, log-odds, sources and weights of faces, each source with its share."""
    sources = valid.faces["source"].to_numpy()
    return valid.labels, valid.log_odds, sources, row_weights(valid.faces, shares_of(valid.faces))


def shares_of(faces: pd.DataFrame) -> dict[str, float]:
    """How much each source of faces counts within its class."""
    return SecondRecipe().shares(faces["source"].unique())


def guard_of_run(run: RunFolder, head: Head, train: pd.DataFrame) -> Guard:
    """Fit a guard to a run's first look at the faces of train, which shows them as they are."""
    features, rows = kept_features(run.folder / "features" / "train1")
    return guard_of(head, train.iloc[rows], features)


def guard_of(head: Head, faces: pd.DataFrame, features: np.ndarray) -> Guard:
    """Fit a guard to faces.

    Args:
        head: whose components the guard reads.
        faces: rows of an index, (n,).
        features: what the backbone saw of them, float (n, 6912).
    """
    kinds = (faces["label"] + "/" + faces["source"]).to_numpy(str)
    return fit_guard(guarded(head, features), kinds)


def guarded(head: Head, features: np.ndarray) -> np.ndarray:
    """The components of features that a guard reads: float (n, `GUARD_COMPONENTS`)."""
    few = np.array_split(features, max(1, len(features) // 500))  # float16 made wide, in turns
    components = [head.components(part.astype(np.float32)) for part in few]
    return np.concatenate(components)[:, :GUARD_COMPONENTS]


def limit_of(faces: pd.DataFrame, doubts: np.ndarray, share: float) -> float:
    """A limit beyond which lies a share of faces, sources alike.

    Args:
        faces: of valid, rows of an index, (n,).
        doubts: float (n,), how strange a face is, or how far the networks' opinions lie apart.
        share: of the faces, in (0, 1).
    """
    weights = row_weights(faces, shares_of(faces))
    order = np.argsort(doubts)
    passed = np.cumsum(weights[order]) / weights.sum()
    return round(float(doubts[order][np.searchsorted(passed, 1 - share)]), 4)


def recipe_of(run: RunFolder) -> SecondRecipe:
    """How a run chose its faces."""
    settings = run.settings()["recipe"]
    kept = ("per_source", "seed")
    names = {key: tuple(settings[key]) for key in ("whole_sources", "sources")}
    return SecondRecipe(**{key: settings[key] for key in kept}, **names)
