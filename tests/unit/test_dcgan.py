"""The DCGAN's networks and training: sizes, augmentation, codes, averages, resuming, learning."""

import io
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops
from PIL import Image

import core.training.gan.projected_step as projected_module
import core.training.gan.session as module
from core.errors import UserError
from core.generators.codes import normal_latents
from core.models.dcgan import build_discriminator, build_generator
from core.models.lite0 import build_lite0
from core.models.projected import SIDE, SIDES, build_heads, build_projection
from core.training.checkpoint import load_arrays
from core.training.gan.diff_augment import Draws, augment, draw
from core.training.gan.face_codes import FaceCodes
from core.training.gan.gradients import gradients_of, pulled, slopes_of
from core.training.gan.projected_step import ProjectedStep
from core.training.gan.recipes import GAN_RECIPES, GanRecipe
from core.training.gan.session import grid_file, train_dcgan
from core.training.gan.step import Batch, GanStep
from core.training.imagenet import load_imagenet
from tests.conftest import write_dataset
from tests.support.runs import interrupted_after

# Two steps an epoch: a face takes a quarter of a second a step.
SMALL = GanRecipe("small", epochs=2, samples_per_epoch=8, batch_size=4, settle_steps=10**6)
OURS = replace(
    GAN_RECIPES["ours"],
    **{"epochs": 2, "samples_per_epoch": 8, "batch_size": 4, "warmup_steps": 1, "r1_every": 2},
    settle_steps=3,
    policy="float32",
)
PROJECTED = replace(
    GAN_RECIPES["projected"], epochs=2, samples_per_epoch=8, batch_size=4, policy="float32"
)


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    """A row of painted faces with every checkpoint instead of eight, and codes of tiny faces."""
    monkeypatch.setattr(module, "SAMPLE_SEEDS", 8)
    for place in ("face_codes", "step"):
        monkeypatch.setattr(f"core.training.gan.{place}.SMALL_SIDE", 16)


@pytest.fixture
def untaught(monkeypatch):
    """Projected discriminators on a network drawn at random: the package is not needed."""
    monkeypatch.setattr(projected_module, "load_imagenet", lambda lite0: None)


def _thin_discriminator(**_) -> keras.Model:
    norm = keras.layers.BatchNormalization()
    inner = [keras.layers.Conv2D(8, 4, 4), norm, keras.layers.Dropout(0.2), keras.layers.Flatten()]
    return keras.Sequential([keras.Input((128, 128, 3)), *inner, keras.layers.Dense(1)])


@pytest.fixture
def thin_generator(monkeypatch):
    """A generator with few channels, where it is the discriminator that learns."""
    monkeypatch.setattr("core.models.dcgan.FIRST_CHANNELS", 8)
    monkeypatch.setattr("core.models.dcgan.UPSAMPLING_CHANNELS", (8, 8, 8, 8))


@pytest.fixture
def thin(monkeypatch, thin_generator):
    """Networks with few channels, for what does not depend on their size."""
    monkeypatch.setattr("core.training.gan.step.build_discriminator", _thin_discriminator)
    heads = dict.fromkeys(SIDES, (8, 8))
    monkeypatch.setattr("core.models.projected.HEADS", heads | {SIDES[0]: (8, 8, 8)})


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 8, "valid": 4})


def test_the_networks_are_the_authors_to_the_parameter():
    assert build_generator().count_params() == 1_520_643
    assert build_discriminator().count_params() == 1_666_753


def test_faces_have_their_shape_and_range():
    faces = ops.convert_to_numpy(build_generator()(normal_latents(range(3), 128)))
    assert faces.shape == (3, 128, 128, 3) and faces.dtype == np.float32
    assert faces.min() >= 0 and faces.max() <= 1
    chances = ops.convert_to_numpy(build_discriminator(logits=False)(faces))
    assert chances.shape == (3, 1) and (chances >= 0).all() and (chances <= 1).all()


def test_fused_normalization_is_that_of_keras():
    from keras import layers

    from core.models.norm import FusedBatchNormalization

    maps = np.random.default_rng(0).normal(2, 3, (8, 20, 20, 5)).astype(np.float32)
    outcomes = []
    for kind in (layers.BatchNormalization, FusedBatchNormalization):
        layer = kind(momentum=0.5)
        outcomes.append((ops.convert_to_numpy(layer(maps, training=True)), layer.get_weights()))
    (one, averages), (other, fused_averages) = outcomes
    np.testing.assert_allclose(one, other, atol=1e-4)
    for average, fused in zip(averages, fused_averages, strict=True):
        np.testing.assert_allclose(average, fused, rtol=1e-3, atol=1e-5)


