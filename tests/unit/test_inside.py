"""Tables of the networks, and what goes on inside the shipped classifier."""

import shutil
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.imaging import to_model_input
from core.inference.feature_maps import (
    FIELDS_PX,
    LAYERS,
    STEPS_PX,
    equivariance,
    favourites,
    first_kernels,
    likes_of,
    look_inside,
    shifted,
)
from core.inference.predictor import load_predictor
from core.models import describe
from core.models.describe import describe_networks, networks_described_aside
from tests.support.served import assert_as_served
from ui.training.network_diagram import network_diagram


@pytest.fixture(scope="module")
def tables():
    return describe_networks()


def test_parameters_are_those_of_the_plan(tables):
    sums = {name: int(table["parameters"].sum()) for name, table in tables.items()}
    assert sums == {"Classifier": 1_666_882, "Generator": 1_520_643, "Discriminator": 1_666_753}


def test_each_kind_of_layer_has_a_colour_of_its_own_in_the_drawing(tables):
    for table in tables.values():
        named = [box for box in network_diagram(table).data if box.showlegend]
        assert len({box.fillcolor for box in named}) == len(named) >= 2


def test_another_process_describes_the_same(tables):
    aside = networks_described_aside()
    assert list(aside) == list(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(aside[name], table)


def test_networks_that_cannot_be_built_are_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr(describe.sys, "executable", shutil.which("false"))
    with pytest.raises(UserError, match=r"cannot be drawn.*exit code 1"):
        networks_described_aside()


def test_shapes_and_receptive_fields(tables):
    table = tables["Classifier"].set_index("layer")
    assert table.loc["pool3", "output"] == "13 x 13 x 64" and table.loc["pool3", "side"] == 13
    fields = table["receptive field (px)"]
    assert {layer: fields[layer] for layer in LAYERS} == FIELDS_PX
    assert fields["pool1"] == 4 and fields["pool3"] == 26
    assert fields[["flatten", "dense1", "out"]].isna().all()
    assert tables["Generator"].set_index("layer").loc["up4", "output"] == "128 x 128 x 64"
    assert tables["Generator"]["receptive field (px)"].isna().all()


@pytest.fixture(scope="module")
def faces():
    rng = np.random.default_rng(0)
    coarse = rng.random((4, 16, 16, 3), dtype=np.float32)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


def test_the_inside_belongs_to_the_verdict(portrait):
    faces = np.stack([to_model_input(portrait), to_model_input(portrait)[:, ::-1]])
    maps, log_odds = look_inside(faces)
    assert [maps[name].shape[1:] for name in LAYERS] == [
        (126, 126, 64),
        (59, 59, 128),
        (27, 27, 64),
    ]
    assert all(part.min() >= 0 for part in maps.values())
    assert_as_served(log_odds, load_predictor().log_odds(faces))


def test_a_shift_is_exact_and_maps_follow_it(faces):
    moved = shifted(faces[0], 8, -4)
    np.testing.assert_array_equal(moved[0:120, 8:], faces[0][4:124, :-8])
    maps, _ = look_inside(np.stack([faces[0], moved]))
    for name in LAYERS:  # 8 and -4 are whole steps of every layer's grid
        assert equivariance(*maps[name], name, 8, -4) == pytest.approx(1.0, abs=1e-3)
    odd, _ = look_inside(np.stack([faces[0], shifted(faces[0], 2, 0)]))
    assert equivariance(*odd["conv1"], "conv1", 2, 0) == pytest.approx(1.0, abs=1e-3)
    assert equivariance(*odd["conv3"], "conv3", 2, 0) < 0.99
    assert equivariance(*np.zeros((2, 27, 27, 64)), "conv3", 4, 0) == 0.0


@pytest.mark.parametrize("layer", LAYERS)
def test_a_filters_favourite_is_where_its_map_is_highest(faces, layer):
    found = favourites([one for face in faces for one in likes_of(face)[layer]], count=5)
    assert 0 < len(found) <= 5
    strengths = [one.strength for one in found]
    assert strengths == sorted(strengths, reverse=True)
    assert not any(np.shares_memory(a.patch, b.patch) for a, b in combinations(found, 2))
    side = FIELDS_PX[layer]
    best = found[0]
    assert best.patch.shape == (side, side, 3)
    maps, _ = look_inside(faces)
    assert best.strength == pytest.approx(maps[layer][..., best.number].max(), rel=1e-5)
    # the filter sees nothing but the patch: alone in a gray frame it answers the same
    alone = np.full((1, 128, 128, 3), 0.5, np.float32)
    jump = STEPS_PX[layer]
    alone[0, 8 * jump : 8 * jump + side, 8 * jump : 8 * jump + side] = best.patch
    again = look_inside(alone)[0][layer][0, 8, 8, best.number]
    assert again == pytest.approx(best.strength, rel=1e-3)


def test_the_first_filters():
    assert first_kernels().shape == (64, 3, 3, 3)
