"""From a run to artifacts that load, with a card whose figures are the measured ones."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.artifacts import load_registry, read_json
from core.cli.main import main
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation import robustness
from core.inference.photo import load_inspector
from core.publishing.classifier import publish
from core.publishing.judge_run import load_run
from core.training.classifier.recipes import Recipe
from core.training.classifier.session import load_start, train_classifier
from tests.conftest import encode, texture, write_dataset

RECIPE = Recipe("original", epochs=3, batch_size=4, bn_momentum=0.8)


@pytest.fixture(scope="module", autouse=True)
def in_32_bits():
    """As where NNCF is not installed: rounding has tests of its own and takes seconds each time."""

    def refuse(*given, **options):
        raise UserError("NNCF is not installed.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.publishing.classifier.predictor_in_eight_bits", refuse)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    base = tmp_path_factory.mktemp("publish")
    data = write_dataset(base / "set", {"train": 12, "valid": 8, "test": 8})
    train_classifier(data, base / "run", RECIPE, quiet=True)
    return base / "run", data


@pytest.fixture(scope="module")
def published(run, tmp_path_factory):
    """Folder of the run's artifacts, which tests only read, and what was said meanwhile."""
    folder = tmp_path_factory.mktemp("artifacts")
    return folder, list(publish(*run, folder=folder))


def test_a_published_run_serves_verdicts(published):
    folder, lines = published
    assert any("Calibrated" in line for line in lines)
    assert any("32 bits" in line for line in lines)  # and so without NNCF
    inspector = load_inspector(folder)
    metrics = read_json("classifier_metrics", folder)
    hits = 0
    for number in range(8):
        for label in ("real", "fake"):
            data = encode(texture(label, 2000 + number))
            (face,) = inspector.judge_file("t", data, aligned=True).faces
            hits += (face.p_fake >= 0.5) == (label == "fake")
    assert hits / 16 == metrics["test"]["accuracy"]


def test_the_card_quotes_the_measured_figures(run, published, tmp_path):
    shutil.copytree(published[0], tmp_path, dirs_exist_ok=True)
    list(publish(*run, name="original", folder=tmp_path))
    card = (tmp_path / "MODEL_CARD.md").read_text()
    row = json.loads((tmp_path / "classifier.metrics.json").read_text())["test"]["by_pair"]
    pair = row["camera / machine"]
    assert f"{pair['accuracy']:.3f}" in card and f"{pair['roc_auc']:.3f}" in card
    assert "the authors' recipe" in card and "non-commercial" in card
    kinds = {name for name in load_registry(tmp_path) if name.startswith("original_")}
    assert kinds == {"original_metrics", "original_history"}


