"""Tags of a data set's faces: kept, found again, handed out and taken back, whatever comes in."""

import pytest

from core.dataset.tags import MAX_TAGS, TagBook, clean_tag
from core.errors import UserError


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def test_tags_are_there_after_a_restart_and_belong_to_their_folder(tmp_path, cache):
    book = TagBook(tmp_path / "set", cache)
    book.add(" look  again ", ["real/a.png", "real/b.png"])
    book.add("odd light", ["real/a.png"])
    book.take("look again", ["real/b.png", "never tagged"])
    again = TagBook(tmp_path / "set", cache)
    assert again.names == ["look again", "odd light"]
    assert again.of("real/a.png") == ["look again", "odd light"] and again.of("real/b.png") == []
    assert again.paths("look again") == {"real/a.png"} and again.paths("unknown") == frozenset()
    assert TagBook(tmp_path / "other", cache).names == []


def test_a_tag_that_no_face_has_is_gone(tmp_path, cache):
    book = TagBook(tmp_path, cache)
    book.put("a.png", ["one", "two"])
    book.put("a.png", ["two", "three"])
    assert book.names == ["three", "two"]
    book.put("a.png", [])
    assert book.names == [] == TagBook(tmp_path, cache).names


@pytest.mark.parametrize("text", ["", "   ", "x" * 41, "a\x00b"])
def test_what_is_no_tag(text):
    with pytest.raises(UserError, match="at most 40 characters"):
        clean_tag(text)


def test_there_is_an_end_to_tags(tmp_path, cache):
    book = TagBook(tmp_path, cache)
    for number in range(MAX_TAGS):
        book.add(f"tag {number}", ["a.png"])
    with pytest.raises(UserError, match="already"):
        book.add("one more", ["a.png"])
    book.add("tag 7", ["b.png"])  # one that is there takes more files
    assert len(book.names) == MAX_TAGS


def test_a_file_of_tags_goes_out_and_comes_back(tmp_path, cache):
    book = TagBook(tmp_path / "one", cache)
    book.add("odd", ["a.png", "b, c.png"])
    other = TagBook(tmp_path / "two", cache)
    assert other.add_csv(book.as_csv(), {"b, c.png", "d.png"}) == (1, 1)
    assert other.paths("odd") == {"b, c.png"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"path\na.png\n", b'path,tag\na.png,"' + b"x" * 50],
)
def test_a_file_that_is_no_table_of_tags_is_a_sentence(tmp_path, cache, content):
    book = TagBook(tmp_path, cache)
    with pytest.raises(UserError):
        book.add_csv(content, {"a.png"})
    assert book.names == []


@pytest.mark.parametrize("kept", [b"", b"[]", b'{"a": 3}', b'{"": ["a.png"]}', b"\xff"])
def test_a_damaged_book_is_an_empty_one(tmp_path, cache, kept):
    TagBook(tmp_path, cache).add("odd", ["a.png"])
    (file,) = cache.iterdir()
    file.write_bytes(kept)
    assert TagBook(tmp_path, cache).names == []


def test_no_right_to_write_is_a_sentence_and_changes_nothing(tmp_path):
    (tmp_path / "file").touch()
    book = TagBook(tmp_path, tmp_path / "file")
    with pytest.raises(UserError, match="cannot be saved"):
        book.add("odd", ["a.png"])
    assert book.names == []