class TestDiffAugment:
    FACES = np.random.default_rng(0).random((4, 16, 16, 3), dtype=np.float32)

    def _draws(self, **changes) -> tuple:
        ones, none = np.ones((4, 1, 1, 1), np.float32), np.zeros((4, 1, 1, 1), np.float32)
        far = np.full((4, 2), 1000, np.int32)  # the hole lies outside
        plain = Draws(none, ones, ones, np.zeros((4, 2), np.int32), far)
        return replace(plain, **changes).arrays()

    def _augment(self, **changes) -> np.ndarray:
        return ops.convert_to_numpy(augment(self.FACES, *self._draws(**changes)))

    def test_neutral_draws_change_nothing(self):
        np.testing.assert_allclose(self._augment(), self.FACES, atol=1e-6)

    def test_a_shift_is_exact(self):
        shift = np.array([[3, 0], [0, -2], [0, 0], [-1, 5]], np.int32)
        moved = self._augment(shift=shift)
        for face, result, (down, right) in zip(self.FACES, moved, shift, strict=True):
            expected = np.zeros_like(face)
            for y in range(16):
                for x in range(16):
                    if 0 <= y + down < 16 and 0 <= x + right < 16:
                        expected[y, x] = face[y + down, x + right]
            np.testing.assert_allclose(result, expected, atol=1e-6)

    def test_a_hole_is_a_square_of_half_the_side(self):
        hole = np.array([[8, 8], [0, 0], [15, 15], [8, 0]], np.int32)
        black = (self._augment(hole=hole) == 0).all(axis=3)
        assert black.sum(axis=(1, 2)).tolist() == [49, 16, 16, 28]

    def test_colour_changes(self):
        none = np.zeros((4, 1, 1, 1), np.float32)
        gray = self._augment(saturation=none)
        np.testing.assert_allclose(gray[..., 0], gray[..., 2], atol=1e-6)
        flat = self._augment(contrast=none)
        assert np.ptp(flat, axis=(1, 2, 3)).max() < 1e-5
        brighter = self._augment(brightness=none + 0.25)
        np.testing.assert_allclose(brighter, self.FACES + 0.25, atol=1e-6)

    def test_draws_repeat(self):
        one, other = (draw(6, 128, np.random.default_rng(3)).arrays() for _ in range(2))
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
        assert np.abs(one[3]).max() <= 16


@pytest.mark.slow
def test_codes_are_whitened_and_mirrored():
    faces = np.random.default_rng(0).integers(0, 256, (300, 128, 128, 3), dtype=np.uint8)
    codes = FaceCodes(faces)
    both = codes.codes.reshape(-1, 128)
    np.testing.assert_allclose(both.T @ both / len(both), np.eye(128), atol=1e-2)
    rows, turned = np.array([3, 7]), np.array([False, True])
    found, small = codes.of(rows, turned)
    np.testing.assert_array_equal(found[1], codes.codes[1, 7].astype(np.float32))
    np.testing.assert_array_equal(small[1], codes.small[7][:, ::-1])
    mirrored = FaceCodes(np.concatenate([faces[:150], faces[:150, :, ::-1]]))
    np.testing.assert_allclose(mirrored.codes[1, 0], mirrored.codes[0, 150], atol=1e-3)


def _batch(recipe: GanRecipe) -> Batch:
    rng, count = np.random.default_rng(0), recipe.batch_size
    real = rng.random((count, 128, 128, 3), dtype=np.float32)
    codes, first, second = rng.standard_normal((3, count, 128), dtype=np.float32)
    small = rng.random((round(recipe.coded_share * count), 16, 16, 3), dtype=np.float32)
    turns = [draw(count, 128, rng).arrays() if recipe.augment else () for _ in range(3)]
    noise = rng.random((2 * count, 1), dtype=np.float32)
    return Batch(real, codes, first, second, small, *turns, noise)


