"""What the second opinion's head, and its guard, make of sources they never saw.

For each source the head and the guard are fitted anew without it, calibrated on valid without it,
and asked about it. The other network within the second opinion takes an hour and more to train,
so it has no part in this.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.config import CLASS_NAMES, MIN_FACE_PX
from core.dataset.batches import row_weights
from core.dataset.index import labels_of, load_split
from core.evaluation.metrics import roc_auc
from core.evaluation.scores import Scores
from core.inference.verdict import Condition, Doubt, State
from core.publishing.fitting import (
    STRANGE_SHARE,
    calibrate,
    guard_of,
    guarded,
    limit_of,
    recipe_of,
    shares_of,
)
from core.training.run_folder import RunFolder
from core.training.second.features import kept_features
from core.training.second.session import SecondRecipe, chosen_faces, fit_head

MEMBERS = 2  # heads that are averaged here; more change little and take longer


@dataclass(frozen=True)
class Looked:
    """Faces of a split as they are, with what the backbone saw of them: float (n, 6912)."""

    faces: pd.DataFrame
    features: np.ndarray

    def where(self, chosen: np.ndarray) -> "Looked":
        """Those of some rows: bool (n,)."""
        return Looked(self.faces[chosen].reset_index(drop=True), self.features[chosen])


def judge_left_out(run_dir: Path, data: Path) -> Iterator[dict]:
    """Leave each source out of a finished run of `train second` in turn.

    Args:
        run_dir: the run's folder, with what its backbone saw.
        data: the folder it was trained on.

    Yields:
        A row a source, see `_row`.

    Raises:
        UserError: the run or the data cannot be used.
    """
    run = RunFolder(run_dir)
    recipe = replace(recipe_of(run), members=MEMBERS)
    index, _ = load_split(data, "valid")
    train, valid = (
        _looked(run, chosen_faces(index, split, recipe), name)
        for split, name in (("train", "train1"), ("valid", "valid"))
    )
    kinds = sorted(set(zip(train.faces["label"], train.faces["source"], strict=True)))
    for label, source in kinds:
        if sum(other == label for other, _ in kinds) == 1:
            continue  # without it there is no such class
        rest, held_out = (_without(part, label, source) for part in (train, valid))
        asked = [_only(part, label, source) for part in (train, valid)]
        yield {"source": source, "label": label} | _row(rest, held_out, asked, recipe)


def _looked(run: RunFolder, faces: pd.DataFrame, name: str) -> Looked:
    features, rows = kept_features(run.folder / "features" / name)
    return Looked(faces.iloc[rows].reset_index(drop=True), features)


def _of(part: Looked, label: str, source: str) -> np.ndarray:
    return ((part.faces["label"] == label) & (part.faces["source"] == source)).to_numpy()


def _without(part: Looked, label: str, source: str) -> Looked:
    return part.where(~_of(part, label, source))


def _only(part: Looked, label: str, source: str) -> Looked:
    return part.where(_of(part, label, source))


def _row(rest: Looked, valid: Looked, asked: list[Looked], recipe: SecondRecipe) -> dict:
    """What a head and a guard that were fitted to the rest say of the source's faces.

    Returns:
        n; roc_auc against valid's faces of the other class, sources alike; called_real,
        called_fake and unsure (shares, in [0, 1]) without the guard, and the same with
        "_guarded"; strange, the share that lies beyond the guard's limit.
    """
    weights = row_weights(rest.faces, shares_of(rest.faces))
    head = fit_head(rest.features, labels_of(rest.faces), weights, recipe)
    guard = guard_of(head, rest.faces, rest.features)
    strangeness = guard.strangeness(guarded(head, valid.features))
    limit = limit_of(valid.faces, strangeness, STRANGE_SHARE)
    on_valid = head.judge(valid.features).astype(np.float64)
    fine = [Condition(MIN_FACE_PX, sharp=1.0)] * len(on_valid)  # none is refused as it stands
    scores = Scores(valid.faces, labels_of(valid.faces), on_valid, fine, {})
    calibration = calibrate(scores, limit)
    features = np.concatenate([part.features for part in asked])
    odds = head.judge(features).astype(np.float64)
    strange = guard.strangeness(guarded(head, features)) > limit
    p_fake = calibration.p_fake(odds)
    label = asked[0].faces["label"].iloc[0]
    return {
        "n": len(features),
        "roc_auc": _against_others(valid, on_valid, odds, label),
        **_shares(calibration.states(p_fake), ""),
        **_shares(calibration.states(p_fake, np.where(strange, Doubt.NO_VERDICT, 0)), "_guarded"),
        "strange": float(strange.mean()),
    }


def _against_others(valid: Looked, on_valid: np.ndarray, odds: np.ndarray, label: str) -> float:
    other = (valid.faces["label"] != label).to_numpy()
    faces = valid.faces[other]
    weights = row_weights(faces, dict.fromkeys(faces["source"], 1.0))
    return roc_auc(
        np.concatenate([labels_of(faces), np.full(len(odds), CLASS_NAMES.index(label))]),
        np.concatenate([on_valid[other], odds]),
        np.concatenate([weights, np.full(len(odds), 1 / len(odds))]),
    )


def _shares(states: np.ndarray, suffix: str) -> dict[str, float]:
    names = {"called_real": State.REAL, "called_fake": State.FAKE, "unsure": State.UNSURE}
    return {f"{name}{suffix}": float((states == state).mean()) for name, state in names.items()}
