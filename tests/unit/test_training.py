"""Training: resumes to the same result after kill -9, refuses bad set-ups early, learns."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.atomic import write_atomically
from core.errors import UserError
from core.models.classifier import FILTERS
from core.training.catalogue import RECIPE_NAMES, RECIPES_OF, recipe_for
from core.training.checkpoint import load_arrays, load_weights
from core.training.classifier.augmentation import FaceAugmentation
from core.training.classifier.recipes import RECIPES, Recipe
from core.training.classifier.session import load_start, targets_of, train_classifier
from core.training.gan.recipes import GAN_RECIPES
from core.training.run_folder import RunFolder
from core.training.second.session import SecondRecipe
from core.training.trained_on import noted_data
from tests.conftest import write_dataset
from tests.support.runs import interrupted_after, weights_before_each_step

SMALL = Recipe("small", epochs=3, batch_size=8)
OURS = replace(
    RECIPES["mosaic"],
    **{"epochs": 2, "batch_size": 8, "samples_per_epoch": 16, "warmup_steps": 2},
    policy="float32",
    filmed_shares={"camera": 0.5, "machine": 0.5},
)


@pytest.fixture(scope="module", autouse=True)
def thin():
    """Networks with few filters, for what does not depend on their size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.models.classifier.FILTERS", (8, 8, 8))
        yield


