"""Augmentation: pure in its generator, shape-safe, the same for both classes."""

import numpy as np
import pytest

from core.training.classifier.augmentation import FaceAugmentation
from tests.conftest import texture

OFF = FaceAugmentation(p_crop=0, p_light=0, p_degrade=0)


@pytest.mark.parametrize("seed", range(40))
def test_any_draw_gives_a_square_uint8_and_leaves_the_input(seed):
    pixels = texture("real", seed, 256)
    before = pixels.copy()
    always = FaceAugmentation(p_crop=1, p_light=1, p_degrade=1)
    changed = always(pixels, np.random.default_rng(seed))
    np.testing.assert_array_equal(pixels, before)
    assert changed.dtype == np.uint8 and changed.shape[0] == changed.shape[1] >= 170
    np.testing.assert_array_equal(always(pixels, np.random.default_rng(seed)), changed)


def test_the_clean_path_only_flips_and_moves_by_even_steps():
    pixels = texture("fake", 0, 64)
    for seed in range(20):
        moved = OFF(pixels, np.random.default_rng(seed))
        middle = moved[24:40, 24:40]
        views = [pixels, pixels[:, ::-1]]
        starts = range(12, 37, 2)  # 24 plus or minus 12
        assert any(
            np.array_equal(middle, view[y : y + 16, x : x + 16])
            for view in views
            for y in starts
            for x in starts
        )


def test_chances_are_kept():
    pixels = texture("real", 1, 64)
    untouched = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        same = FaceAugmentation(p_crop=0, p_light=0.5, p_degrade=0)(pixels, rng)
        untouched += set(np.unique(same)) <= set(np.unique(pixels))
    assert 60 <= untouched <= 140
