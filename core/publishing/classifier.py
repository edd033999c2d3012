"""From a finished run to shipped artifacts: weights, runtime model, calibration, figures."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from core.artifacts import (
    REGISTRY_FILE,
    Shipment,
    read_artifact,
    read_json,
    registered,
)
from core.config import ARTIFACTS_DIR, IMAGE_SIZE
from core.dataset.index import DatasetIndex, load_split
from core.errors import UserError
from core.evaluation.asked_once import AskedOnce
from core.evaluation.metrics import GUESSING, roc_auc_ci95
from core.evaluation.scores import Change, Scores, report, score_faces
from core.evaluation.sources import plentiful
from core.inference.networks import Cnn, Network, has_second
from core.inference.predictor import Predictor
from core.inference.verdict import Calibration
from core.models.classifier import build_classifier
from core.models.export import to_keras_file, to_openvino
from core.publishing.eight_bits import CNN_EXACT, predictor_in_eight_bits
from core.publishing.fitting import calibrate
from core.publishing.joined import OUTDATED, joined_anew
from core.publishing.model_card import write_model_card
from core.publishing.with_card import ship_with_card
from core.training.catalogue import network_name
from core.training.classifier.session import load_start
from core.training.run_folder import RunFolder
from core.webcam_imitation import Webcam

SHIPPED = "classifier"


def publish(
    run_dir: Path, data: Path, *, name: str = SHIPPED, folder: Path = ARTIFACTS_DIR
) -> Iterator[str]:
    """Ship a run: convert, calibrate on valid, measure once on test, write it all down.

    Args:
        run_dir: folder of a run of `train classifier`; or the folder of artifacts, to measure
            the published model anew.
        data: the folder it was trained on, with valid and test.
        name: "classifier" is what the app serves; another name keeps a run for comparison
            (history and figures, no weights).
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the run or the data cannot be used.
    """
    settings, weights, history = _read(run_dir)
    index, valid_faces = load_split(data, "valid")
    network = build_classifier(logits=True)
    network.set_weights(weights)
    chosen = trained_on(valid_faces, settings)
    (graph, constants), said = _served(network, trained_on(index.part("train"), settings), chosen)
    yield said
    cnn = AskedOnce(Cnn(Predictor(graph, constants)))  # valid and test are asked for again below
    valid = score_faces(chosen, cnn)
    calibration = calibrate(valid)
    yield f"Calibrated on {len(valid.labels)} faces of valid: {asdict(calibration)}"
    filmed = score_faces(chosen, cnn, change=Webcam())
    live = calibrate(filmed)
    yield f"Calibrated for video on the same faces, filmed: {asdict(live)}"
    kept = ("recipe", "data", "start", "teacher", "made_with")
    metrics = {key: settings.get(key) for key in kept}
    metrics["valid"] = measure_split(index, "valid", cnn, calibration)
    metrics["test"] = measure_split(index, "test", cnn, calibration)
    metrics["test_filmed"] = measure_split(index, "test", cnn, live, change=Webcam())
    yield f"Measured on {metrics['test']['n']} faces of test."
    if sure_of_nothing := _guesses(valid):
        yield sure_of_nothing

    files = {"metrics.json": json.dumps(metrics, indent=2).encode(), "history.csv": history}
    if name == SHIPPED:
        files |= {
            "calibration.json": json.dumps(asdict(calibration)).encode(),
            "live.json": json.dumps(asdict(live)).encode(),
            "xml": graph,
            "bin": constants,
            "weights.h5": to_keras_file(network),
        }
    others: list[Shipment] = []
    if name == SHIPPED and has_second(folder) and not _is_shipped(files, name, folder):
        others, said = joined_anew(cnn, calibration, index, folder)
        yield said
    _ship(name, files, metrics, others, folder)
    yield f"Wrote the artifacts of {name} to {folder.name}/."
    yield "Wrote MODEL_CARD.md."


def _read(run_dir: Path) -> tuple[dict, list[np.ndarray], bytes]:
    """Settings, best weights and history (CSV) of a run, or of the published classifier."""
    run = RunFolder(run_dir)
    if run.begun or not (run_dir / REGISTRY_FILE).exists():
        settings = run.settings()
        if (other := network_name(settings)) != "classifier":
            raise UserError(f"{run_dir} holds no classifier, but a run of `train {other}`.")
        return settings, run.best_weights(), run.read_history()
    settings = read_json(f"{SHIPPED}_metrics", run_dir)
    return settings, load_start(run_dir), read_artifact(f"{SHIPPED}_history", run_dir)


def _served(
    network: keras.Model, train: pd.DataFrame, valid: pd.DataFrame
) -> tuple[tuple[bytes, bytes], str]:
    """What the app runs, in 8 bits if that does no harm on valid; and how that went."""
    plain = to_openvino(network)
    try:
        files, rounded = predictor_in_eight_bits(
            plain, train, valid, side_px=IMAGE_SIZE, exact=CNN_EXACT
        )
    except UserError as error:
        return plain, f"Served in 32 bits. {error}"
    return files, f"In 8 bits: {rounded}."


def _guesses(valid: Scores) -> str:
    """A warning if a classifier tells nothing of valid's faces, or ""."""
    low, high = roc_auc_ci95(valid.labels, valid.log_odds)
    if low > GUESSING:
        return ""
    return (
        f"Warning: on valid this classifier may as well guess (ROC AUC {low:.2f} to {high:.2f}, "
        f"95%; guessing has {GUESSING}). Train it longer, or on more faces, before others rely "
        "on it."
    )


