"""Damages do what they say; a sweep judges the same faces and repeats."""

import numpy as np
import pytest

from core.dataset.index import index_folder
from core.evaluation.robustness import DAMAGES, count_levels, pick_faces, sweep
from core.inference.verdict import Calibration
from tests.conftest import texture, write_dataset
from tests.support.probe import Probe

CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)
FACE = texture("fake", 3, 256)


def _rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    root = write_dataset(tmp_path_factory.mktemp("data") / "set", {"test": 6}, 64)
    return index_folder(root).part("test")


@pytest.mark.parametrize("name", DAMAGES)
def test_every_level_gives_a_square_picture_and_repeats(name):
    damage, before = DAMAGES[name], FACE.copy()
    for level in damage.levels:
        once, again = (damage.apply(FACE, _rng(), level) for _ in range(2))
        assert once.dtype == np.uint8 and once.shape[0] == once.shape[1] and once.shape[2] == 3
        np.testing.assert_array_equal(once, again)
        assert once.shape != FACE.shape or (once != FACE).any()
    np.testing.assert_array_equal(FACE, before)


@pytest.mark.parametrize("name", ["jpeg", "blur", "noise", "rescale"])
def test_more_of_it_is_worse(name, portrait):
    damage, face = DAMAGES[name], np.ascontiguousarray(portrait[::2, ::2])
    errors = [
        np.abs(damage.apply(face, _rng(), level).astype(int) - face).mean()
        for level in damage.levels
    ]
    assert errors == sorted(errors)


def test_a_crop_keeps_its_share_and_is_part_of_the_picture():
    part = DAMAGES["crop"].apply(FACE, _rng(), 0.7)
    assert part.shape == (179, 179, 3)
    windows = np.lib.stride_tricks.sliding_window_view(FACE, (179, 179, 3))
    assert (windows == part).all(axis=(-3, -2, -1)).sum() == 1


def test_the_canary_swaps_red_and_blue():
    np.testing.assert_array_equal(DAMAGES["bgr"].apply(FACE, _rng(), 1), FACE[..., ::-1])


def test_a_sweep_has_a_row_a_level_with_the_clean_faces_first(faces):
    rows = list(sweep(faces, Probe(), CALIBRATION))
    assert len(rows) == count_levels()
    assert rows[0]["damage"] == "none" and rows[0]["level"] is None
    assert all(set(row["pairs"]) == {"camera / machine"} for row in rows)
    assert {row["pairs"]["camera / machine"]["n"] for row in rows} == {12}
    again = list(sweep(faces, Probe(), CALIBRATION, damages={"noise": DAMAGES["noise"]}))
    assert again[1:] == [row for row in rows if row["damage"] == "noise"]


def test_what_a_network_goes_by_shows_in_its_sweep(faces):
    chosen = {name: DAMAGES[name] for name in ("jpeg", "brightness")}
    rows = list(sweep(faces, Probe(), CALIBRATION, damages=chosen))
    found = {(row["damage"], row["level"]): row["pairs"]["camera / machine"] for row in rows}
    assert found["brightness", 0.4]["accuracy"] == 0.5  # all dark: all called real
    assert found["jpeg", 95]["accuracy"] == found["none", None]["accuracy"]


def test_picking_takes_as_many_of_each_source_and_repeats(faces):
    picked = pick_faces(faces, 4)
    assert picked.groupby("source").size().tolist() == [4, 4]
    assert picked.equals(pick_faces(faces, 4)) and len(pick_faces(faces, 99)) == 12
