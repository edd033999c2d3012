"""What is said about the model comes from its figures, and from nothing else."""

import json

import pytest

from core.artifacts import read_json, ship
from core.evaluation import knowledge
from core.evaluation.intervals import wilson_ci95
from core.evaluation.knowledge import Rate, knowledge_of, shipped_knowledge
from core.evaluation.plain_words import caught_line, plain_lines
from core.evaluation.sources import (
    EARLIER_EPOCHS,
    FAMILIES,
    KINDS,
    PAINTED,
    Known,
    family_of,
    headline_of,
    how_known,
    kind_of,
    was_trained_on,
)
from core.generators.codes import PSI_MEANS
from core.generators.files import PSI_RANGE
from core.inference.networks import load_calibration
from core.training.classifier.recipes import RECIPES
from core.training.second.session import SecondRecipe


def _row(label: str, n: int, fake: int, unsure: int) -> dict:
    right = (n - fake) / n if label == "real" else fake / n
    said = {"called_fake": fake / n, "called_unsure": unsure / n}
    return {
        "label": label,
        "n": n,
        "accuracy": right,
        **said,
        "called_real": 1 - sum(said.values()),
    }


TRAIN = {"fake/sd21": 5, "fake/stylegan": 5, "real/ffhq": 9}
BY_SOURCE = {
    "ffhq": _row("real", 100, 2, 10),
    "usgov": _row("real", 20, 3, 0),
    "selfie": _row("real", 2, 2, 0),
    "stylegan": _row("fake", 50, 40, 5),
    "sd21": _row("fake", 50, 10, 20),
    "dcgan": _row("fake", 10, 0, 0),
}


def test_every_source_that_is_named_anywhere_has_a_title():
    """A family, a recipe, a painting or a measurement that names a new one is found here."""
    named = [PAINTED, *FAMILIES.values(), *EARLIER_EPOCHS.values()]
    named += [recipe.source_shares or () for recipe in RECIPES.values()]
    named += [SecondRecipe.whole_sources, SecondRecipe.late_sources]
    named.append(read_json("both_metrics")["test"]["both"]["by_source"])
    assert {source for sources in named for source in sources} - set(KINDS) == set()


def test_a_title_that_begins_a_line_keeps_the_capitals_of_names():
    assert headline_of("ffhq") == "Portraits from Flickr" and headline_of("bw").startswith("Black")
    assert headline_of("of mine") == "Of mine" and headline_of("") == ""


@pytest.fixture
def known():
    return knowledge_of(TRAIN, BY_SOURCE)


def test_all_photos_count_in_the_pooled_rate(known):
    rate = known.rate("real", "fake")
    assert (rate.n, rate.share) == (122, 7 / 122)
    assert rate.ci95 == wilson_ci95(7, 122)
    assert (rate.count, rate.interval) == ("6", "3 to 11")
    few = Rate(7 / 949, 949, wilson_ci95(7, 949))
    assert (few.count, few.interval) == ("fewer than 1", "0.4 to 1.5")
    none = Rate(0.0, 50, wilson_ci95(0, 50))
    assert (none.count, none.interval) == ("0", "0 to 7")


def test_the_worst_kind_is_one_that_was_measured_well(known):
    assert known.worst() == "usgov"
    assert "of the worst kind, official headshots, 15 (5 to 36)" in known.alarm()
    assert "accuses 6 (95%: 3 to 11; 122 photos of 3 kinds)" in known.alarm()


def test_a_known_kind_has_its_own_rate(known):
    assert "(portraits from Flickr) it wrongly accuses 2" in known.alarm("ffhq")
    assert known.alarm("nowhere") == "Nothing was measured on photos of this kind."


def test_it_sees_only_what_it_learned_from(known):
    assert (
        known.sees()
        == "It can see faces by StyleGAN (80 of 100 called generated) and Stable Diffusion (20)."
    )
    assert "face swaps" in known.blind_to()
    assert knowledge_of({}, BY_SOURCE).sees() == "It learned from no generator."


def test_of_painted_faces_it_says_what_psi_is_and_that_the_share_is_over_a_mix(known):
    told = known.painted()
    assert told.startswith("Faces of variations of our DCGAN were painted at some psi")
    assert f"psi ({PSI_RANGE[0]:g} to {PSI_RANGE[1]:g}) is {PSI_MEANS}." in told
    del (others := dict(BY_SOURCE))["dcgan"]
    assert knowledge_of(TRAIN, others).painted() == ""


def test_what_it_catches_misses_and_doubts(known):
    line = caught_line(known)
    assert "calls 45 generated" in line and "unsure about 23" in line and "no trace in 32" in line


def test_figures_without_an_unsure_band_say_nothing_of_one():
    old = {"ffhq": {"label": "real", "n": 50, "accuracy": 0.9}}
    known = knowledge_of(TRAIN, old)
    assert known.rate("real", "unsure") is None and known.rate("real", "fake").count == "10"
    assert "wrongly accuses 10" in known.alarm()


@pytest.mark.parametrize("network", ["both", "cnn", "second"])
def test_the_shipped_words_are_the_shipped_figures(network):
    known = shipped_knowledge(network=network)
    rows = read_json("both_metrics")["test"][network]["by_source"]
    photos = [row for row in rows.values() if row["label"] == "real"]
    accused = sum(row["called_fake"] * row["n"] for row in photos)
    n = sum(row["n"] for row in photos)
    assert known.rate("real", "fake").share == pytest.approx(accused / n)
    worst = max(known.accused.values())
    assert known.rate("real", "fake", [known.worst()]).share == pytest.approx(worst)


def test_ten_plain_lines():
    lines = plain_lines(shipped_knowledge(), load_calibration(name="both"))
    assert len(lines) == 10 and all(line.endswith(".") for line in lines)
    assert not any("—" in line or "  " in line for line in lines)


def test_names_of_sources_in_plain_words():
    assert kind_of("bw") == "black and white portraits" and kind_of("new") == "new"
    assert family_of("sdxl") == "Stable Diffusion" and family_of("new") == "new"


def test_what_was_known_of_a_generator_is_said_alike_in_tables_and_sentences():
    assert was_trained_on("DCGAN", {"dcganepochs"}) and was_trained_on("StyleGAN", {"stylegan"})
    assert not was_trained_on("StyleGAN", {"dcganepochs"})
    assert how_known("DCGAN, psi 1", trained_on=True) == "trained on earlier epochs"
    assert "earlier epochs" in how_known("DCGAN", trained_on=True).sentence
    assert how_known("flux", trained_on=True) == "trained on other faces"
    assert how_known("flux", trained_on=False) == "never seen"
    assert how_known("flux", trained_on=True, left_out=True) == "left out in training"
    assert len({known.sentence for known in Known}) == len(Known)


def test_curves_are_read_of_the_networks_whose_figures_keep_one(monkeypatch, tmp_path):
    kept = {"roc": {"fpr": [0, 1], "tpr": [0.5, 1]}, "roc_auc": 0.9}
    figures = {"both": kept | {"recall_real": 0.75, "recall_fake": 0.8}, "cnn": {"roc_auc": 0.9}}
    monkeypatch.setattr(knowledge, "has_second", lambda folder: True)
    content = json.dumps({"test": figures}).encode()
    ship("both", {"metrics.json": content}, data="", metrics={}, folder=tmp_path)
    (curve,) = knowledge.shipped_rocs(tmp_path)
    assert (curve.network, curve.tpr, curve.at_threshold) == ("both", [0.5, 1], (0.25, 0.8))
