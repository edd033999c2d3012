"""The served network is the Keras network, and needs no TensorFlow."""

import subprocess
import sys

import numpy as np
import pytest

from core.config import FAKE, REAL, ROOT
from core.imaging import to_model_input
from core.inference.predictor import MAX_BATCH, load_predictor
from tests.conftest import texture
from tests.support.served import assert_as_served


@pytest.fixture(scope="module")
def predictor():
    return load_predictor()


@pytest.fixture(scope="module")
def faces(portrait):
    rng = np.random.default_rng(0)
    real_world = [to_model_input(portrait), to_model_input(np.ascontiguousarray(portrait[:, ::-1]))]
    textures = [to_model_input(texture("fake", seed)) for seed in range(3)]
    noise = [rng.random((128, 128, 3), dtype=np.float32) for _ in range(3)]
    edges = [np.zeros((128, 128, 3), np.float32), np.ones((128, 128, 3), np.float32)]
    return np.stack([*real_world, *textures, *noise, *edges])


def test_parity_with_keras(predictor, faces):
    """The app runs the weights that are shipped for Keras, in 8 bits if that does no harm."""
    from core.training.shipped import trained_classifier

    logits = np.asarray(trained_classifier()(faces, training=False))
    assert_as_served(logits[:, FAKE] - logits[:, REAL], predictor.log_odds(faces))


def test_a_batch_equals_its_faces_one_by_one(predictor, faces):
    one_by_one = np.concatenate([predictor.log_odds(face[None]) for face in faces])
    np.testing.assert_allclose(predictor.log_odds(faces), one_by_one, atol=1e-3)


def test_more_faces_than_a_batch(predictor, faces):
    many = np.repeat(faces[:1], MAX_BATCH + 3, axis=0)
    odds = predictor.log_odds(many)
    assert odds.shape == (MAX_BATCH + 3,)
    np.testing.assert_allclose(odds, odds[0], atol=1e-3)


def test_no_faces_and_wrong_shapes(predictor):
    assert predictor.log_odds(np.zeros((0, 128, 128, 3), np.float32)).shape == (0,)
    with pytest.raises(ValueError, match="Received: shape"):
        predictor.log_odds(np.zeros((128, 128, 3), np.float32))


def test_bgr_would_be_another_verdict(predictor, portrait):
    face = to_model_input(portrait)
    straight, swapped = predictor.log_odds(np.stack([face, face[..., ::-1]]))
    assert abs(straight - swapped) > 1e-3


def test_judging_and_pages_do_not_import_tensorflow():
    code = (
        "import sys\n"
        "from core.inference.photo import load_inspector\n"
        "import core.inference.report, core.cli.main\n"
        "import ui.shared.face_card, ui.photo.input, ui.photo.session\n"
        "load_inspector()\n"
        "assert not {'tensorflow', 'keras', 'sklearn'} & set(sys.modules), 'slow import'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_home_imports_neither_tables_nor_video_before_it_is_drawn():
    code = (
        "import ast, pathlib, sys\n"
        "lines = ast.parse(pathlib.Path('app.py').read_text()).body\n"
        "imports = [line for line in lines if isinstance(line, (ast.Import, ast.ImportFrom))]\n"
        "exec(compile(ast.Module(imports, []), 'app.py', 'exec'))\n"
        "assert 'core.inference.photo' in sys.modules\n"
        "slow = {'pandas', 'scipy', 'aiortc', 'av', 'openvino'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, cwd=ROOT)


def test_core_does_not_import_streamlit():
    code = (
        "import sys, pkgutil, importlib, core\n"
        "for module in pkgutil.walk_packages(core.__path__, 'core.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "assert 'streamlit' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=180)
