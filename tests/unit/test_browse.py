"""Filters, orders, pages and links of the Dataset page, on a table made by hand."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.browse import Query, Verdicts, find, from_link, on_page, pages, to_csv
from core.dataset.index import COLUMNS, DatasetIndex
from core.inference.verdict import Calibration

ROOT = Path("/faces")
FACES = pd.DataFrame(
    [
        ("/faces/train/fake/gan_1.jpg", "fake", "train", "gan", 256, 256, 900, 1),
        ("/faces/train/real/Cam_[2].jpg", "real", "train", "Cam", 128, 256, 500, 1),
        ("/faces/test/fake/gan_3.jpg", "fake", "test", "gan", 64, 64, 100, 1),
        ("/faces/test/real/=cam_4.jpg", "real", "test", "=cam", 256, 256, 700, 1),
    ],
    columns=COLUMNS,
)
TAGGED = {"/faces/test/fake/gan_3.jpg", "/elsewhere/gan_1.jpg"}
CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.35, 0.55, 0.0)
VERDICTS = Verdicts.of(np.array([0.9, 0.7, 0.4, np.nan]), CALIBRATION)


def _found(**settings) -> list[int]:
    query = Query(**{"order": "name", **settings})
    return find(FACES, query, VERDICTS, TAGGED).tolist()


@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"split": "test"}, [2, 3]),
        ({"label": "fake"}, [0, 2]),
        ({"source": "gan", "split": "train"}, [0]),
        ({"text": "CAM"}, [1, 3]),
        ({"text": "[2]"}, [1]),
        ({"min_side_px": 128}, [0, 1, 3]),
        ({"outcome": "right"}, [0]),
        ({"outcome": "wrong"}, [1]),
        ({"outcome": "unsure"}, [2]),
        ({"outcome": "unjudged"}, [3]),
        ({"p_low": 0.5}, [0, 1]),
        ({"p_high": 0.5}, [2]),
        ({"order": "large"}, [0, 3, 1, 2]),
        ({"order": "small"}, [2, 1, 3, 0]),
        ({"order": "uncertain"}, [2, 1, 0, 3]),
        ({"order": "wrong"}, [1, 2, 0, 3]),
        ({"tag": "look again"}, [2]),
    ],
)
def test_find(settings, rows):
    assert _found(**settings) == rows


def test_mixed_is_all_faces_in_the_same_mixture_every_time():
    many = pd.concat([FACES] * 10, ignore_index=True)
    unknown = Verdicts.of(np.full(40, np.nan), CALIBRATION)
    found = [find(many, Query(), unknown).tolist() for _ in range(2)]
    assert found[0] == found[1] != sorted(found[0]) and sorted(found[0]) == list(range(40))
    labels = many["label"].to_numpy()[found[0][:10]]
    assert set(labels) == {"real", "fake"}


def test_a_page_outside_the_list_becomes_one_inside():
    rows = np.arange(50)
    shown, page = on_page(rows, Query(page=3))
    assert page == 3 and shown.tolist() == list(range(42, 50))
    assert on_page(rows, Query(page=99))[1] == 3
    assert on_page(rows[:0], Query(page=7)) == (pytest.approx([]), 1)
    assert pages(0, 21) == 1 and pages(21, 21) == 1 and pages(22, 21) == 2


def test_a_link_brings_the_same_view_back():
    query = Query(
        "train", "fake", "gan", "a b&c", 64, "wrong", 0.25, 0.75, "uncertain", 3, 42, "odd"
    )
    assert from_link(query.link()) == (query, [])
    assert Query().link() == {} and from_link({"other": "1"}) == (Query(), [])


@pytest.mark.parametrize(
    "parameters",
    [
        {"page": "x"},
        {"page": "1e99"},
        {"page": "-3"},
        {"min_side_px": "10001"},
        {"size": "7"},
        {"order": "<b>"},
        {"outcome": ""},
        {"p_low": "nan"},
        {"p_high": "2"},
        {"p_low": "0.9", "p_high": "0.1"},
    ],
)
def test_what_makes_no_sense_in_a_link_is_left_out_and_said(parameters):
    query, complaints = from_link({**parameters, "text": "kept"})
    assert query == Query(text="kept") and len(complaints) == 1


def test_the_list_as_csv_has_no_formula_in_it():
    index = DatasetIndex(ROOT, FACES, pd.DataFrame())
    tags = {"train/fake/gan_1.jpg": ["odd", "=1+1"]}
    content = to_csv(index, np.array([1, 0]), VERDICTS, lambda path: tags.get(path, []))
    table = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    assert table["path"].tolist() == ["train/real/Cam_[2].jpg", "train/fake/gan_1.jpg"]
    assert table["p_fake"].tolist() == [0.7, 0.9] and set(table["verdict"]) == {"fake"}
    assert table["tags"].tolist() == ["", "odd; =1+1"]
    moved = FACES.assign(path=["/faces/=1+1.jpg"] * 4)
    assert b"\n'=1+1.jpg," in to_csv(DatasetIndex(ROOT, moved, pd.DataFrame()), [0], VERDICTS)