@pytest.fixture
def whole_size(monkeypatch):
    """The network as it is trained by the commands of other processes."""
    monkeypatch.setattr("core.models.classifier.FILTERS", FILTERS)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 12, "valid": 6})


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """The run of one epoch; a test that writes to it takes a copy."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    train_classifier(data, folder, replace(SMALL, epochs=1), quiet=True)
    return folder


@pytest.fixture
def own_run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "own")


def _same(one, other) -> bool:
    first, second = load_arrays(one / "last.npz"), load_arrays(other / "last.npz")
    assert set(first) == set(second)
    return all(np.array_equal(first[name], second[name]) for name in first)


def test_the_bar_counts_the_batches_of_valid_too(data, tmp_path, monkeypatch):
    told, folder = [], tmp_path / "run"
    keep = RunFolder.save_progress
    monkeypatch.setattr("core.training.progress.EVERY_S", 0.0)
    monkeypatch.setattr(RunFolder, "save_progress", lambda *one: told.append(one[1]) or keep(*one))
    train_classifier(data, folder, replace(SMALL, epochs=2), quiet=True)
    steps, looks = 3, 1  # 24 faces of train in batches of 8; 12 of valid at once
    assert {each.total for each in told if each.total} == {2 * (steps + looks)}
    first = next(each for each in told if each.phase == "validating")
    assert first.done == steps and first.eta_s > 0
    assert told[-1].share == 1.0 and RunFolder(folder).progress().eta_s == 0.0


def test_history_has_the_contracts_columns_and_the_loss_falls(data, tmp_path, whole_size):
    recipe = replace(SMALL, batch_size=4, epochs=4, bn_momentum=0.8)
    history = train_classifier(data, tmp_path / "run", recipe, quiet=True)
    columns = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr"]
    assert list(history.columns)[:6] == columns
    pd.testing.assert_frame_equal(history, pd.read_csv(tmp_path / "run" / "history.csv"))
    assert history["epoch"].tolist() == [1, 2, 3, 4]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]
    assert history["accuracy"].iloc[-1] > 0.8  # the textures are easy to tell apart


def _wait_for(file, process) -> None:
    deadline = time.monotonic() + 240
    while not file.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_a_run_killed_with_signal_9_ends_like_an_unbroken_one(tmp_path, whole_size):
    data = write_dataset(tmp_path / "set", {"train": 4, "valid": 2})
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    command = [sys.executable, "-m", "core", "train", "classifier", "--recipe", "original"]
    command += ["--data", str(data), "--epochs", "3", "--out"]
    process = subprocess.Popen([*command, str(broken)], stderr=subprocess.DEVNULL)
    _wait_for(broken / "last.npz", process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(load_arrays(broken / "last.npz")) > 0  # never half a file
    subprocess.run([*command, str(broken), "--resume"], check=True, stderr=subprocess.DEVNULL)
    train_classifier(data, whole, replace(RECIPES["original"], epochs=3), quiet=True)
    assert _same(broken, whole)
    columns = ["epoch", "loss", "val_loss", "val_accuracy", "lr"]
    histories = [pd.read_csv(run / "history.csv")[columns] for run in (broken, whole)]
    pd.testing.assert_frame_equal(*histories, check_exact=True)
    assert (broken / "best.weights.npz").read_bytes() == (whole / "best.weights.npz").read_bytes()


@pytest.mark.slow
def test_a_second_training_of_one_run_is_told_so_and_the_first_goes_on(data, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, "-m", "core", "train", "classifier", "--recipe", "original"]
    command += ["--data", str(data), "--epochs", "999", "--out", str(run)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(run / "last.npz", first)
        for resume in ([], ["--resume"]):
            done = subprocess.run([*command, *resume], capture_output=True, text=True)
            assert done.returncode == 1
            assert f"Another training runs in {run} now. Stop it or wait" in done.stderr
            assert "Traceback" not in done.stderr and first.poll() is None
        assert len(RunFolder(run).load_history()) >= 1 and RunFolder(run).in_training
    finally:
        first.kill()
        first.wait()
    assert not RunFolder(run).in_training


@pytest.mark.slow
def test_augmented_and_averaged_runs_resume_exactly_too(data, tmp_path, monkeypatch):
    train_classifier(data, tmp_path / "whole", OURS, quiet=True)
    with interrupted_after(monkeypatch, 1):
        train_classifier(data, tmp_path / "broken", OURS, quiet=True)
    train_classifier(data, tmp_path / "broken", OURS, resume=True, quiet=True)
    assert _same(tmp_path / "broken", tmp_path / "whole")


def test_a_finished_run_resumed_changes_nothing(data, own_run):
    before = (own_run / "last.npz").read_bytes()
    recipe = replace(SMALL, epochs=1)
    history = train_classifier(data, own_run, recipe, resume=True, quiet=True)
    assert len(history) == 1 and (own_run / "last.npz").read_bytes() == before


def test_with_a_constant_rate_a_finished_run_may_have_more_epochs(data, own_run):
    history = train_classifier(data, own_run, replace(SMALL, epochs=2), resume=True, quiet=True)
    assert history["epoch"].tolist() == [1, 2]
    assert RunFolder(own_run).settings()["recipe"]["epochs"] == 2
    assert noted_data(own_run) == data.resolve()
    with pytest.raises(UserError, match=r"another recipe epochs \(2 there, 1 asked for\)"):
        train_classifier(data, own_run, replace(SMALL, epochs=1), resume=True, quiet=True)


def _remove(folder):
    for file in folder.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("train/fake", "train/fake has no readable image"),
        ("valid/real", "valid/real has no readable image"),
    ],
)
def test_a_missing_class_or_split_is_said_before_the_work(tmp_path, part, words):
    root = write_dataset(tmp_path / "set", {"train": 2, "valid": 2}, 32)
    _remove(root / part)
    with pytest.raises(UserError, match=words):
        train_classifier(root, tmp_path / "run", SMALL, quiet=True)
    assert not (tmp_path / "run").exists()


def test_sources_that_do_not_exist(data, tmp_path):
    with pytest.raises(UserError, match="of the sources elsewhere"):
        train_classifier(data, tmp_path / "run", replace(SMALL, sources=("elsewhere",)), quiet=True)


def test_run_folders_that_cannot_be_used(data, own_run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        train_classifier(data, tmp_path / "file" / "run", SMALL, quiet=True)
    recipe = replace(SMALL, epochs=1)
    with pytest.raises(UserError, match="already holds a run"):
        train_classifier(data, own_run, recipe, quiet=True)
    with pytest.raises(UserError, match=r"another recipe learning_rate \(0.01 there, 0.5"):
        other = replace(recipe, learning_rate=0.5)
        train_classifier(data, own_run, other, resume=True, quiet=True)
    (own_run / "last.npz").write_bytes(b"half a file")
    with pytest.raises(UserError, match="missing or damaged"):
        train_classifier(data, own_run, recipe, resume=True, quiet=True)


def test_atomic_writes_leave_no_scraps(tmp_path):
    file = tmp_path / "state"
    write_atomically(file, b"one")
    write_atomically(file, b"two")
    assert file.read_bytes() == b"two" and list(tmp_path.iterdir()) == [file]


@pytest.mark.slow
def test_a_run_may_begin_with_another_runs_weights(data, trained, tmp_path, monkeypatch):
    best = load_weights(trained / "best.weights.npz")
    webcam = replace(
        RECIPES["webcam"], epochs=2, batch_size=8, samples_per_epoch=16, policy="float32"
    )
    webcam = replace(webcam, filmed_shares={"camera": 1.0, "machine": 0.5})
    with weights_before_each_step(monkeypatch) as begun:
        train_classifier(data, tmp_path / "second", webcam, start=[trained], quiet=True)
    for mine, theirs in zip(begun[0], best, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not np.array_equal(begun[1][0], best[0])
    with pytest.raises(UserError, match="another start"):
        train_classifier(data, tmp_path / "second", webcam, resume=True, quiet=True)


def test_the_catalogue_names_every_recipe_of_every_network():
    """It does so without loading what they need."""
    found = {"second": {SecondRecipe().name}, "dcgan": set(GAN_RECIPES)}
    for recipe in RECIPES.values():
        found.setdefault(recipe.network, set()).add(recipe.name)
    assert {network: set(names) for network, names in RECIPES_OF.items()} == found
    assert set(RECIPE_NAMES) == set().union(*found.values())
    assert [recipe_for(network) for network in RECIPES_OF] == ["ours", "second", "traces", "ours"]


def test_a_patchwork_of_both_classes_is_asked_for_its_areas():
    labels, rows, partners = np.array([0, 1]), np.array([0, 0, 1, 1]), np.array([1, 0, 0, -1])
    targets = targets_of(labels, rows, partners, np.array([0.25, 0.5, 0.75, 0.0], np.float32))
    np.testing.assert_array_equal(targets, [[0.75, 0.25], [1, 0], [0.75, 0.25], [0, 1]])
    assert targets.dtype == np.float32


@pytest.mark.slow
def test_a_run_may_begin_between_two_others(data, trained, tmp_path, monkeypatch):
    runs = [trained, tmp_path / "other"]
    train_classifier(data, runs[1], replace(SMALL, epochs=1, seed=1), quiet=True)
    with weights_before_each_step(monkeypatch) as begun:
        train_classifier(data, tmp_path / "third", replace(SMALL, epochs=1), start=runs, quiet=True)
    for mean, one, two in zip(begun[0], *map(load_start, runs), strict=True):
        np.testing.assert_allclose(mean, (one + two) / 2, rtol=1e-6)
    assert '"start": "trained + other"' in (tmp_path / "third" / "run.json").read_text()


def test_a_start_that_is_no_run(data, tmp_path):
    with pytest.raises(UserError, match="missing or damaged"):
        train_classifier(data, tmp_path / "run", SMALL, start=[tmp_path / "none"], quiet=True)
    assert not (tmp_path / "run").exists()


def test_learning_rates():
    recipe = replace(OURS, learning_rate=1.0, warmup_steps=10, cosine=True)
    rates = [recipe.rate_at(step, 110) for step in range(110)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == rates[10] == 1.0
    assert rates[60] == pytest.approx(0.505) and rates[-1] < 0.02
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert {RECIPES["original"].rate_at(step, 99) for step in range(99)} == {0.01}


def test_the_original_recipe_is_the_authors():
    recipe = RECIPES["original"]
    assert (recipe.optimizer, recipe.learning_rate, recipe.batch_size) == ("sgd", 0.01, 32)
    assert (recipe.epochs, recipe.augmentation, recipe.ema_decay) == (15, None, 0.0)
    assert isinstance(RECIPES["ours"].augmentation, FaceAugmentation)
