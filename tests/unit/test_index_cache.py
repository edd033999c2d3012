"""Remembered indexes."""

import os
from pathlib import Path

import pandas as pd
import pytest

from core.dataset.index_cache import open_index
from core.errors import UserError
from tests.conftest import write_dataset


def test_a_folder_is_read_once(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 3}, 16)
    first = open_index(root, cache=tmp_path / "cache")
    for name in first.faces["path"]:  # only who reads the files again can tell
        file = Path(name)
        told = file.stat()
        file.write_bytes(bytes(told.st_size))
        os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    second = open_index(root, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(first.faces, second.faces)
    with pytest.raises(UserError, match="No readable image"):
        open_index(root, cache=tmp_path / "empty")


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


def test_the_version_tells_changed_files_from_unchanged_ones(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 2}, 16)
    first = open_index(root, cache=tmp_path / "cache").version
    assert open_index(root, cache=tmp_path / "cache").version == first
    face = next((root / "train" / "real").iterdir())
    face.write_bytes(face.read_bytes() + b"more")  # as many files as before, one of another size
    assert open_index(root, cache=tmp_path / "cache").version != first
