"""A shipped generator's faces, judged and kept bit by bit; what was stopped is resumed."""

from dataclasses import replace

import numpy as np
import pytest

from core.artifacts import load_registry
from core.cli.main import main
from core.dataset.index import index_folder
from core.evaluation.generators.judged import PSIS, Asked, judge_and_keep, kept_judgement
from core.inference.verdict import Calibration
from tests.conftest import write_dataset

ASKED = Asked("version 1", "cnn", 0.5, 0, 6, 4, "test")
SURE = Calibration(1.0, 0.0, 0.5, 0.5, 0.5, 0.0)


class Painter:
    """Paints what it is asked for in one tone: the freer, the darker."""

    center = np.zeros(1, np.float32)

    def codes(self, seeds):
        return np.ones((len(seeds), 1), np.float32)

    def paint(self, codes):
        return np.full((len(codes), 32, 32, 3), 200 * (1.1 - codes[0, 0]), np.uint8)


class Judge:
    """Calls bright pictures fake."""

    def __init__(self):
        self.asked = 0

    def log_odds_of(self, crops):
        self.asked += len(crops)
        return np.array([crop.mean() / 64 - 1 for crop in crops])


@pytest.fixture
def photos(tmp_path):
    index = index_folder(write_dataset(tmp_path / "set", {"test": 4}))
    return index, index.faces[index.faces["label"] == "real"].reset_index(drop=True)


def test_each_psi_is_kept_and_a_stopped_measurement_goes_on(photos, tmp_path):
    folder, judge = tmp_path / "artifacts", Judge()

    def stop_in_the_second(faces: int) -> None:
        if judge.asked > ASKED.count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_and_keep(ASKED, Painter(), photos, (judge, SURE), folder, stop_in_the_second)
    assert [row["psi"] for row in kept_judgement(folder)["by_psi"]] == [PSIS[0]]
    judge.asked = 0
    found = judge_and_keep(ASKED, Painter(), photos, (judge, SURE), folder)
    assert judge.asked == 2 * ASKED.count + ASKED.photos
    assert [row["psi"] for row in found["by_psi"]] == list(PSIS)
    assert [row["caught"] for row in found["by_psi"]] == [1.0, 1.0, 0.0]
    assert found["by_psi"][0]["caught_ci95"][0] < 1 and found["beside"]["n"] == 10
    assert kept_judgement(folder) == found and "generator_judged" in load_registry(folder)
    judge_and_keep(ASKED, Painter(), photos, (judge, SURE), folder)
    assert judge.asked == 2 * ASKED.count + ASKED.photos  # nothing anew


def test_another_generator_is_measured_anew(photos, tmp_path):
    folder, judge = tmp_path / "artifacts", Judge()
    judge_and_keep(ASKED, Painter(), photos, (judge, SURE), folder)
    other = replace(ASKED, version="version 2")
    judge.asked = 0
    judge_and_keep(other, Painter(), photos, (judge, SURE), folder)
    assert judge.asked == 3 * ASKED.count + ASKED.photos
    assert kept_judgement(folder)["asked"]["version"] == "version 2"


def test_what_cannot_be_kept_is_a_sentence(tmp_path, capsys):
    data = write_dataset(tmp_path / "set", {"test": 1})
    for more in (["--keep", "generator"], ["--keep", "generator", "--robustness"]):
        assert main(["evaluate", "--data", str(data), *more]) == 2
        assert "--generator dcgan" in capsys.readouterr().err
