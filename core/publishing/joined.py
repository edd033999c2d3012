"""Join a new CNN with the second opinion that is shipped: together they are another model then."""

from dataclasses import asdict
from pathlib import Path

from core.artifacts import Shipment, read_json
from core.dataset.index import DatasetIndex
from core.inference.networks import Network
from core.inference.second import load_second
from core.inference.verdict import Calibration
from core.publishing.second import calibrated, figures, in_short, judge_faces
from core.publishing.with_card import kept_anew
from core.training.second.session import SecondRecipe, chosen_faces

OUTDATED = ("both_live", "second_live", "both_robustness", "generator_judged")
"""Beginnings of names in the registry: what was fitted to the networks joined as they were, or
was measured with them."""


def joined_anew(
    cnn: Network, own: Calibration, index: DatasetIndex, folder: Path
) -> tuple[list[Shipment], str]:
    """Fit to valid how much each network counts, and measure both together on test.

    Args:
        cnn: the new CNN.
        own: its calibration.
        index: a data set with splits valid and test.
        folder: where the second opinion lies.

    Returns:
        What is to be shipped with the CNN, and what came of it in words.

    Raises:
        UserError: the second opinion is missing or damaged, or a split is.
    """
    second = load_second(folder)
    faces = {split: chosen_faces(index, split, SecondRecipe()) for split in ("valid", "test")}
    panel, valid = calibrated(cnn, second, own, faces["valid"])
    metrics, tested = read_json("both_metrics", folder), judge_faces(faces["test"], cnn, second)
    metrics |= {"valid": figures(panel, valid), "test": figures(panel, tested)}
    if "traces" in metrics:
        metrics["traces"]["weights"] = second.weights
    one, both = panel.part_calibrations["second"], panel.calibration
    told = {
        "second": {"joining": second.weights, "calibration": asdict(one)},
        "both": {"joining": panel.weights, "calibration": asdict(both), "metrics": metrics},
    }
    shipments = [
        kept_anew(name, values, in_short(metrics["test"][name]), folder)
        for name, values in told.items()
    ]
    n = metrics["test"]["both"]["n"]
    return shipments, f"Joined with the second opinion anew ({panel.weights}): {n} faces of test."
