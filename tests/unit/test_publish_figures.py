"""Measuring what is shipped on another test split: figures change, what gives verdicts does not."""

import shutil

import numpy as np
import pytest

from core.artifacts import REGISTRY_FILE, load_registry, read_json
from core.cli.main import main
from core.config import ARTIFACTS_DIR
from core.evaluation.asked_once import AskedOnce
from core.evaluation.calibration import CLEARED_UP_TO
from core.evaluation.knowledge import shipped_rocs
from core.inference.networks import Cnn, checksum_of, network_files
from tests.conftest import write_dataset


class _Sums:
    """Says the sum of a face's numbers, and keeps how many faces it was asked about."""

    def __init__(self):
        self.asked = []

    def log_odds_of(self, crops):
        self.asked.append(len(crops))
        return np.array([crop.sum() for crop in crops], np.float32)


def test_no_face_is_judged_twice_and_each_has_its_own_answer():
    network, faces = _Sums(), [np.full((2, 2, 3), value, np.uint8) for value in range(5)]
    once = AskedOnce(network)
    assert once.log_odds_of(faces[:3]).tolist() == [0, 12, 24]
    assert once.log_odds_of([faces[4], faces[1], faces[3], faces[4]]).tolist() == [48, 12, 36, 48]
    assert once.log_odds_of(faces[:0]).tolist() == [] and once.log_odds_of(faces[::-1])[-1] == 0
    assert network.asked == [3, 2]
    once.log_odds_of([faces[1].reshape(1, 4, 3)])  # the same numbers, and another picture
    assert network.asked == [3, 2, 1]


@pytest.mark.slow
def test_figures_are_measured_anew_and_nothing_else_changes(tmp_path, monkeypatch):
    data = write_dataset(tmp_path / "set", {"test": 5}, 64)
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts")
    before = checksum_of(network_files("both", folder))
    kept, alone = (read_json(f"{name}_metrics", folder) for name in ("both", "classifier"))
    judged, judge = [], Cnn.log_odds_of
    monkeypatch.setattr(
        Cnn, "log_odds_of", lambda cnn, crops: judged.append(len(crops)) or judge(cnn, crops)
    )
    assert main(["publish", str(folder), "--as", "figures", "--data", str(data)]) == 0
    assert sum(judged) == 10  # beside the second opinion and alone: each face once
    found = read_json("both_metrics", folder)
    assert found["test"]["both"]["n"] == 10 and set(found["test"]) == {"both", "cnn", "second"}
    assert {**found, "test": None} == {**kept, "test": None}
    cnn = read_json("classifier_metrics", folder)
    assert cnn["test"]["n"] == 10 and {**cnn, "test": None} == {**alone, "test": None}
    assert checksum_of(network_files("both", folder)) == before
    assert load_registry(folder)["both_metrics"].metrics["test"]["n"] == 10
    assert len(shipped_rocs(folder)) == 3
    assert "camera" in (folder / "MODEL_CARD.md").read_text("utf-8")


@pytest.mark.slow
def test_bands_are_drawn_anew_and_no_p_fake_moves(tmp_path):
    data = write_dataset(tmp_path / "set", {"valid": 5, "test": 5}, 64)
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts")
    names = ("classifier", "second", "both")
    before = {name: read_json(f"{name}_calibration", folder) for name in names}
    assert main(["publish", str(folder), "--as", "bands", "--data", str(data)]) == 0
    for name in names:
        found = read_json(f"{name}_calibration", folder)
        band = {key: found[key] for key in ("unsure_low", "unsure_high", "threshold")}
        assert band["unsure_low"] <= CLEARED_UP_TO and found == {**before[name], **band}
        assert found != before[name]  # these textures are no faces
    metrics = read_json("both_metrics", folder)
    assert metrics["valid"]["both"]["n"] == metrics["test"]["both"]["n"] == 10
    assert not {"both_robustness", "generator_judged"} & set(load_registry(folder))


@pytest.mark.parametrize("kind", ["figures", "bands"])
def test_without_a_second_opinion_it_is_said_what_to_run(tmp_path, capsys, kind):
    (tmp_path / REGISTRY_FILE).write_text("{}")
    assert main(["publish", str(tmp_path), "--as", kind, "--data", str(tmp_path)]) == 1
    assert "no second opinion" in capsys.readouterr().err
