"""Which folders the app may open, and that no page opens one without asking."""

import ast
from pathlib import Path

import pytest

from core.config import CACHE_DIR, ROOT, RUNS_DIR
from core.errors import UserError
from core.open_folder import OpenFolder, served

PAGES = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]


def test_a_host_may_keep_visitors_in_one_folder(tmp_path, monkeypatch):
    (tmp_path / "free").mkdir()
    assert served(str(tmp_path)).path == tmp_path
    monkeypatch.setenv("FACES_ROOT", str(tmp_path / "free"))
    assert served(str(tmp_path / "free" / "set")).path == tmp_path / "free" / "set"
    for own in (CACHE_DIR / "demo-faces", RUNS_DIR, RUNS_DIR / "mine"):
        assert served(str(own)).path == own.resolve()
    (tmp_path / "free" / "out").symlink_to(tmp_path)
    for outside in (tmp_path, tmp_path / "free" / "..", tmp_path / "free" / "out", "/"):
        with pytest.raises(UserError, match="host has set free"):
            served(str(outside))


def test_an_open_folder_cannot_be_made_up(tmp_path, monkeypatch):
    monkeypatch.setenv("FACES_ROOT", str(tmp_path / "free"))
    with pytest.raises(UserError, match="host has set free"):
        OpenFolder(tmp_path)


@pytest.mark.parametrize("text", ["a\0b", "~nobody-of-that-name/x", "A" * 5000])
def test_what_is_no_path(text):
    with pytest.raises(UserError, match="no path"):
        served(text)


def _calls(file: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]


def test_no_page_makes_a_path_of_typed_words_by_itself():
    made = {
        f"{file.relative_to(ROOT)}: {ast.unparse(call)}"
        for file in PAGES
        for call in _calls(file)
        if ast.unparse(call.func) in ("Path", "open", "index_folder", "OpenFolder")
        and "__file__" not in ast.unparse(call)
    }
    assert made == {
        "ui/dataset/face.py: Path(face.path)",  # of an index of an open folder
        "ui/photo/uploads.py: Path(example.file)",  # of the registry
    }
