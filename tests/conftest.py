"""Fixtures that make their own data: no photo of a person is stored for the tests."""

import atexit
import io
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name

# What the app remembers between starts lies here while tests run, those in a browser included.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="faces-tests-")
# Where several processes share the work, one thread each is enough. NumPy reads this while it is
# imported; with two threads on a busy core its linear algebra waits a hundred times as long.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
    if "PYTEST_XDIST_WORKER" in os.environ
    else {}
)

import numpy as np
import pytest
from PIL import Image

from core.config import ARTIFACTS_DIR
from core.examples import load_examples
from core.inference import second
from core.inference.photo import load_inspector
from core.process import prepare_process
from tests.support.lanes import Lanes
from tests.support.unchanged import changes, state_of

atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
prepare_process()  # before a test starts TensorFlow; commands of tests inherit it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests first: they take longest, so all else is shared out beside them."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    # They share two cores with the server they wait for: a wait that was too short is tried once
    # more and told as "rerun"; whatever else fails them fails at once.
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    return Lanes(config, log)


@pytest.fixture(scope="session", autouse=True)
def one_backbone():
    """The second opinion's backbone takes seconds to compile: the same bytes are compiled once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second, "Backbone", lru_cache(maxsize=2)(second.Backbone))
        yield


@pytest.fixture(scope="session", autouse=True)
def artifacts_stay_as_they_are():
    """What is shipped is no place for tests to write to."""
    before = state_of(ARTIFACTS_DIR)
    yield
    if changed := changes(before, state_of(ARTIFACTS_DIR)):
        pytest.fail(f"While the tests ran, artifacts/ changed: {', '.join(changed)}.")


def encode(pixels: np.ndarray | Image.Image, kind: str = "PNG", **options) -> bytes:
    """A picture as the bytes of a file."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def texture(label: str, seed: int, side: int = 128) -> np.ndarray:
    """A stand-in for a face that a network can tell apart: smooth noise, or a fine grid on it."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(60, 196, (8, 8, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC)).astype(int)
    if label == "fake":
        pixels[::4] += 25
    return np.clip(pixels, 0, 255).astype(np.uint8)


def write_dataset(root: Path, per_class: dict[str, int], side: int = 128) -> Path:
    """A folder in the Kaggle layout with `per_class[split]` textures a class."""
    for split, count in per_class.items():
        for label in ("real", "fake"):
            folder = root / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                seed = 1000 * ["train", "valid", "test"].index(split) + number
                name = f"{'camera' if label == 'real' else 'machine'}_{number}.png"
                (folder / name).write_bytes(encode(texture(label, seed, side)))
    return root


@pytest.fixture(scope="session")
def inspector():
    return load_inspector()


@pytest.fixture(scope="session")
def examples() -> dict[str, bytes]:
    """The app's own example pictures by title; all but "Astronaut" are generated."""
    return {example.title: example.data for example in load_examples()}


@pytest.fixture(scope="session")
def portrait(examples) -> np.ndarray:
    """A generated face: uint8 (512, 512, 3), RGB."""
    return np.asarray(Image.open(io.BytesIO(examples["Portrait A"])).convert("RGB"))


@pytest.fixture(scope="session")
def feature_spaces():
    """The networks whose features tell generators' faces from real ones are compiled once."""
    judges = "core.evaluation.generators.quality"
    with pytest.MonkeyPatch.context() as patch:
        for space in (f"{judges}.FeatureSpace", f"{judges}.Dinov2Space"):
            patch.setattr(space, lru_cache(maxsize=1)(resolve_name(space)))
        yield


@pytest.fixture
def artifacts_copy(tmp_path) -> Path:
    """A copy of the shipped artifacts that a test may damage."""
    return Path(shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts"))


@pytest.fixture(scope="session")
def blazeface():
    """The default detector, where its package is installed."""
    from core.inference.detector import shared_detector

    detector, sentence = shared_detector("blazeface")
    if sentence:
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(f"{sentence} `make test` installs it")
    return detector
