"""Sampling and batches: shares, shuffling, determinism, bad files."""

import numpy as np
import pandas as pd
import pytest

from core.dataset.batches import (
    PixelStore,
    epoch_rows,
    make_batches,
    paste_patch,
    pick_partners,
    row_weights,
)
from core.dataset.index import index_folder, labels_of
from core.imaging import decode_image, to_model_input
from core.training.classifier.augmentation import FaceAugmentation
from tests.conftest import write_dataset

FACES = pd.DataFrame(
    {
        "path": [f"{i}.png" for i in range(10)],
        "label": ["real"] * 6 + ["fake"] * 4,
        "source": ["a"] * 4 + ["b"] * 2 + ["c"] * 4,
    }
)


def test_labels_are_kaggles_folder_order():
    assert labels_of(FACES).tolist() == [1] * 6 + [0] * 4


def test_weights_halve_by_class_and_share_by_source():
    weights = row_weights(FACES, {"a": 0.75, "b": 0.25, "c": 1.0})
    sums = [weights[:4].sum(), weights[4:6].sum(), weights[6:].sum()]
    np.testing.assert_allclose(sums, [0.375, 0.125, 0.5])
    np.testing.assert_allclose(row_weights(FACES, None), 0.1)


def test_an_epoch_with_equal_weights_is_a_full_shuffle():
    rng = np.random.default_rng(0)
    first, second = (epoch_rows(np.full(100, 0.01), 100, rng) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert (first != second).mean() > 0.9
    assert np.abs(np.corrcoef(first, np.arange(100))[0, 1]) < 0.4


def test_no_row_is_starved():
    weights = row_weights(FACES, {"a": 0.75, "b": 0.25, "c": 1.0})
    counts = np.bincount(epoch_rows(weights, 64, np.random.default_rng(1)), minlength=10)
    assert np.all(np.abs(counts - 64 * weights) <= 1)


def test_partners_are_of_the_same_class_and_source():
    rows = np.arange(10).repeat(50)
    partners = pick_partners(FACES, rows, 0.5, np.random.default_rng(2))
    taken = partners >= 0
    assert 0.4 < taken.mean() < 0.6
    source = FACES["source"].to_numpy()
    assert (source[partners[taken]] == source[rows[taken]]).all()
    assert len(set(partners[taken & (rows == 0)])) == 4


def test_crossed_partners_are_of_the_other_class_by_weight():
    rows = np.arange(10).repeat(50)
    weights = np.array([0, 0, 0, 1, 0, 0, 0, 0, 2, 1])
    partners = pick_partners(
        FACES, rows, 1.0, np.random.default_rng(2), weights=weights, cross_share=0.5
    )
    labels = labels_of(FACES)
    crossed = labels[partners] != labels[rows]
    assert 0.4 < crossed.mean() < 0.6
    assert set(partners[crossed & (labels[rows] == 0)]) == {3}
    assert set(partners[crossed & (labels[rows] == 1)]) == {8, 9}
    source = FACES["source"].to_numpy()
    assert (source[partners[~crossed]] == source[rows[~crossed]]).all()


def test_a_patch_comes_from_the_same_place():
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint8)[:, None, None], (64, 64, 3))
    mixed, share = paste_patch(black, ramp, np.random.default_rng(4))
    changed = mixed.any(axis=2)
    assert changed.any() and not black.any()
    np.testing.assert_array_equal(mixed[changed], ramp[changed])
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    top = 0 if rows[0] <= 1 else rows[0]  # the ramp's first row is black, too
    assert share == (rows[-1] + 1 - top) * len(columns) / 64**2
    assert top % 8 == 0 and columns[0] % 8 == 0 and len(columns) % 8 == 0
    for other in (white[:32], None):
        unchanged, share = paste_patch(black, other, np.random.default_rng(0))
        assert unchanged is black and share == 0


@pytest.fixture
def folder(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 6}, 256)
    (root / "train" / "fake" / "machine_0.png").write_bytes(b"broken")
    return index_folder(root)


def _gather(store, rows, **options):
    faces, picked = [], []
    for batch, numbers, _ in make_batches(store, rows, batch_size=4, **options):
        faces.append(batch.numpy())
        picked.append(rows[numbers.numpy()])
    return np.concatenate(faces), np.concatenate(picked)


def test_batches_are_what_inference_would_see(folder):
    paths = list(folder.faces["path"])
    rows = np.array([3, 0, 7, 7, 1])
    faces, picked = _gather(PixelStore(paths), rows)
    assert picked.tolist() == rows.tolist()
    for face, row in zip(faces, rows, strict=True):
        with open(paths[row], "rb") as file:
            expected = to_model_input(decode_image(file.read()).pixels)
        np.testing.assert_array_equal(face, expected)


def test_the_same_seed_gives_the_same_batches_and_another_does_not(folder):
    store, rows = PixelStore(list(folder.faces["path"])), np.arange(8)
    options = {"augmentation": FaceAugmentation(), "partners": np.roll(rows, 1)}
    first, _ = _gather(store, rows, seed=5, **options)
    again, _ = _gather(PixelStore(store.paths), rows, seed=5, **options)
    other, _ = _gather(store, rows, seed=6, **options)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 1e-3


def test_files_that_do_not_decode_are_skipped_and_counted(folder, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG")
    store = PixelStore([*folder.faces["path"], str(broken)])
    faces, picked = _gather(store, np.array([0, len(store.paths) - 1, 1]))
    assert picked.tolist() == [0, 1] and len(faces) == 2
    assert list(store.failed) == [str(broken)]


def test_the_store_keeps_to_its_budget(folder):
    one = 256 * 256 * 3
    store = PixelStore(list(folder.faces["path"]), budget_bytes=2 * one)
    kept = [store.get(row) for row in range(4)]
    assert [store.get(row) is pixels for row, pixels in enumerate(kept)] == [
        True,
        True,
        False,
        False,
    ]
