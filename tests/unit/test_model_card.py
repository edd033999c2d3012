"""The model card says whose each band is, and why a source has not as many faces in every table."""

import json
import re
import shutil

import pytest

from core.artifacts import Shipment, read_artifact, read_json, ship_file
from core.config import ARTIFACTS_DIR
from core.evaluation.sources import seen_in_words
from core.publishing.card_sections import differing_counts, tried_section
from core.publishing.model_card import write_model_card
from core.publishing.with_card import ship_with_card

CARD = (ARTIFACTS_DIR / "MODEL_CARD.md").read_text("utf-8")


def _figures(**counts: int) -> dict:
    return {"by_source": {name: {"n": n} for name, n in counts.items()}}


def test_the_shipped_card_says_whose_band_it_is():
    part = CARD.split("## Verdicts of the CNN alone")[1].split("\n## ")[0]
    alone = read_json("classifier_calibration")
    low, high = alone["unsure_low"], alone["unsure_high"]
    assert f"Its unsure band, between P(fake) {low:.2f} and {high:.2f}" in part
    assert "that of the default verdict" in part and "app says unsure" not in CARD


def test_a_model_that_answers_nothing_has_a_card_too(tmp_path):
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts")
    metrics = read_json("classifier_metrics", folder)
    for part in ("test", "test_filmed"):
        metrics[part] |= {"answered": 0.0, "accuracy_answered": None}
    content, file = json.dumps(metrics).encode(), "classifier.metrics.json"
    ship_file("classifier_metrics", file, content, kind="metrics", data="faces", folder=folder)
    write_model_card(folder)
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "Of all test faces none gets an answer, and ECE" in card
    assert "Of these frames none gets an answer." in card


def test_nothing_is_shipped_whose_card_cannot_be_told(tmp_path):
    folder = tmp_path / "artifacts"

    def fails(place):
        raise TypeError("a figure that is none")

    new = [Shipment("other", {"metrics.json": b"{}"}, "faces", {})]
    with pytest.raises(TypeError):
        ship_with_card(fails, new, folder=folder)
    assert not folder.exists()
    told = []
    ship_with_card(told.append, new, folder=folder)
    assert len(told) == 2 and told[-1] == folder
    assert read_artifact("other_metrics", folder) == b"{}"


def test_sources_of_which_both_networks_judged_a_part_are_named():
    both, alone = read_json("both_metrics"), read_json("classifier_metrics")["test"]
    told = tried_section(both, read_json("both_calibration"), alone)
    named = dict(re.findall(r"(\d+ of \d+) of (\w+)[,)]", told.split("drawn at random (")[1]))
    expected = {
        f"{row['n']} of {alone['by_source'][name]['n']}": name
        for name, row in both["test"]["both"]["by_source"].items()
        if row["n"] < alone["by_source"][name]["n"]
    }
    assert set(named) == set(expected) and set(expected)
    assert "drawn at random" not in tried_section(
        both, read_json("both_calibration"), both["test"]["both"]
    )


def test_a_source_that_was_filmed_on_another_state_of_the_split_is_named():
    told = differing_counts(_figures(a=5, b=2, c=1), _figures(a=5, b=3, d=4))
    assert told == (
        " The split was another when these were judged: 3 faces of b rather than 2, "
        "0 faces of c rather than 1, 4 faces of d rather than 0."
    )
    assert differing_counts(_figures(a=5), _figures(a=5)) == ""


def test_generators_that_are_new_to_a_network_are_named():
    seen = {"generator": "stylegan", "trained_on": True, "left_out": False}
    new = {"generator": "flux", "trained_on": False, "left_out": False}
    assert seen_in_words([seen, seen, new]) == (
        "New to it are 1 of the 2 generators here: FLUX.1. From the others it learned, as the "
        "table says."
    )
    assert seen_in_words([seen]).startswith("It learned from every generator here")