def test_the_average_follows_the_formula(thin):
    step = GanStep(replace(SMALL, ema_decay=0.999))
    before = [np.array(weight) for weight in step.averaged.get_weights()]
    step(_batch(SMALL), 40)  # (1 + 40) / (10 + 40) = 0.82 is less than 0.999
    for average, old, new in zip(
        step.averaged.get_weights(), before, step.generator.get_weights(), strict=True
    ):
        np.testing.assert_allclose(average, 0.82 * old + 0.18 * new, atol=1e-6)


@pytest.mark.parametrize("recipe", [SMALL, OURS], ids=["plain", "ours"])
@pytest.mark.slow
def test_the_discriminator_learns_a_batch_by_heart(recipe, thin_generator):
    fixed = {"generator_rate": 0.0, "discriminator_rate": 1e-3, "augment": False}
    step = GanStep(replace(recipe, **fixed, warmup_steps=0, settle_steps=10**6))
    batch = _batch(step.recipe)
    losses = [step(batch, 2 * number + 1)["d_loss"] for number in range(5)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("settled", [False, True])
def test_the_generator_learns_to_fool_a_fixed_discriminator(settled, thin):
    settle_steps = 0 if settled else 10**6
    recipe = replace(SMALL, discriminator_rate=0.0, generator_rate=5e-3, settle_steps=settle_steps)
    step, batch = GanStep(recipe), _batch(recipe)
    losses = [step(batch, number)["g_loss"] for number in range(16)]
    # Dropout makes single losses jump, and processors round apart: 0.15 or less has been seen.
    assert np.mean(losses[-4:]) < 0.5 * np.mean(losses[:4])


def test_a_settled_discriminator_keeps_its_statistics(thin):
    recipe = replace(SMALL, settle_steps=1)
    step = GanStep(recipe)

    def averages() -> list[np.ndarray]:
        return [
            np.array(v) for v in step.discriminator.non_trainable_variables if "moving" in v.path
        ]

    start = averages()
    step(_batch(recipe), 0)
    moved = averages()
    assert any((a != b).any() for a, b in zip(start, moved, strict=True))
    step(_batch(recipe), 1)
    for a, b in zip(moved, averages(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_warming_up_teaches_the_generator_alone(thin):
    step = GanStep(replace(OURS, warmup_steps=10, warmup_rate=1e-2))
    critic = [np.array(weight) for weight in step.discriminator.get_weights()]
    batch = _batch(OURS)
    dark = replace(batch, real=0.2 * batch.real)  # the untrained generator paints mid-gray
    rows = [step(dark, number) for number in range(10)]
    assert all(set(row) == {"paint_error"} for row in rows)
    assert rows[-1]["paint_error"] < 0.9 * rows[0]["paint_error"]
    for before, after in zip(critic, step.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert step.best is step.generator
    step(batch, 10)
    assert step.best is step.averaged


def test_the_frozen_network_sees_as_lite0_does():
    """Normalizations are folded into convolutions; the maps are mixed afterwards."""
    lite0 = build_lite0(side_px=SIDE)
    try:
        load_imagenet(lite0)
    except UserError as error:
        pytest.skip(str(error))
    projection = build_projection(lite0)
    faces = np.random.default_rng(0).random((2, 128, 128, 3), dtype=np.float32)
    last = next(layer for layer in reversed(lite0.layers) if layer.output.shape[-1] == 320)
    enlarged = keras.layers.Resizing(SIDE, SIDE, interpolation="bilinear")(faces)
    expected = keras.Model(lite0.input, last.output)(enlarged, training=False)
    frozen = [layer for layer in projection.layers if layer.name.startswith("frozen")]
    found = keras.Model(projection.input, frozen[-1].output)(faces, training=False)
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (found, expected)), atol=2e-3)
    maps = [ops.convert_to_numpy(part) for part in projection(faces, training=False)]
    assert [part.shape for part in maps] == [(2, side, side, 64) for side in SIDES]
    assert all(0.2 < part.std() < 5 for part in maps) and not projection.trainable_variables


def test_heads_keep_their_slopes_at_one():
    heads = build_heads(seed=3)
    assert heads.count_params() < 1.7e6
    maps = [
        np.random.default_rng(0).random((2, side, side, 64), dtype=np.float32) for side in SIDES
    ]
    for _ in range(12):  # the power iteration converges
        logits = heads(maps, training=True)
    assert [tuple(part.shape) for part in logits] == [(2, 6, 6, 1)] * 4
    kernels = [w for w in heads.get_weights() if w.ndim == 4]
    norms = [np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2) for kernel in kernels]
    np.testing.assert_allclose(norms, 1, atol=0.1)


def test_one_pass_serves_two_losses():
    """The way back through `pulled` gives what a gradient of the whole would."""
    weight = keras.Variable(np.array([2.0, -1.0], np.float32))
    outputs, back = pulled(lambda: [weight * weight, ops.sin(weight)], [weight])

    def loss_of(parts):
        return ops.sum(parts[0] ** 2) + 3 * ops.sum(parts[1])

    loss, slopes = slopes_of(loss_of, [ops.stop_gradient(part) for part in outputs])
    (found,) = back(slopes)
    whole, _, (expected,) = gradients_of(
        lambda: (loss_of([weight * weight, ops.sin(weight)]), None), [weight]
    )
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (found, expected)), rtol=1e-6)
    assert float(loss) == pytest.approx(float(whole))


