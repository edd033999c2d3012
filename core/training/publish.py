"""From a finished run to shipped artifacts: weights, runtime model, calibration, figures."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from core.artifacts import register
from core.config import ARTIFACTS_DIR
from core.dataset.index import DatasetIndex
from core.dataset.pipeline import row_weights
from core.errors import UserError
from core.evaluation.calibration import fit_calibration
from core.evaluation.folder import Scores, load_split, report, score_faces
from core.evaluation.model_card import write_model_card
from core.inference.predictor import Predictor
from core.inference.verdict import Calibration
from core.training.export import to_keras_file, to_openvino
from core.training.run_folder import RunFolder, load_weights, write_atomically

SHIPPED = "classifier"


def publish(
    run_dir: Path, data: Path, *, name: str = SHIPPED, folder: Path = ARTIFACTS_DIR
) -> Iterator[str]:
    """Ship a run: convert, calibrate on valid, measure once on test, write it all down.

    Args:
        run_dir: folder of a run of `train classifier`.
        data: the folder it was trained on, with valid and test.
        name: "classifier" is what the app serves; another name keeps a run for comparison
            (history and figures, no weights).
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the run or the data cannot be used.
    """
    run = RunFolder(run_dir)
    settings, weights = _read_settings(run), load_weights(run.best_file)
    index, valid_faces = load_split(data, "valid")
    graph, constants = to_openvino(weights)
    predictor = Predictor(graph, constants)
    folder.mkdir(parents=True, exist_ok=True)

    valid = score_faces(_chosen(valid_faces, settings), predictor)
    calibration = _calibrate(valid, settings)
    yield f"Calibrated on {len(valid.labels)} faces of valid: {asdict(calibration)}"
    metrics = {"recipe": settings["recipe"], "data": settings["data"]}
    metrics["valid"] = _measure(index, "valid", predictor, calibration)
    metrics["test"] = _measure(index, "test", predictor, calibration)
    yield f"Measured on {metrics['test']['n']} faces of test."

    described = f"{sum(settings['data']['train'].values())} faces of train: " + ", ".join(
        sorted(settings["data"]["train"])
    )
    files = _Files(name, folder, described, metrics)
    files.add("metrics", "metrics.json", json.dumps(metrics, indent=2).encode())
    files.add("history", "history.csv", run.history_file.read_bytes())
    if name == SHIPPED:
        files.add("calibration", "calibration.json", json.dumps(asdict(calibration)).encode())
        files.add("graph", "xml", graph)
        files.add("constants", "bin", constants)
        weights_file = folder / f"{name}.weights.h5"
        to_keras_file(weights, weights_file)
        files.add("weights", "weights.h5", weights_file.read_bytes())
    yield f"Wrote the artifacts of {name} to {folder.name}/."
    write_model_card(folder)
    yield "Wrote MODEL_CARD.md."


def _read_settings(run: RunFolder) -> dict:
    try:
        return json.loads(run.settings_file.read_text())
    except (OSError, ValueError) as error:
        raise UserError(
            f"{run.folder} holds no training run (no readable run.json). Train one first."
        ) from error


def _chosen(faces: pd.DataFrame, settings: dict) -> pd.DataFrame:
    sources = settings["recipe"]["sources"]
    return faces[faces["source"].isin(sources)].reset_index(drop=True) if sources else faces


def _calibrate(valid: Scores, settings: dict) -> Calibration:
    shares = settings["recipe"]["source_shares"] or {}
    weights = row_weights(valid.faces, shares)
    return fit_calibration(valid.labels, valid.log_odds, weights, valid.sharpnesses)


def _measure(
    index: DatasetIndex, split: str, predictor: Predictor, calibration: Calibration
) -> dict:
    faces = index.part(split)
    if faces.empty:
        raise UserError(f"{index.root} has no split {split}, on which a shipped model is measured.")
    return report(score_faces(faces, predictor), calibration)


class _Files:
    """Writes the files of one model and enters them into the registry."""

    def __init__(self, name: str, folder: Path, data: str, metrics: dict):
        self.name, self.folder, self.data = name, folder, data
        short = ("n", "accuracy", "roc_auc", "ece")
        self.figures = {
            "test_pairs": {
                pair: {key: figures[key] for key in short}
                for pair, figures in metrics["test"]["by_pair"].items()
            }
        }

    def add(self, kind: str, suffix: str, content: bytes) -> None:
        file = f"{self.name}.{suffix}"
        write_atomically(self.folder / file, content)
        register(
            f"{self.name}_{kind}",
            file,
            kind=kind,
            data=self.data,
            metrics=self.figures,
            folder=self.folder,
        )
