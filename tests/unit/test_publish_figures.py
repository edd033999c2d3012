"""Measuring what is shipped on another test split: figures change, what gives verdicts does not."""

import shutil

import pytest

from core.artifacts import load_registry, read_json
from core.cli.main import main
from core.config import ARTIFACTS_DIR
from core.evaluation.knowledge import shipped_rocs
from core.inference.networks import checksum_of, network_files
from tests.conftest import write_dataset


@pytest.mark.slow
def test_figures_are_measured_anew_and_nothing_else_changes(tmp_path):
    data = write_dataset(tmp_path / "set", {"test": 5}, 64)
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path / "artifacts")
    before = checksum_of(network_files("both", folder))
    kept, alone = (read_json(f"{name}_metrics", folder) for name in ("both", "classifier"))
    assert main(["publish", str(folder), "--as", "figures", "--data", str(data)]) == 0
    found = read_json("both_metrics", folder)
    assert found["test"]["both"]["n"] == 10 and set(found["test"]) == {"both", "cnn", "second"}
    assert {**found, "test": None} == {**kept, "test": None}
    cnn = read_json("classifier_metrics", folder)
    assert cnn["test"]["n"] == 10 and {**cnn, "test": None} == {**alone, "test": None}
    assert checksum_of(network_files("both", folder)) == before
    assert load_registry(folder)["both_metrics"].metrics["test"]["n"] == 10
    assert len(shipped_rocs(folder)) == 3
    assert "camera" in (folder / "MODEL_CARD.md").read_text("utf-8")


def test_without_a_second_opinion_it_is_said_what_to_run(tmp_path, capsys):
    assert main(["publish", str(tmp_path), "--as", "figures", "--data", str(tmp_path)]) == 1
    assert "no second opinion" in capsys.readouterr().err
