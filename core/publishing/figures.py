"""Measure what is shipped on test anew, and change nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR
from core.dataset.index import load_split
from core.errors import UserError
from core.evaluation.asked_once import AskedOnce
from core.inference.networks import Panel, has_second, load_panel
from core.inference.second import SecondOpinion
from core.publishing.classifier import measure_split, pairs_in_short
from core.publishing.model_card import write_model_card
from core.publishing.second import figures, in_short, judge_faces
from core.publishing.with_card import kept_anew, ship_with_card
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
    panel, metrics, alone = load_shipped(folder, "measures")
    index, _ = load_split(data, "test")
    faces = chosen_faces(index, "test", SecondRecipe())
    cnn = AskedOnce(panel.parts["cnn"])  # most faces are also among those of the whole split
    judged = judge_faces(faces, cnn, cast(SecondOpinion, panel.second))
    metrics["test"] = figures(panel, judged)
    yield f"Measured on {len(judged.first.labels)} faces of test."
    alone["test"] = measure_split(index, "test", cnn, panel.part_calibrations["cnn"])
    yield f"Measured the CNN alone on {alone['test']['n']} faces of test."
    kept = [
        kept_anew("both", {"metrics": metrics}, in_short(metrics["test"]["both"]), folder),
        kept_anew("classifier", {"metrics": alone}, pairs_in_short(alone), folder),
    ]
    ship_with_card(write_model_card, kept, folder=folder)
    yield f"Wrote the figures to {folder.name}/."
    yield "Wrote MODEL_CARD.md."


def load_shipped(folder: Path, does: str) -> tuple[Panel, dict, dict]:
    """What is shipped: both networks, their figures, and those of the CNN alone.

    Args:
        folder: where the artifacts lie.
        does: what a plain `publish` does to the CNN alone, for the error: "measures".

    Raises:
        UserError: the shipped networks cannot be used, or there is no second opinion.
    """
    if not has_second(folder):
        raise UserError(
            f"{folder} holds no second opinion. `publish {folder} --data DIR` {does} the "
            "classifier alone."
        )
    both, alone = (read_json(f"{name}_metrics", folder) for name in ("both", "classifier"))
    return load_panel("both", folder), both, alone
