"""The map of faces: what is looked at, what is remembered, where faces come to lie."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.dataset.embedding import CHUNK, FaceFeatures, lay_out
from core.dataset.index import index_folder
from core.inference.second import Head
from tests.conftest import write_dataset


class _Second:
    """Stands in for the second opinion: a face's features are its brightness and its darkness."""

    def __init__(self):
        self.seen = 0
        self.backbone = SimpleNamespace(features=self._features)
        self.head = Head(
            center=np.zeros(1),
            scale=np.ones(1),
            axes=np.eye(1),
            hidden=np.array([[[1.0]], [[-1.0]]]),
            hidden_bias=np.array([[0.0], [1.0]]),
            out=np.ones((2, 1)),
            out_bias=np.zeros(2),
        )

    def _features(self, faces: np.ndarray) -> np.ndarray:
        assert faces.shape[1:] == (224, 224, 3) and faces.dtype == np.float32
        self.seen += len(faces)
        return faces.mean(axis=(1, 2, 3))[:, None]


@pytest.fixture
def faces(tmp_path):
    return index_folder(write_dataset(tmp_path / "set", {"train": 10}, 32)).faces


def test_a_face_is_looked_at_once_and_again_when_its_file_changes(faces):
    book, second = FaceFeatures(), _Second()
    assert list(book.look(faces, second)) == [0, CHUNK, len(faces)]
    rows, features = book.of(faces)
    assert rows.tolist() == list(range(20)) and features.dtype == np.float32
    assert features.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-3) and features.min() > 0
    assert list(book.look(faces, second)) == [20] and second.seen == 20
    changed = faces.assign(modified_ns=faces["modified_ns"] + (faces.index == 3))
    assert book.missing(changed).index.tolist() == [3]
    assert 3 not in book.of(changed)[0]


def test_what_is_left_off_keeps_what_is_done(faces):
    book = FaceFeatures()
    steps = book.look(faces, _Second())
    assert [next(steps), next(steps)] == [0, CHUNK]
    assert len(book.of(faces)[0]) == CHUNK
    assert list(book.look(faces, _Second())) == [CHUNK, 20]


def test_a_broken_file_is_named_and_takes_no_other_away(faces):
    book = FaceFeatures()
    with open(faces["path"][4], "wb") as file:
        file.write(b"no picture")
    list(book.look(faces, _Second()))
    assert list(book.failed) == [faces["path"][4]]
    assert len(book.of(faces)[0]) == 19 and book.missing(faces).empty


def test_without_a_face_there_are_no_features():
    rows, features = FaceFeatures().of(pd.DataFrame({"path": [], "modified_ns": []}))
    assert rows.shape == (0,) and len(features) == 0


@pytest.mark.parametrize("count", [3, 12, 60])
def test_groups_stay_apart_on_the_map_which_is_the_same_every_time(count):
    rng = np.random.default_rng(0)
    group = np.arange(count) % 2
    features = rng.normal(0, 0.1, (count, 8)).astype(np.float32) + 5 * group[:, None]
    places = lay_out(features)
    assert places.shape == (count, 2) and np.abs(places).max() == pytest.approx(1)
    assert np.array_equal(places, lay_out(features))
    centers = np.stack([places[group == one].mean(axis=0) for one in (0, 1)])
    nearest = np.linalg.norm(places[:, None] - centers, axis=2).argmin(axis=1)
    assert np.array_equal(nearest, group)


def test_faces_that_are_all_alike_have_places_too():
    assert not lay_out(np.ones((30, 8), np.float32)).any()
    twins = np.repeat(np.eye(3, 8, dtype=np.float32), 20, axis=0)
    assert np.isfinite(lay_out(twins)).all()
