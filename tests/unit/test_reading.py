"""Files are read in their order, a chunk at a time, and a bad one stops no other."""

from pathlib import Path

import pytest

from core.dataset.reading import Read, Unread, read_files
from core.errors import UserError


def _read(path: str, number: int) -> str:
    if path == "refused":
        raise UserError("It is no picture.")
    return f"{number} {Path(path).read_text()}"


def test_values_and_errors_stand_where_their_files_do(tmp_path):
    paths = [str(tmp_path / f"{number}.txt") for number in range(5)]
    for path in paths:
        Path(path).write_text("good")
    paths[1:1] = ["refused", str(tmp_path / "gone")]
    chunks = list(read_files(paths, _read, chunk=3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    found = [each for chunk in chunks for each in chunk]
    assert [(each.number, each.path) for each in found] == list(enumerate(paths))
    assert found[0] == Read(0, paths[0], "0 good")
    assert found[1] == Unread(1, "refused", "It is no picture.")
    assert "No such file" in found[2].error
    assert all(isinstance(each, Read) for each in found[3:])


def test_no_file_no_chunk():
    assert list(read_files([], _read)) == []


def test_a_mistake_in_the_reading_itself_is_not_hidden():
    def wrong(path: str, number: int):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(read_files(["a"], wrong))


def test_no_more_than_a_chunk_is_read_ahead():
    asked = []
    chunks = read_files(
        [str(n) for n in range(10)], lambda path, number: asked.append(path), chunk=2
    )
    next(chunks)
    assert len(asked) == 2
