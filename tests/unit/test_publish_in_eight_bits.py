"""What is shipped is served in 8 bits where that does no harm, and nothing else changes."""

import shutil

import pytest

from core.artifacts import Shipment, load_registry, read_ir, ship_all
from core.cli.main import main
from core.config import ARTIFACTS_DIR
from core.models.export import to_openvino
from core.publishing import in_place
from core.publishing.eight_bits import is_rounded
from core.training.shipped import trained_classifier
from tests.conftest import write_dataset

SERVED = {"classifier.xml", "classifier.bin"}


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    """The shipped artifacts with the CNN in 32 bits."""
    folder = shutil.copytree(ARTIFACTS_DIR, tmp_path_factory.mktemp("exact") / "artifacts")
    graph, constants = to_openvino(trained_classifier(folder))
    before = load_registry(folder)["classifier_constants"]
    files = {"xml": graph, "bin": constants}
    ship_all([Shipment("classifier", files, before.data, before.metrics)], folder=folder)
    return folder


def _files(folder):
    return {entry.file: entry.sha256 for entry in load_registry(folder).values()}


@pytest.fixture
def publish(exact, tmp_path, monkeypatch, capsys):
    """Round the CNN of a copy; returns the copy and what was printed."""
    monkeypatch.setattr(in_place, "NETWORKS", in_place.NETWORKS[:1])
    data = write_dataset(tmp_path / "set", {"train": 6, "valid": 6}, 128)
    folder = shutil.copytree(exact, tmp_path / "artifacts")

    def run():
        assert main(["publish", str(folder), "--as", "eight-bits", "--data", str(data)]) == 0
        return folder, capsys.readouterr().out

    return run


@pytest.mark.slow
def test_the_cnn_is_rounded_once_and_nothing_else_changes(exact, publish, monkeypatch):
    monkeypatch.setattr("core.publishing.eight_bits.MAX_SHIFT", 1.0)  # textures are no faces
    folder, said = publish()
    assert "classifier in 8 bits: ROC AUC" in said and not is_rounded(*read_ir("classifier", exact))
    assert is_rounded(*read_ir("classifier", folder))
    before, after = _files(exact), _files(folder)
    changed = {file for file in before if before[file] != after[file]}
    assert SERVED <= changed <= SERVED | {"MODEL_CARD.md"}
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "runs the CNN" in card and "Measured before that: Damaged pictures" in card
    assert "in 8 bits already" in publish()[1] and _files(folder) == after


@pytest.mark.slow
def test_what_would_do_harm_is_not_shipped(exact, publish, monkeypatch):
    monkeypatch.setattr("core.publishing.eight_bits.MAX_SHIFT", 0.0)
    folder, said = publish()
    assert "not shipped" in said and not is_rounded(*read_ir("classifier", folder))