@pytest.mark.slow
def test_projected_heads_learn_a_batch_by_heart_and_teach_the_generator(thin_generator):
    keras.utils.set_random_seed(3)  # of five seeds two take more than six steps
    try:
        step = ProjectedStep(replace(PROJECTED, augment=False, discriminator_rate=1e-3))
    except UserError as error:
        pytest.skip(str(error))
    batch = _batch(PROJECTED)
    before = [np.array(weight) for weight in step.generator.get_weights()]
    losses = [step(batch, number)["d_loss"] for number in range(6)]
    assert losses[-1] < 0.8 * losses[0]
    assert all(
        (old != new).any() for old, new in zip(before, step.generator.get_weights(), strict=True)
    )


def test_batches_are_made_ahead_in_their_order():
    made = []

    def make(number: int) -> int:
        made.append(number)
        return 10 * number

    assert list(module.made_ahead(make, range(3, 6))) == [(3, 30), (4, 40), (5, 50)]
    assert made == [3, 4, 5]


@pytest.mark.parametrize("recipe", [SMALL, OURS, PROJECTED], ids=["plain", "ours", "projected"])
@pytest.mark.slow
def test_a_resumed_run_ends_like_an_unbroken_one(
    data, tmp_path, recipe, untaught, thin, monkeypatch
):
    whole = train_dcgan(data, tmp_path / "whole", recipe, quiet=True)
    with interrupted_after(monkeypatch, 1):
        train_dcgan(data, tmp_path / "broken", recipe, quiet=True)
    again = train_dcgan(data, tmp_path / "broken", recipe, resume=True, quiet=True)
    first, second = (load_arrays(tmp_path / run / "last.npz") for run in ("whole", "broken"))
    assert set(first) == set(second)
    for name in first:
        np.testing.assert_allclose(first[name], second[name], rtol=1e-4, atol=1e-6)
    columns = ["epoch", "d_loss", "g_loss", "images"]
    assert list(whole)[:3] == columns[:3]
    pd.testing.assert_frame_equal(whole[columns], again[columns], rtol=1e-4)
    for kept in ("samples", "snapshots"):
        assert len(list((tmp_path / "whole" / kept).iterdir())) == 2  # the first and the last


@pytest.mark.slow
def test_a_finished_run_can_be_prolonged(data, tmp_path, thin):
    train_dcgan(data, tmp_path, replace(SMALL, epochs=1), quiet=True)
    history = train_dcgan(data, tmp_path, SMALL, resume=True, quiet=True)
    assert history["epoch"].tolist() == [1, 2]
    with pytest.raises(UserError, match="batch_size"):
        train_dcgan(data, tmp_path, replace(SMALL, batch_size=2), resume=True, quiet=True)


def test_too_few_faces(data, tmp_path):
    with pytest.raises(UserError, match="12 readable real faces"):
        train_dcgan(data, tmp_path / "run", replace(SMALL, batch_size=32), quiet=True)


def test_a_grid_is_a_picture_of_all_faces():
    faces = np.zeros((16, 32, 32, 3), np.float32)
    faces[9] = 1
    grid = np.asarray(Image.open(io.BytesIO(grid_file(faces))))
    assert grid.shape == (64, 256, 3)
    assert grid[48, 48].min() > 240 and grid[16, 48].max() < 15
