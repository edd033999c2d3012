"""What is shipped is what is loaded, or nothing is."""

import json
from pathlib import Path

import pytest

from core.artifacts import (
    Shipment,
    load_registry,
    read_artifact,
    read_json,
    register,
    ship,
    ship_all,
    withdraw,
)
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.inference.photo import load_inspector
from tests.support.kills import killed_at_move

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


@pytest.mark.parametrize("text", ["", "[1]", '{"a": {"file": "x"}}', "{", '{"a":' * 50_000])
def test_a_broken_registry_gets_a_sentence(tmp_path, text):
    (tmp_path / "registry.json").write_text(text)
    with pytest.raises(UserError, match="missing or damaged"):
        read_artifact("a", tmp_path)


@pytest.mark.parametrize("content", [b"[1]", b"{", b"\xff", b"[" * 100_000, b""])
def test_a_shipped_file_that_is_no_json_object_is_a_sentence(tmp_path, content):
    ship("both", {"joining.json": content}, data="none", metrics={}, folder=tmp_path)
    with pytest.raises(UserError, match="both_joining holds no JSON object"):
        read_json("both_joining", tmp_path)


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


@pytest.mark.parametrize("file", ["a\0b", 7, None, "x" * 5000])
def test_a_registry_whose_file_is_no_path_is_a_sentence(tmp_path, file):
    (tmp_path / "note.txt").write_text("x")
    register("note", "note.txt", kind="note", data="none", folder=tmp_path)
    entries = json.loads((tmp_path / "registry.json").read_text())
    entries["note"]["file"] = file
    (tmp_path / "registry.json").write_text(json.dumps(entries))
    with pytest.raises(UserError, match=r"damaged at note|is missing"):
        read_artifact("note", tmp_path)


def test_register_renews_an_entry(tmp_path):
    file = tmp_path / "figures.json"
    for number in (1, 2):
        file.write_text(json.dumps({"number": number}))
        register("figures", file.name, kind="metrics", data="none", folder=tmp_path)
    assert read_json("figures", tmp_path) == {"number": 2}
    assert len(load_registry(tmp_path)) == 1


def _ship_two(folder: Path, words: str, withdrawn: tuple[str, ...] = ()) -> None:
    files = {"xml": f"graph {words}".encode(), "bin": f"constants {words}".encode()}
    both = [Shipment(name, files, "none", {}) for name in ("one", "two")]
    ship_all(both, withdrawn=withdrawn, folder=folder)


def _shipped(folder: Path) -> dict[str, str]:
    return {name: read_artifact(name, folder).decode() for name in load_registry(folder)}


def test_shipping_that_is_killed_leaves_all_old_or_all_new_files(tmp_path, monkeypatch):
    seen = []
    for moves in range(20):
        folder = tmp_path / str(moves)
        _ship_two(folder, "before")
        ship("old", {"history.csv": b"epoch\n"}, data="none", metrics={}, folder=folder)
        before = _shipped(folder)
        with killed_at_move(monkeypatch, moves) as kill:
            _ship_two(folder, "new", withdrawn=("old",))
        seen.append(_shipped(folder))  # every file that is named is the one that is meant
        assert seen[-1] == before or set(seen[-1].values()) == {"graph new", "constants new"}
        _ship_two(folder, "new", withdrawn=("old",))  # the next one clears up
        names = {"one.xml", "one.bin", "two.xml", "two.bin", "registry.json"}
        left = {"old.history.csv"}  # nothing names it any more
        assert {file.name for file in folder.iterdir()} - left == names
        if not kill.struck:
            break
    assert not kill.struck and seen[0] == before and seen[-2] == seen[-1] != before


def test_what_is_withdrawn_goes_from_the_registry_and_the_folder(tmp_path):
    _ship_two(tmp_path, "here")
    withdraw("one_", tmp_path)
    assert set(load_registry(tmp_path)) == {"two_graph", "two_constants"}
    assert not (tmp_path / "one.xml").exists() and (tmp_path / "two.xml").exists()


def test_a_file_that_is_shipped_again_is_not_taken_for_one_that_is_withdrawn(tmp_path):
    _ship_two(tmp_path, "first")
    _ship_two(tmp_path, "second", withdrawn=("one", "two"))
    assert set(_shipped(tmp_path).values()) == {"graph second", "constants second"}
