"""What is shipped is what is loaded, or nothing is."""

import json

import pytest

from core.artifacts import load_registry, read_artifact, read_json, register
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.inference.photo import load_inspector

KEYS = {"file", "sha256", "bytes", "kind", "created", "data", "metrics"}


def test_every_shipped_artifact_is_whole():
    registry = load_registry()
    for name, artifact in registry.items():
        assert len(read_artifact(name)) == artifact.bytes
    needed = {"weights", "graph", "constants", "calibration", "metrics", "history"}
    assert {f"classifier_{part}" for part in needed} | {"model_card"} <= set(registry)


def test_the_registry_keeps_the_contract():
    entries = json.loads((ARTIFACTS_DIR / "registry.json").read_text())
    assert all(set(entry) == KEYS for entry in entries.values())


def test_artifacts_stay_under_their_limit():
    files = [path for path in ARTIFACTS_DIR.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 110 * 2**20


@pytest.mark.parametrize(
    "name", ["classifier.bin", "classifier.xml", "classifier.calibration.json"]
)
def test_a_changed_file_is_refused(artifacts_copy, name):
    with open(artifacts_copy / name, "r+b") as file:
        file.seek(60)
        file.write(b"\x07")
    with pytest.raises(UserError, match=r"SHA-256 differs.*git checkout"):
        load_inspector(artifacts_copy)


def test_a_missing_file_says_how_to_get_it_back(artifacts_copy):
    (artifacts_copy / "classifier.bin").unlink()
    with pytest.raises(UserError, match=r"classifier\.bin is missing.*core publish"):
        load_inspector(artifacts_copy)


@pytest.mark.parametrize("text", ["", "[1]", '{"a": {"file": "x"}}', "{"])
def test_a_broken_registry_gets_a_sentence(tmp_path, text):
    (tmp_path / "registry.json").write_text(text)
    with pytest.raises(UserError, match="missing or damaged"):
        read_artifact("a", tmp_path)


def test_no_registry_and_no_such_name(tmp_path):
    with pytest.raises(UserError, match="missing or damaged"):
        load_registry(tmp_path)
    (tmp_path / "note.txt").write_text("x")
    register("note", "note.txt", kind="note", data="none", folder=tmp_path)
    with pytest.raises(UserError, match="No artifact is called other"):
        read_artifact("other", tmp_path)


def test_a_registry_cannot_point_outside(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.txt").write_text("x")
    register("out", "../secret.txt", kind="note", data="none", folder=inner)
    with pytest.raises(UserError, match="outside its folder"):
        read_artifact("out", inner)


def test_register_renews_an_entry(tmp_path):
    file = tmp_path / "figures.json"
    for number in (1, 2):
        file.write_text(json.dumps({"number": number}))
        register("figures", file.name, kind="metrics", data="none", folder=tmp_path)
    assert read_json("figures", tmp_path) == {"number": 2}
    assert len(load_registry(tmp_path)) == 1