def test_a_new_cnn_is_joined_with_the_second_opinion_anew(run, tmp_path):
    """Weights, bands and figures of both together are of the new CNN, not of the old one."""
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts")
    names = ("both_joining", "both_calibration", "both_metrics", "second_calibration")
    before = {name: read_json(name, folder) for name in names}
    lines = list(publish(*run, folder=folder))
    assert any("Joined with the second opinion anew" in line for line in lines)
    after = {name: read_json(name, folder) for name in names}
    assert all(after[name] != before[name] for name in names)
    metrics = after["both_metrics"]
    assert metrics["test"]["both"]["n"] == metrics["valid"]["both"]["n"] == 16
    assert metrics["traces"]["weights"] == read_json("second_joining", folder)
    assert "(95%: " in (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "949 photos" not in (folder / "MODEL_CARD.md").read_text("utf-8")
    assert not {"both_robustness", "both_live_calibration"} & set(load_registry(folder))
    inspector = load_inspector(folder)
    assert inspector.panel.weights == after["both_joining"]
    kept = {name: read_json(name, folder) for name in names}
    list(publish(*run, folder=folder))  # the same once more: nothing is joined
    assert {name: read_json(name, folder) for name in names} == kept


def test_a_network_that_guesses_is_shipped_with_a_warning(run, tmp_path):
    run_dir = shutil.copytree(run[0], tmp_path / "run")
    data = write_dataset(tmp_path / "set", {"train": 1, "valid": 8, "test": 4})
    for split in ("valid", "test"):
        for file in (data / split / "fake").iterdir():  # the fakes are like the real ones
            file.write_bytes(encode(texture("real", 5000 + int(file.stem.partition("_")[2]))))
    lines = list(publish(run_dir, data, folder=tmp_path / "artifacts"))
    assert any(line.startswith("Warning: ") and "guess" in line for line in lines)


@pytest.mark.parametrize("kind", ["second", "generator", "eight-bits", "bands"])
def test_what_cannot_be_made_of_a_classifiers_run_is_a_sentence(run, kind, capsys):
    assert main(["publish", str(run[0]), "--data", str(run[1]), "--as", kind]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Error: {run[0]} ") and "Traceback" not in said
    assert any(words in said for words in ("holds no", "not a folder of published networks"))


def test_a_run_of_the_dcgan_is_no_classifier(tmp_path, run):
    (tmp_path / "run.json").write_text('{"recipe": {"discriminator_rate": 1}}')
    with pytest.raises(UserError, match="holds no classifier, but a run of `train dcgan`"):
        list(publish(tmp_path, run[1], folder=tmp_path / "artifacts"))


def test_a_run_without_test_data_is_not_shipped(run, tmp_path):
    data = write_dataset(tmp_path / "set", {"train": 1, "valid": 4})
    with pytest.raises(UserError, match="has no split test"):
        list(publish(run[0], data, folder=tmp_path / "artifacts"))
    assert not (tmp_path / "artifacts" / "registry.json").exists()


@pytest.mark.slow
def test_tables_enter_the_card_and_leave_with_their_model(run, published, tmp_path, monkeypatch):
    monkeypatch.setattr("core.config.ARTIFACTS_DIR", tmp_path)
    monkeypatch.setattr(robustness, "DAMAGES", {"jpeg": robustness.DAMAGES["jpeg"]})
    shutil.copytree(published[0], tmp_path, dirs_exist_ok=True)
    run_dir, data = str(run[0]), str(shutil.copytree(run[1], tmp_path / "set"))
    for file in sorted((tmp_path / "set" / "test" / "fake").iterdir()):
        shutil.copy(file, file.with_name(file.name.replace("machine", "other")))
    sweep = ["evaluate", "--data", data, "--robustness", "--run", run_dir, "--json"]
    assert main([*sweep, "--keep", "classifier"]) == 0
    left_out = ["--left-out", f"other={run_dir}", "--keep", "--json"]
    monkeypatch.setattr("core.cli.generalization.PAINTERS", ())
    assert main(["generalization", "--data", data, *left_out]) == 0
    card = (tmp_path / "MODEL_CARD.md").read_text()
    rows = read_json("classifier_robustness", tmp_path)["rows"]
    worst = rows[-1]["pairs"]["camera / machine"]
    assert f"JPEG compression: 10 (quality) | {worst['accuracy']:.3f}" in card
    assert "| other | left out in training | camera |" in card
    kept = {"classifier_robustness", "classifier_generalization"}
    list(publish(tmp_path, run[1], folder=tmp_path))  # measured anew, the same model
    assert kept <= set(load_registry(tmp_path))
    assert read_json("classifier_robustness", tmp_path)["rows"] == rows
    other = tmp_path / "run"
    train_classifier(run[1], other, replace(RECIPE, epochs=1, seed=1), quiet=True)
    list(publish(other, run[1], folder=tmp_path))
    assert not {"classifier_robustness", "classifier_generalization"} & set(load_registry(tmp_path))
    assert "Damaged pictures\n" not in (tmp_path / "MODEL_CARD.md").read_text()


def test_a_run_that_saw_the_generator_is_no_test_of_leaving_it_out(run, capsys):
    run_dir, data = map(str, run)
    words = ["generalization", "--data", data, "--left-out", f"machine={run_dir}"]
    assert main(words) == 1
    assert "was trained on machine" in capsys.readouterr().err


def test_a_run_is_measured_as_it_would_be_shipped(run, published):
    network, calibration = load_run(*run)
    shipped = load_inspector(published[0])
    assert calibration == shipped.calibration
    faces = np.random.default_rng(0).random((2, 128, 128, 3), dtype=np.float32)
    expected = shipped.predictor.log_odds(faces)
    np.testing.assert_allclose(network.predictor.log_odds(faces), expected, rtol=1e-5)
    assert calibration.temperature > 0


def test_a_run_may_begin_with_the_published_weights(run, published, tmp_path):
    for mine, theirs in zip(load_start(published[0]), load_start(run[0]), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(UserError):
        load_start(tmp_path / "nowhere")
