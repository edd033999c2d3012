"""Each generator against each real source, apart."""

import numpy as np

from core.dataset.index import index_folder
from core.evaluation.generalization import left_out, painted_by, pairs_of_sources
from core.evaluation.sources import plentiful
from core.inference.verdict import Calibration
from tests.conftest import encode, texture, write_dataset
from tests.support.probe import Probe

CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)


class Bright:
    """A generator of white faces."""

    center = np.zeros(4, np.float32)

    def codes(self, seeds):
        return np.zeros((len(seeds), 4), np.float32)

    def paint(self, codes):
        return np.full((len(codes), 64, 64, 3), 255, np.uint8)


def _index(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 4}, 64)
    for number in range(3):
        file = root / "test" / "fake" / f"other_{number}.png"
        file.write_bytes(encode(np.maximum(texture("fake", 50 + number, 64), 230)))
    return index_folder(root)


def test_pairs_are_never_mixed(tmp_path):
    index = _index(tmp_path)
    rows = pairs_of_sources(index.part("test"), {"machine"}, Probe(), CALIBRATION)
    assert [(row["generator"], row["real"], row["n"]) for row in rows] == [
        ("machine", "camera", 8),
        ("other", "camera", 7),
    ]
    assert [row["trained_on"] for row in rows] == [True, False]
    assert rows[1]["roc_auc"] == 1.0 and not rows[0]["left_out"]


def test_painted_faces_stand_against_the_real_ones(tmp_path):
    faces = _index(tmp_path).part("test")
    reals = faces[faces["label"] == "real"].reset_index(drop=True)
    ((row,),) = painted_by({"Bright": (Bright(), 1.0)}, set(), reals, Probe(), CALIBRATION, count=5)
    assert (row["generator"], row["real"], row["n"], row["roc_auc"]) == (
        "Bright",
        "camera",
        9,
        1.0,
    )


def test_a_left_out_source_is_judged_alone(tmp_path):
    rows = left_out(_index(tmp_path), "test", "other", Probe(), CALIBRATION)
    assert [(row["generator"], row["left_out"], row["n"]) for row in rows] == [("other", True, 7)]


def test_sources_of_few_faces_are_not_ranked_where_others_have_plenty():
    counts = {("real", "ffhq"): 150, ("real", "usgov"): 22, ("fake", "sd15"): 41}
    assert plentiful(counts) == {"ffhq", "sd15"}  # no class is left without a source
