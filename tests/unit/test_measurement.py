"""A measurement: what is judged counts, broken faces do not, stopping keeps what is done."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.config import FAKE, REAL
from core.dataset.index import index_folder
from core.errors import UserError
from core.evaluation.measurement import (
    CHUNK,
    FolderFaces,
    GeneratedFaces,
    JoinedFaces,
    Measurement,
)
from core.evaluation.scores import report, score_faces
from core.generators.dcgan import load_dcgan
from core.inference.networks import Panel
from core.inference.verdict import Calibration, Doubt, State, doubts_of
from tests.conftest import texture, write_dataset
from tests.support.probe import Probe

CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)


class Painted:
    """Flat faces of known brightness; one may be broken."""

    def __init__(self, levels, labels, broken=()):
        self.levels, self.broken = levels, broken
        self.labels = np.array(labels, np.int32)
        self.sources = ["paint"] * len(levels)
        self.names = [f"face {number}" for number in range(len(levels))]

    def picture(self, number):
        if number in self.broken:
            raise UserError("It is broken.")
        return np.full((64, 64, 3), self.levels[number], np.uint8)


def _finished(faces) -> Measurement:
    run = Measurement("test", faces)
    assert list(run.run(Probe()))[-1] == run.total
    return run


def test_figures_follow_the_threshold():
    run = _finished(Painted([250, 200, 60, 20, 140], [FAKE, FAKE, FAKE, REAL, REAL]))
    figures = run.figures(CALIBRATION)
    assert figures["detected"] == pytest.approx(2 / 3) and figures["recall_real"] == 0.5
    low, high = figures["detected_ci95"]
    assert low < 2 / 3 < high
    assert run.figures(CALIBRATION.with_threshold(0.001))["detected"] == 1.0
    table = run.table(CALIBRATION)
    assert table["called"].tolist() == ["fake", "fake", "real", "real", "fake"]
    assert table["label"].tolist() == ["fake"] * 3 + ["real"] * 2
    unsure = table[table["verdict"] == "unsure"]
    assert unsure["reason"].str.len().min() > 10
    assert not table.drop(unsure.index)["reason"].any()


def test_pairs_of_sources_are_judged_apart():
    faces = Painted([250, 20, 30, 240, 10], [FAKE, FAKE, FAKE, REAL, REAL], broken=(2,))
    faces.sources = ["bright", "dark", "dark", "photo", "photo"]
    found = _finished(faces).by_pair(CALIBRATION)
    assert list(found) == ["photo / bright", "photo / dark"]
    assert [row["n"] for row in found.values()] == [3, 3]
    assert found["photo / bright"]["roc_auc"] == 1.0 and found["photo / dark"]["roc_auc"] == 0.5


def test_galleries_hold_the_worst_and_the_surest_in_order():
    run = _finished(Painted([250, 200, 60, 20, 140, 10], [FAKE, FAKE, FAKE, REAL, REAL, FAKE]))
    assert run.most_wrong(FAKE, CALIBRATION, 9) == [5, 2]
    assert run.most_wrong(REAL, CALIBRATION, 9) == [4]
    assert run.surest(FAKE, CALIBRATION, 1) == [0] and run.surest(REAL, CALIBRATION, 9) == [3]


def test_broken_faces_are_left_out_and_named():
    run = _finished(Painted([250, 20, 250], [FAKE, REAL, FAKE], broken=(1,)))
    assert run.judged.tolist() == [0, 2] and run.failed == {"face 1": "It is broken."}
    assert run.heading == f"{run.title}, 1 not judged"
    figures = run.figures(CALIBRATION)
    assert (figures["n"], figures["failed"], figures["roc_auc"]) == (2, 1, None)
    assert figures["recall_real"] is None


class Brightness:
    """A network: the brighter, the more fake."""

    def log_odds_of(self, crops):
        return np.array([20 * (crop.mean() / 255 - 0.5) for crop in crops])


class SureItIsReal:
    """A network that contradicts it about bright faces."""

    def log_odds_of(self, crops):
        return np.full(len(crops), -9.0)


def test_faces_of_which_the_networks_contradict_each_other_are_unsure_everywhere(tmp_path):
    rules = replace(CALIBRATION, max_disagreement=0.5)
    parts = {"cnn": Brightness(), "second": SureItIsReal()}
    panel = Panel("both", parts, {"cnn": 1.0, "second": 0.01}, rules, dict.fromkeys(parts, rules))
    root = write_dataset(tmp_path / "set", {"test": 3}, 64)
    for file in (root / "test" / "fake").iterdir():
        Image.new("RGB", (64, 64), "white").save(file)
    index = index_folder(root)
    faces = index.part("test")
    run = Measurement("test", FolderFaces(index, faces))
    list(run.run(panel))
    white = run.labels() == FAKE
    assert (run.states(rules)[white] == State.UNSURE).all()
    scores = score_faces(faces, panel)
    assert doubts_of(scores.conditions, rules)[white].tolist() == [Doubt.NO_VERDICT] * 3
    answered = {
        run.figures(rules)["answered"],
        report(run.scores(), rules)["answered"],
        report(scores, rules)["answered"],
        *(pair["answered"] for pair in run.by_pair(rules).values()),
    }
    assert len(answered) == 1 and answered.pop() <= 0.5


def test_stopping_keeps_what_is_done():
    run = Measurement("test", Painted([250] * (2 * CHUNK), [FAKE] * (2 * CHUNK)))
    steps = run.run(Probe())
    assert [next(steps), next(steps)] == [0, CHUNK]
    assert run.judged.size == CHUNK and run.figures(CALIBRATION)["n"] == CHUNK
    assert set(run.thumbnails) == set(range(CHUNK))


@pytest.mark.parametrize("count", [0, 5001])
def test_too_few_and_too_many_are_refused(count):
    with pytest.raises(UserError, match="Between 1 and 5,000"):
        Measurement("test", Painted([1] * count, [FAKE] * count))


def test_generated_and_real_faces_are_mixed_evenly(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 6}, 64)
    index = index_folder(root)
    reals = index.faces[index.faces["label"] == "real"]
    fakes = GeneratedFaces(load_dcgan(), "DCGAN", 5, 3, 1.0)
    both = JoinedFaces(fakes, FolderFaces(index, reals))
    assert both.labels.tolist().count(FAKE) == 3 and len(both.names) == 9
    assert FAKE in both.labels[:3] and REAL in both.labels[:3]
    place = both.names.index("seed 6")
    generator = load_dcgan()
    np.testing.assert_array_equal(both.picture(place), generator.paint(generator.codes([6]))[0])
    real = both.labels.tolist().index(REAL)
    assert both.names[real].startswith("test/real/camera_")
    np.testing.assert_array_equal(both.picture(real), texture("real", 2000, 64))


def test_a_file_that_vanished_is_a_sentence(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 2}, 64)
    index = index_folder(root)
    (root / "test" / "fake" / "machine_0.png").unlink()
    run = _finished(FolderFaces(index, index.faces))
    assert list(run.failed) == ["test/fake/machine_0.png"] and run.judged.size == 3


def test_a_measurement_is_reported_under_the_contracts_keys():
    run = _finished(Painted([250, 20, 30], [FAKE, FAKE, REAL], broken=(1,)))
    figures = report(run.scores(), CALIBRATION)
    assert (figures["n"], figures["n_real"], figures["n_fake"], figures["skipped"]) == (2, 1, 1, 1)
    assert figures["recall_fake"] == 1.0 and set(figures["by_source"]) == {
        "paint (real)",
        "paint (fake)",
    }
