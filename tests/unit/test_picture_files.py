"""Which files of a folder are pictures, and what is said of the others."""

import os

import pytest

from core.config import IMAGE_SUFFIXES
from core.picture_files import LeftOut, as_text, is_picture, listed, pictures_below, printable


@pytest.mark.parametrize("suffix", sorted(IMAGE_SUFFIXES))
def test_every_ending_the_decoder_reads_in_any_case(suffix):
    assert is_picture(f"a{suffix}") and is_picture(f"A B{suffix.upper()}")


@pytest.mark.parametrize(
    "name",
    ["._a.jpg", ".hidden.png", ".DS_Store", "Thumbs.db", "desktop.ini", "notes.txt", "jpg", "16"],
)
def test_what_is_no_picture_by_its_name(name):
    assert not is_picture(name)


@pytest.fixture
def folder(tmp_path):
    for name in ("b.JPG", "a.png", "deeper/c.jpeg", "deeper/deepest/d.bmp"):
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path / "set"


def _walk(folder) -> tuple[list[str], LeftOut]:
    left_out = LeftOut()
    found = [os.path.relpath(each.path, folder) for each in pictures_below(folder, left_out)]
    return found, left_out


def test_pictures_come_by_name_a_folders_own_first(folder):
    found, left_out = _walk(folder)
    assert found == ["a.png", "b.JPG", "deeper/c.jpeg", "deeper/deepest/d.bmp"]
    assert left_out == LeftOut() and left_out.sentences(folder) == []


def test_what_systems_leave_behind_is_passed_over_without_a_word(folder):
    for name in ("._a.png", ".DS_Store", "Thumbs.db", "deeper/Desktop.ini"):
        (folder / name).touch()
    for name in ("__MACOSX", ".thumbnails"):
        (folder / name).mkdir()
        (folder / name / "e.jpg").touch()
    found, left_out = _walk(folder)
    assert len(found) == 4 and left_out == LeftOut()


def test_the_rest_is_counted_and_the_first_are_named(folder):
    for number in range(4):
        (folder / "deeper" / f"{number}.txt").touch()
    _, left_out = _walk(folder)
    (sentence,) = left_out.sentences(folder)
    named = ", ".join(os.path.join("deeper", f"{number}.txt") for number in range(3))
    assert f"4 ({named}, ...)" in sentence


def test_links_to_folders_are_named_and_not_followed(folder):
    (folder / "again").symlink_to(folder)
    (folder / "itself.jpg").symlink_to(folder / "itself.jpg")
    found, left_out = _walk(folder)
    assert "itself.jpg" in found and len(found) == 5
    assert left_out.folders.first == [str(folder / "again")]
    assert "again" in left_out.sentences(folder)[0]


def test_a_folder_that_refuses_is_kept_apart(folder, monkeypatch):
    scan = os.scandir

    def refuse(path):
        if str(path).endswith("deepest"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("core.picture_files.os.scandir", refuse)
    found, left_out = _walk(folder)
    assert len(found) == 3
    assert left_out.closed == [(str(folder / "deeper" / "deepest"), "Permission denied")]


def test_odd_names_can_be_printed():
    odd = os.fsdecode(b"a\xff\n\x1b[31m.txt")
    printable(odd).encode()
    assert as_text(odd) == "a\\xff\n\x1b[31m.txt" and as_text("\ud800é") == "\\ud800é"
    assert printable(odd) == "a\\xff??[31m.txt"
    assert printable("Фото \U0001f600") == "Фото \U0001f600"
    assert listed([odd]) == "1 (a\\xff??[31m.txt)"
