"""The training faces as a network sees them, probed for shortcuts."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from core.dataset.index import index_folder
from core.training.classifier.augmentation import FaceAugmentation
from core.training.classifier.surroundings import paint_edges, replace_background, to_gray, widen
from core.training.mixture import mixture_of, probe_mixture
from tests.conftest import write_dataset


@pytest.fixture(scope="module")
def dark_fakes(tmp_path_factory):
    root = write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 24, "valid": 4}, 64)
    for file in (root / "train" / "fake").iterdir():
        Image.fromarray(np.asarray(Image.open(file)) // 3).save(file)
    return root


def test_a_shortcut_is_found_and_augmentation_weakens_it(dark_fakes):
    mixture = replace(mixture_of(index_folder(dark_fakes), "second"), augmentation=None)
    plain = probe_mixture(mixture, 48)
    assert plain["brightness"] > 0.95
    strong = FaceAugmentation(p_background=1.0, p_edge=1.0)
    changed = replace(mixture, augmentation=strong, filmed={})
    assert probe_mixture(changed, 48)["brightness"] < plain["brightness"]


def test_the_probe_is_a_command(dark_fakes, capsys):
    assert main(["dataset", "info", str(dark_fakes), "--augmented", "nothing"]) == 1
    assert "No recipe is called 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize("change", [replace_background, widen, paint_edges, to_gray])
def test_what_surrounds_a_face_changes_the_same_way_every_time(change, portrait):
    before = portrait.copy()
    once, again = (change(portrait, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(portrait, before)
    assert once.dtype == np.uint8 and once.shape[0] == once.shape[1] >= portrait.shape[0]
    assert not np.array_equal(once, portrait)


def test_another_background_leaves_the_face_alone(portrait):
    changed = replace_background(portrait, np.random.default_rng(0))
    middle = slice(200, 350)
    np.testing.assert_array_equal(changed[middle, middle], portrait[middle, middle])
