"""The second opinion: its head, how a run is resumed, how it joins the CNN."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.evaluation.calibration import fit_accusing_band
from core.evaluation.knowledge import knowledge_of
from core.evaluation.scores import Scores
from core.evaluation.sources import KINDS
from core.inference.guard import Guard, fit_guard
from core.inference.networks import Heard, Panel, load_panel
from core.inference.second import SIDE_PX, Head, SecondOpinion, Traces
from core.inference.verdict import (
    STRANGE,
    Calibration,
    Condition,
    Doubt,
    decide,
    doubts_of,
)
from core.publishing.fitting import limit_of
from core.publishing.second import Judged, fit_weights, join_within, joined_scores
from core.training.run_folder import RunFolder
from core.training.second import session as training
from core.training.second.features import features_of, kept_features
from core.training.second.session import SecondRecipe, fit_head, head_of, train_second
from tests.conftest import write_dataset

FEATURES = 24
CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)
FINE = Condition(side_px=200, sharp=100.0)
RECIPE = SecondRecipe(epochs=1, components=8, hidden=4, members=2, steps=5, per_source=20)


class Eye:
    """Stands in for the backbone: coarse colours of a face are its features."""

    def __init__(self, *files: bytes, precision: str = "f32"):
        self.looks = 0

    def features(self, faces):
        assert faces.shape[1:] == (SIDE_PX, SIDE_PX, 3)
        self.looks += len(faces)
        blocks = faces.reshape(len(faces), 4, 56, 2, 112, 3).mean(axis=(2, 4))
        return blocks.reshape(len(faces), FEATURES).astype(np.float32)


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "data", {"train": 12, "valid": 6}, 64)


@pytest.fixture
def eye(monkeypatch):
    shared = Eye()
    monkeypatch.setattr(training, "build_backbone", lambda: (b"", b""))
    monkeypatch.setattr(training, "Backbone", lambda *files, precision: shared)
    return shared


def _separable(count=200):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((count, FEATURES))
    labels = (features[:, 0] + 0.1 * rng.standard_normal(count) > 0).astype(int)
    return features, labels


def test_a_head_learns_what_the_features_tell():
    features, labels = _separable()
    recipe = replace(RECIPE, components=24, hidden=16, steps=400, alpha=0.01)
    head = fit_head(features, labels, np.ones(len(labels)), recipe)
    odds = head.log_odds(head.components(features))
    assert ((odds > 0) == (labels == 0)).mean() > 0.95  # fake is class 0


def test_a_head_survives_its_file():
    features, labels = _separable()
    head = fit_head(features, labels, np.ones(len(labels)), RECIPE)
    again = Head.from_bytes(head.to_bytes())
    before, after = (each.log_odds(each.components(features)) for each in (head, again))
    np.testing.assert_allclose(after, before, atol=0.05)


def test_faces_of_any_size_are_judged_in_their_order(portrait):
    features, labels = _separable()
    second = SecondOpinion(Eye(), fit_head(features, labels, np.ones(len(labels)), RECIPE))
    dark = np.zeros((40, 40, 3), np.uint8)
    both = second.log_odds_of([portrait, dark])
    alone = [second.log_odds_of([face])[0] for face in (portrait, dark)]
    np.testing.assert_allclose(both, alone, rtol=1e-4)
    assert len(second.log_odds_of([])) == 0


def test_a_broken_off_run_computes_no_feature_twice(data, tmp_path, eye, monkeypatch):
    whole = train_second(data, tmp_path / "whole", RECIPE, quiet=True)
    every = eye.looks
    monkeypatch.setattr(training, "fit_head", _stop)
    with pytest.raises(KeyboardInterrupt):
        train_second(data, tmp_path / "broken", RECIPE, quiet=True)
    assert eye.looks == 2 * every
    monkeypatch.undo()
    monkeypatch.setattr(training, "build_backbone", lambda: (b"", b""))
    monkeypatch.setattr(training, "Backbone", lambda *files, precision: eye)
    resumed = train_second(data, tmp_path / "broken", RECIPE, resume=True, quiet=True)
    assert eye.looks == 2 * every
    assert whole["val_roc_auc"].tolist() == resumed["val_roc_auc"].tolist()
    first, second = (head_of(RunFolder(tmp_path / name)) for name in ("whole", "broken"))
    np.testing.assert_array_equal(first.axes, second.axes)


def _stop(*_):
    raise KeyboardInterrupt


def test_more_epochs_are_other_looks_at_the_same_faces(data, tmp_path, eye):
    one = train_second(data, tmp_path / "run", RECIPE, quiet=True)
    more = train_second(data, tmp_path / "more", replace(RECIPE, epochs=2), quiet=True)
    assert list(more["faces"]) == [one["faces"][0], 2 * one["faces"][0]]


def test_a_file_that_cannot_be_decoded_is_left_out(data, tmp_path, eye):
    from core.dataset.index import index_folder

    faces = index_folder(data).part("valid")
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    faces.loc[1, "path"] = str(tmp_path / "bad.jpg")
    features, rows = features_of(faces, eye, tmp_path / "kept")
    assert 1 not in rows and len(rows) == len(features) == len(faces) - 1


def test_a_finished_run_can_be_measured_and_its_features_read_again(data, tmp_path, eye):
    train_second(data, tmp_path / "run", RECIPE, quiet=True)
    features, rows = kept_features(tmp_path / "run" / "features" / "train1")
    assert features.shape == (24, FEATURES) and sorted(rows) == list(range(24))
    with pytest.raises(UserError, match="holds no features"):
        kept_features(tmp_path / "run" / "features" / "train9")


def test_a_classifiers_run_is_no_second_opinion(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.open({"recipe": {}}, resume=False)
    with pytest.raises(UserError, match="no second opinion"):
        head_of(run)


def _scores(index_faces, odds):
    labels = (index_faces["label"] == "real").to_numpy().astype(np.int32)
    return Scores(index_faces, labels, odds, [FINE] * len(odds), {})


def test_the_network_that_knows_counts_more(data):
    from core.dataset.index import index_folder

    faces = index_folder(data).part("train")
    truth = np.where(faces["label"] == "fake", 1.0, -1.0)
    rng = np.random.default_rng(1)
    scores = {
        "cnn": _scores(faces, rng.standard_normal(len(faces))),
        "second": _scores(faces, truth + 0.9 * rng.standard_normal(len(faces))),
    }
    weights = fit_weights(scores)
    assert weights["second"] > weights["cnn"] >= 0
    own = dict.fromkeys(scores, CALIBRATION)
    panel = Panel("both", {"cnn": None, "second": None}, weights, CALIBRATION, own)
    joined = joined_scores(panel, Judged(scores, np.zeros(len(faces)))).log_odds
    np.testing.assert_allclose(
        joined,
        weights["cnn"] * scores["cnn"].log_odds + weights["second"] * scores["second"].log_odds,
    )


def test_the_band_is_slow_to_accuse():
    rng = np.random.default_rng(2)
    labels = np.repeat([1, 1, 0], 200)
    sources = np.repeat(["plain", "studio", "machine"], 200)
    p_fake = np.concatenate(
        [rng.uniform(0, 0.5, 200), rng.uniform(0, 0.8, 200), rng.uniform(0.3, 1, 200)]
    )
    low, high = fit_accusing_band(labels, p_fake, sources, np.ones(600))
    for name in ("plain", "studio"):
        assert (p_fake[sources == name] >= high).mean() <= 0.03
    assert (p_fake[labels == 0] < low).mean() <= 0.10
    assert 0.7 < high < 0.8 and low <= high


def test_one_odd_photo_of_a_small_source_decides_nothing():
    sources = np.array(["a"] * 100 + ["few"] * 20 + ["fewer"] * 20 + ["machine"] * 100)
    labels = np.array([1] * 140 + [0] * 100)
    odd = [0.99] + [0.1] * 39
    p_fake = np.concatenate([np.linspace(0, 0.4, 100), odd, np.linspace(0.5, 1, 100)])
    assert fit_accusing_band(labels, p_fake, sources, np.ones(240))[1] < 0.5
    p_fake[101:105] = 0.99  # several odd ones do, together
    assert fit_accusing_band(labels, p_fake, sources, np.ones(240))[1] > 0.98


def _two_kinds(rng, count=300):
    kinds = np.repeat(["real/a", "fake/b"], count)
    return np.where(kinds == "real/a", -3, 3)[:, None] + rng.standard_normal((2 * count, 8)), kinds


def test_a_guard_knows_the_faces_of_training_from_strangers():
    rng = np.random.default_rng(0)
    points, kinds = _two_kinds(rng)
    guard = Guard.from_bytes(fit_guard(points, kinds).to_bytes())
    known = guard.strangeness(_two_kinds(rng)[0])
    between = guard.strangeness(rng.standard_normal((300, 8)))
    assert 0.8 < known.mean() < 1.2 and between.min() > np.quantile(known, 0.99)


def test_a_strange_face_gets_no_verdict():
    assert decide(0.99, FINE, CALIBRATION).state == "fake"
    verdict = decide(0.99, replace(FINE, strange=True), CALIBRATION)
    assert (verdict.state, verdict.reason) == ("unsure", STRANGE)


def test_a_panel_says_which_faces_are_in_doubt():
    calibration = replace(CALIBRATION, max_strangeness=2.0, max_disagreement=0.8)
    own = dict.fromkeys(("cnn", "second"), CALIBRATION)
    panel = Panel("both", {}, {"cnn": 1.0, "second": 1.0}, calibration, own)
    odds = {"cnn": np.array([3.0, -3.0, 3.0]), "second": np.array([3.0, 3.0, 3.0])}
    heard = Heard(odds, np.array([1.0, 1.0, 2.5]))
    doubts = doubts_of(panel.noted([FINE] * 3, heard), panel.calibration)
    assert doubts.tolist() == [Doubt.NONE, Doubt.NO_VERDICT, Doubt.NO_VERDICT]
    cnn = panel.only("cnn")  # what the second opinion sees is not asked
    assert not doubts_of(cnn.noted([FINE] * 3, heard), cnn.calibration).any()


def test_what_it_knows_is_said_from_the_figures():
    row = {"n": 100, "accuracy": 0.9, "called_fake": 0.02, "called_real": 0.9, "called_unsure": 0}
    train = {"fake/sd21": 5, "fake/stylegan": 5, "fake/other": 2, "real/ffhq": 9}
    known = knowledge_of(train, {"ffhq": {**row, "label": "real"}})
    assert known.families == ("StyleGAN", "Stable Diffusion", "other")
    assert known.accused == {"ffhq": 0.02}
    assert "calls 2 fake" in known.sentence() and f"({KINDS['ffhq']})" in known.sentence()


def test_a_network_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ValueError, match="must be one of"):
        load_panel("third")


class Says:
    """Stands in for a predictor: says one number of every face."""

    def __init__(self, log_odds):
        self.value = log_odds

    def log_odds(self, faces):
        assert faces.shape[1:] == (SIDE_PX, SIDE_PX, 3)
        return np.full(len(faces), self.value, np.float32)


def test_what_looks_for_traces_is_heard_beside_the_head(portrait):
    features, labels = _separable()
    head = fit_head(features, labels, np.ones(len(labels)), RECIPE)
    weights = {"world": 0.5, "traces": 2.0}
    alone = SecondOpinion(Eye(), head)
    both = SecondOpinion(Eye(), head, traces=Traces(Says(3.0)), weights=weights)
    said, _ = both.hear([portrait])
    np.testing.assert_allclose(said["world"], alone.log_odds_of([portrait]), rtol=1e-5)
    expected = 0.5 * alone.log_odds_of([portrait]) + 6.0
    np.testing.assert_allclose(both.log_odds_of([portrait]), expected, rtol=1e-5)
    assert len(both.log_odds_of([])) == 0


def test_within_the_second_opinion_the_better_network_counts_more(data):
    from core.dataset.index import index_folder

    faces = index_folder(data).part("train")
    truth = np.where(faces["label"] == "fake", 1.0, -1.0)
    rng = np.random.default_rng(4)
    within = {
        "world": rng.standard_normal(len(faces)),
        "traces": truth + 0.9 * rng.standard_normal(len(faces)),
    }
    scores = {"second": _scores(faces, within["world"] + within["traces"])}
    second = SecondOpinion(None, None, traces=Traces(None))
    judged = Judged(scores, np.zeros(len(faces)), within)
    join_within(second, judged)
    assert second.weights["traces"] > second.weights["world"] >= 0
    np.testing.assert_allclose(judged.scores["second"].log_odds, second.joined(within), rtol=1e-5)


def test_a_limit_leaves_its_share_of_the_sources_beyond():
    names = ["many"] * 90 + ["few"] * 10
    faces = pd.DataFrame({"label": "real", "source": names, "path": names})
    doubts = np.r_[np.zeros(90), np.arange(10.0)]  # only the small source has any
    limit = limit_of(faces, doubts, 0.22)
    assert (doubts > limit).mean() == pytest.approx(0.04)  # of half of all: a fifth of the whole