def _ship(
    name: str, files: dict[str, bytes], metrics: dict, others: list[Shipment], folder: Path
) -> None:
    """Put the files into the registry; tables that another model was measured for go."""
    tables = () if _is_shipped(files, name, folder) else ("robustness", "generalization")
    outdated = (*(f"{name}_{table}" for table in tables), *(OUTDATED if others else ()))
    faces = metrics["data"]["train"]
    described = f"{sum(faces.values())} faces of train: {', '.join(sorted(faces))}"
    shipment = Shipment(name, files, described, pairs_in_short(metrics))
    ship_with_card(write_model_card, [shipment, *others], withdrawn=outdated, folder=folder)


def _is_shipped(files: dict[str, bytes], name: str, folder: Path) -> bool:
    """Whether the model and its calibration are those that are shipped already."""
    known = registered(folder)
    parts = {"bin": f"{name}_constants", "calibration.json": f"{name}_calibration"}
    return all(
        suffix in files
        and kind in known
        and known[kind].sha256 == hashlib.sha256(files[suffix]).hexdigest()
        for suffix, kind in parts.items()
    )


def trained_on(faces: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Those faces, rows of an index, whose sources a run learned from by its settings."""
    sources = settings["recipe"]["sources"]
    return faces[faces["source"].isin(sources)].reset_index(drop=True) if sources else faces


def measure_split(
    index: DatasetIndex,
    split: str,
    network: Network,
    calibration: Calibration,
    change: Change | None = None,
) -> dict:
    """The report on all faces of a split; among its pairs those of plentiful sources.

    Raises:
        UserError: there is no such split.
    """
    faces = index.part(split)
    if faces.empty:
        raise UserError(f"{index.root} has no split {split}, on which a shipped model is measured.")
    figures = report(score_faces(faces, network, change=change), calibration)
    by_source = figures["by_source"].items()
    known = plentiful({(row["label"], name): row["n"] for name, row in by_source})
    pairs = figures["by_pair"].items()
    figures["by_pair"] = {pair: row for pair, row in pairs if set(pair.split(" / ")) <= known}
    return figures


def pairs_in_short(metrics: dict) -> dict:
    """What of a classifier's figures stands in the registry."""
    kept = ("n", "accuracy", "roc_auc", "ece")
    pairs = metrics["test"]["by_pair"].items()
    return {"test_pairs": {pair: {key: row[key] for key in kept} for pair, row in pairs}}
