"""Draw the unsure bands of what is shipped anew, and measure it with them."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

from core.config import ARTIFACTS_DIR
from core.dataset.index import load_split
from core.evaluation.asked_once import AskedOnce
from core.evaluation.scores import score_faces
from core.inference.networks import Network
from core.inference.second import SecondOpinion
from core.publishing.classifier import measure_split, pairs_in_short, trained_on
from core.publishing.figures import load_shipped, publish_figures
from core.publishing.fitting import rebanded
from core.publishing.model_card import write_model_card
from core.publishing.second import figures, in_short, joined_scores, judge_faces
from core.publishing.with_card import kept_anew, ship_with_card
from core.training.second.session import SecondRecipe, chosen_faces

OUTDATED = ("both_robustness", "classifier_robustness", "generator_judged")


def publish_bands(data: Path, *, folder: Path = ARTIFACTS_DIR) -> Iterator[str]:
    """Fit the unsure bands of the shipped networks to valid, and measure verdicts with them.

    For another rule on whom to accuse or clear: P(fake) of every face stays as it is. Tables of
    verdicts that take long to measure are withdrawn; `evaluate` measures and keeps them anew.

    Args:
        data: the data set it was published with, with splits valid and test.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the data or the shipped networks cannot be used, or there is no second opinion.

    Example:
        for line in publish_bands(Path("data")):
            print(line)
    """
    panel, metrics, alone = load_shipped(folder, "calibrates")
    index, all_valid = load_split(data, "valid")
    load_split(data, "test")  # said before minutes of work
    cnn: Network = AskedOnce(panel.parts["cnn"])
    chosen = chosen_faces(index, "valid", SecondRecipe())
    valid = judge_faces(chosen, cnn, cast(SecondOpinion, panel.second))
    own = dict(panel.part_calibrations)
    own["cnn"] = rebanded(score_faces(trained_on(all_valid, alone), cnn), own["cnn"])
    own["second"] = rebanded(valid.scores["second"], own["second"])
    both = rebanded(joined_scores(panel, valid), panel.calibration)
    for name, drawn in {**own, "both": both}.items():
        yield f"Unsure band of {name}: {drawn.unsure_low:.4f} to {drawn.unsure_high:.4f}"
    panel = replace(panel, calibration=both, part_calibrations=own)
    metrics["valid"] = figures(panel, valid)
    alone["valid"] = measure_split(index, "valid", cnn, own["cnn"])
    rules = {name: {"calibration": asdict(each)} for name, each in {**own, "both": both}.items()}
    tested = metrics["test"]
    shipments = [
        kept_anew("classifier", {**rules["cnn"], "metrics": alone}, pairs_in_short(alone), folder),
        kept_anew("second", rules["second"], in_short(tested["second"]), folder),
        kept_anew("both", {**rules["both"], "metrics": metrics}, in_short(tested["both"]), folder),
    ]
    ship_with_card(write_model_card, shipments, withdrawn=OUTDATED, folder=folder)
    yield from publish_figures(data, folder=folder)
