"""Every real source against every generator at hand, and networks that never saw one of them.

The pairs are never averaged: a detector that ranks well on one generator may be useless on the
next, and a mean hides it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.config import FAKE, REAL
from core.dataset.index import DatasetIndex, labels_of
from core.evaluation.measurement import GeneratedFaces, Measurement
from core.evaluation.scores import judge_figures, score_faces
from core.evaluation.sources import plentiful
from core.generators.base import FaceGenerator
from core.inference.networks import Network
from core.inference.verdict import Calibration

PAINTED = 100  # fresh faces of a generator
FIRST_SEED = 2_000_000  # none of these is in a data set
_KEPT = ("n", "accuracy", "roc_auc", "roc_auc_ci95", "tpr_at_1pct_fpr")


def pairs_of_sources(
    faces: pd.DataFrame, trained_on: set[str], network: Network, calibration: Calibration
) -> list[dict]:
    """A row for each real source that has plenty of faces against each fake source.

    Args:
        faces: rows of an index, of faces the network was not trained on.
        trained_on: fake sources the network saw others of.
        network, calibration: the model.

    Returns:
        Rows of: generator, real, trained_on (bool), n, accuracy, roc_auc, roc_auc_ci95,
        tpr_at_1pct_fpr.

    Raises:
        UserError: not one file can be decoded.
    """
    plenty = plentiful(faces[["label", "source"]].value_counts().to_dict())
    known = faces["source"].isin(plenty) | (faces["label"] == "fake")
    scores = score_faces(faces[known].reset_index(drop=True), network)
    sources = scores.faces["source"].to_numpy()
    reals = {
        name: scores.log_odds[(sources == name) & (scores.labels == REAL)]
        for name in sorted(set(sources[scores.labels == REAL]))
    }
    rows = []
    for name in sorted(set(sources[scores.labels == FAKE])):
        fakes = scores.log_odds[(sources == name) & (scores.labels == FAKE)]
        rows += _against(reals, name, fakes, name in trained_on, calibration)
    return rows


def painted_by(
    generators: dict[str, tuple[FaceGenerator, float]],
    trained_on: set[str],
    real_faces: pd.DataFrame,
    network: Network,
    calibration: Calibration,
    count: int,
) -> Iterator[list[dict]]:
    """The same rows for fresh faces of generators, a list a generator.

    Args:
        generators: title -> a generator and its truncation psi.
        trained_on: titles of those whose faces the network saw, of other seeds.
        real_faces: rows of an index: real faces to tell them from; sources of few are left out
            where others have plenty.
        network, calibration: the model.
        count: faces of each.
    """
    plenty = plentiful(real_faces[["label", "source"]].value_counts().to_dict())
    known = real_faces[real_faces["source"].isin(plenty)].reset_index(drop=True)
    scores = score_faces(known, network)
    reals = {
        str(name): scores.log_odds[(scores.faces["source"] == name).to_numpy()]
        for name in sorted(set(scores.faces["source"]))
    }
    for name, (generator, psi) in generators.items():
        painted = Measurement(name, GeneratedFaces(generator, name, FIRST_SEED, count, psi))
        for _ in painted.run(network):
            pass
        yield _against(reals, name, painted.log_odds, name in trained_on, calibration)


def left_out(
    index: DatasetIndex, split: str, source: str, network: Network, calibration: Calibration
) -> list[dict]:
    """Rows for one generator, judged by a network that was trained without it.

    Args:
        index, split: held-out faces.
        source: the generator.
        network, calibration: that model.
    """
    faces = index.part(split)
    part = faces[(faces["source"] == source) | (labels_of(faces) == REAL)].reset_index(drop=True)
    rows = pairs_of_sources(part, set(), network, calibration)
    return [{**row, "left_out": True} for row in rows]


def _against(
    reals: dict[str, np.ndarray],
    generator: str,
    fakes: np.ndarray,
    trained_on: bool,
    calibration: Calibration,
) -> list[dict]:
    rows = []
    for real, odds in reals.items():
        labels = np.repeat([FAKE, REAL], [len(fakes), len(odds)]).astype(np.int32)
        figures = judge_figures(labels, np.concatenate([fakes, odds]), calibration)
        row = {"generator": generator, "real": real, "trained_on": trained_on, "left_out": False}
        rows.append(row | {key: figures[key] for key in _KEPT})
    return rows
