"""Measure what is shipped on test anew, and change nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from core.artifacts import Shipment, load_registry, read_json, ship_all
from core.config import ARTIFACTS_DIR
from core.dataset.index import load_split
from core.errors import UserError
from core.inference.networks import has_second, load_panel
from core.inference.second import SecondOpinion
from core.publishing.classifier import measure_split, pairs_in_short
from core.publishing.model_card import write_model_card
from core.publishing.second import figures, in_short, judge_faces
from core.training.second.session import SecondRecipe, chosen_faces


def publish_figures(data: Path, *, folder: Path = ARTIFACTS_DIR) -> Iterator[str]:
    """Let the shipped networks judge a test split, and keep what came of it.

    For a test split that has grown, or figures that were not kept before. Networks, weights and
    calibrations stay as they are.

    Args:
        data: a data set with a split test.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the data or the shipped networks cannot be used, or there is no second opinion.

    Example:
        for line in publish_figures(Path("data")):
            print(line)
    """
    if not has_second(folder):
        raise UserError(
            f"{folder} holds no second opinion. `publish {folder} --data DIR` measures the "
            "classifier alone."
        )
    panel, metrics = load_panel("both", folder), read_json("both_metrics", folder)
    index, _ = load_split(data, "test")
    faces = chosen_faces(index, "test", SecondRecipe())
    judged = judge_faces(faces, panel.parts["cnn"], cast(SecondOpinion, panel.second))
    metrics["test"] = figures(panel, judged)
    yield f"Measured on {len(judged.first.labels)} faces of test."
    alone = read_json("classifier_metrics", folder)
    alone["test"] = measure_split(index, "test", panel.parts["cnn"], panel.part_calibrations["cnn"])
    yield f"Measured the CNN alone on {alone['test']['n']} faces of test."
    ship_all(
        [
            _kept("both", metrics, in_short(metrics["test"]["both"]), folder),
            _kept("classifier", alone, pairs_in_short(alone), folder),
        ],
        folder=folder,
    )
    yield f"Wrote the figures to {folder.name}/."
    write_model_card(folder)
    yield "Wrote MODEL_CARD.md."


def _kept(name: str, metrics: dict, short: dict, folder: Path) -> Shipment:
    made_from = load_registry(folder)[f"{name}_metrics"].data
    return Shipment(name, {"metrics.json": json.dumps(metrics).encode()}, made_from, short)
