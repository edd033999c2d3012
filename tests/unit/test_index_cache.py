"""Remembered indexes, and which folders the app may open."""

import pandas as pd
import pytest

import core.dataset.index as index_module
from core.dataset import index_cache as module
from core.dataset.index_cache import open_index, served
from core.errors import UserError
from tests.conftest import write_dataset


def test_a_folder_is_read_once(tmp_path, monkeypatch):
    root = write_dataset(tmp_path / "set", {"train": 3}, 16)
    first = open_index(root, cache=tmp_path / "cache")
    monkeypatch.setattr(index_module, "_read_header", lambda path: pytest.fail("read again"))
    second = open_index(root, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(first.faces, second.faces)


def test_a_damaged_memory_is_forgotten(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 3}, 16)
    open_index(root, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(b"no parquet")
    assert len(open_index(root, cache=tmp_path / "cache").faces) == 6
    assert len(pd.read_parquet(file)) == 6


def test_no_right_to_remember_is_no_error(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 1}, 16)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert len(open_index(root, cache=tmp_path / "cache").faces) == 2


def test_a_host_may_keep_visitors_in_one_folder(tmp_path, monkeypatch):
    (tmp_path / "free").mkdir()
    assert served(str(tmp_path)) == tmp_path
    monkeypatch.setenv("FACES_ROOT", str(tmp_path / "free"))
    assert served(str(tmp_path / "free" / "set")) == tmp_path / "free" / "set"
    assert served(str(module.CACHE_DIR / "demo-faces"))
    (tmp_path / "free" / "out").symlink_to(tmp_path)
    for outside in (tmp_path, tmp_path / "free" / "..", tmp_path / "free" / "out", "/"):
        with pytest.raises(UserError, match="host has set free"):
            served(str(outside))


@pytest.mark.parametrize("text", ["a\0b", "~nobody-of-that-name/x", "A" * 5000])
def test_what_is_no_path(text):
    with pytest.raises(UserError, match="no path"):
        served(text)
