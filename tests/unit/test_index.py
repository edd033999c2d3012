"""The index of a folder: layouts, sources, and all that can be wrong with files."""

import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from core.dataset.index import COLUMNS, index_folder
from core.errors import UserError
from core.imaging import decode_image
from tests.conftest import encode, texture, write_dataset

PIXELS = encode(np.zeros((5, 7, 3), np.uint8))


def test_kaggle_layout(tmp_path):
    index = index_folder(write_dataset(tmp_path / "set", {"train": 3, "valid": 2, "test": 1}, 32))
    assert list(index.faces.columns) == COLUMNS
    assert index.faces.groupby(["split", "label"]).size().to_dict() == {
        (split, label): count
        for split, count in (("train", 3), ("valid", 2), ("test", 1))
        for label in ("fake", "real")
    }
    first = index.part("train").iloc[0]
    assert (first.source, first.width, first.height) == ("machine", 32, 32)
    assert first.bytes == os.path.getsize(first.path)
    assert index.unreadable.empty


def test_folder_with_real_and_fake_is_one_part(tmp_path):
    for label in ("real", "fake"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "plain.png").write_bytes(PIXELS)
    index = index_folder(tmp_path)
    assert len(index.part("test")) == len(index.part("train")) == 2
    assert set(index.faces["source"]) == {"unnamed"}


def test_the_archive_may_lie_two_folders_down(tmp_path):
    write_dataset(tmp_path / "real_vs_fake" / "real-vs-fake", {"train": 1}, 16)
    assert len(index_folder(tmp_path).faces) == 2


def test_broken_files_are_listed_and_the_rest_is_kept(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 2}, 16)
    folder = root / "train" / "real"
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("not an image's ending: ignored")
    (folder / "new\nline \U0001f600.png").write_bytes(PIXELS)
    (folder / "dangling.png").symlink_to(folder / "nowhere.png")
    index = index_folder(root)
    assert len(index.faces) == 5
    names = {os.path.basename(path) for path in index.unreadable["path"]}
    assert names == {"broken.jpg", "empty.png", "dangling.png"}
    assert index.unreadable["error"].str.len().min() > 0


def test_a_name_that_is_no_text_is_listed(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 1}, 16)
    with open(os.fsencode(root / "train" / "real") + b"/\xff.png", "wb") as file:
        file.write(PIXELS)
    index = index_folder(root)
    assert len(index.faces) == 2
    assert "not valid Unicode" in index.unreadable["error"][0]
    index.unreadable["path"][0].encode()  # can be shown


def test_headers_are_read_again_only_where_a_file_changed(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 3}, 16)
    first = index_folder(root)
    changed = root / "train" / "real" / "camera_1.png"
    changed.write_bytes(encode(np.zeros((9, 9, 3), np.uint8)))
    (root / "train" / "real" / "camera_2.png").unlink()
    anew = index_folder(root).faces
    for file in root.rglob("*.png"):
        if file != changed:  # who reads it again finds no picture; size and time are as before
            kept = file.stat()
            file.write_bytes(bytes(kept.st_size))
            os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    second = index_folder(root, known=first.faces)
    assert len(second.faces) == 5 and index_folder(root).faces["path"].tolist() == [str(changed)]
    pd.testing.assert_frame_equal(second.faces, anew)


def test_a_loop_of_links_ends(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 1}, 16)
    (root / "train" / "real" / "loop").symlink_to(root / "train" / "real")
    assert len(index_folder(root).faces) == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no folder"),
        (lambda path: path.mkdir(), "neither train/real"),
        (lambda path: (path / "train" / "real").mkdir(parents=True), "No readable image"),
        (lambda path: path.write_text("a file"), "is a file"),
    ],
    ids=["missing", "empty", "no files", "a file"],
)
def test_unusable_folders_get_a_sentence(tmp_path, make, words):
    make(tmp_path / "set")
    with pytest.raises(UserError, match=words):
        index_folder(tmp_path / "set")


def test_a_path_that_is_too_long():
    with pytest.raises(UserError, match=r"no folder A+\.{3,4} Check"):
        index_folder("A" * 5000)


class TestOddThings:
    """What is no file, or may not be looked into, is named and stops nothing."""

    @pytest.fixture
    def root(self, tmp_path):
        return write_dataset(tmp_path / "set", {"train": 2}, 32)

    def test_a_pipe_is_never_opened(self, root):
        os.mkfifo(root / "train" / "fake" / "pipe_1.jpg")
        index = index_folder(root)
        assert len(index.faces) == 4
        assert index.unreadable["error"].tolist() == ["It is no regular file"]

    @pytest.mark.parametrize("place", ["train/fake/loop.jpg", "loop", "train/loop"])
    def test_a_link_to_itself(self, root, place):
        (root / place).symlink_to(root / place)
        assert len(index_folder(root).faces) == 4

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_closed_folder_is_named(self, root):
        (root / "train" / "real").chmod(0)
        index = index_folder(root)
        (root / "train" / "real").chmod(0o700)
        assert len(index.faces) == 2 and "folder cannot be read" in index.unreadable["error"][0]

    def test_a_folder_that_refuses_is_named(self, root, monkeypatch):
        scan = os.scandir

        def refuse(folder):
            if str(folder).endswith("train/real"):
                raise PermissionError(13, "Permission denied")
            return scan(folder)

        monkeypatch.setattr("core.dataset.index.os.scandir", refuse)
        index = index_folder(root)
        assert len(index.faces) == 2
        assert index.unreadable["error"].tolist() == [
            "The folder cannot be read: Permission denied"
        ]

    def test_a_file_is_no_folder(self, root):
        with pytest.raises(UserError, match="is a file"):
            index_folder(next((root / "train" / "real").iterdir()))

    def test_a_picture_beyond_all_bounds(self, tmp_path, monkeypatch):
        root = write_dataset(tmp_path / "small", {"train": 2}, 8)
        (root / "train" / "real" / "camera_9.png").write_bytes(encode(texture("real", 1, 32)))
        monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 100)
        index = index_folder(root)
        assert len(index.faces) == 4 and "pixels, the limit" in index.unreadable["error"][0]


class TestOtherNames:
    """Folders named another way than Kaggle's, and what lies beside the pictures."""

    @staticmethod
    def _write(root, *names: str):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(PIXELS)
        return root

    def test_val_capitals_and_joined_names(self, tmp_path):
        names = ("Train/Real/a_1.png", "val/FAKE/b_1.png", "test-fake/c_1.png", "test/0_real/d.PNG")
        index = index_folder(self._write(tmp_path, *names))
        found = index.faces[["split", "label", "source"]].to_numpy().tolist()
        assert found == [
            ["train", "real", "a"],
            ["test", "fake", "c"],
            ["test", "real", "unnamed"],
            ["valid", "fake", "b"],
        ]
        assert index.notes == ()

    def test_two_folders_of_a_split_are_read_together_and_said(self, tmp_path):
        index = index_folder(self._write(tmp_path, "val/real/a.png", "valid/real/b.png"))
        assert len(index.part("valid")) == 2
        assert index.notes == ("val/ and valid/ are read together, as valid.",)

    def test_what_is_left_out_is_counted_and_named(self, tmp_path):
        names = ("real/a.png", "real/._a.png", "real/Thumbs.db", "real/notes.txt", "loose.png")
        index = index_folder(self._write(tmp_path, *names, "extra/b.png"))
        assert len(index.faces) == 1 and index.unreadable.empty
        said = " ".join(index.notes)
        assert "1 (real/notes.txt)" in said and "1 (loose.png)" in said and "1 (extra/)" in said
        assert "Thumbs" not in said and "._a" not in said

    def test_pictures_in_no_split_beside_splits_are_said(self, tmp_path):
        index = index_folder(self._write(tmp_path, "train/real/a.png", "real/b.png"))
        assert any("in no split" in note for note in index.notes)

    def test_a_split_or_class_may_be_a_link(self, tmp_path):
        self._write(tmp_path / "elsewhere", "real/a.png")
        root = tmp_path / "set"
        self._write(root, "test/fake/b.png")
        (root / "train").symlink_to(tmp_path / "elsewhere")
        (root / "test" / "real").symlink_to(tmp_path / "elsewhere" / "real")
        assert len(index_folder(root).faces) == 3

    def test_unreadable_files_are_found_by_their_split(self, tmp_path):
        root = self._write(tmp_path, "val/real/a.png")
        (root / "val" / "real" / "bad.png").write_bytes(b"no")
        index = index_folder(root)
        assert list(index.unreadable_in("valid")) == ["val/real/bad.png"]
        assert index.unreadable_in("train") == {}

    @pytest.mark.parametrize(
        ("name", "source"),
        [("_x.png", "unnamed"), ("x.png", "unnamed"), ("a_x.png", "a"), ("a _x.png", "a"),
         ("a\tb_x.png", "a?b")],
    )  # fmt: skip
    def test_the_source_is_what_stands_before_the_underscore(self, tmp_path, name, source):
        assert index_folder(self._write(tmp_path, f"real/{name}")).faces["source"][0] == source


class TestWhatAHeaderDoesNotTell:
    """The index believes the decoder, so that no picture is lost between them."""

    def test_a_picture_that_the_decoder_mends_is_taken(self, tmp_path):
        (tmp_path / "real").mkdir()
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "words")
        data = bytearray(encode(Image.new("RGB", (9, 5)), pnginfo=text))
        data[data.index(b"words") + 5] ^= 1  # the checksum of the text
        (tmp_path / "real" / "a_1.png").write_bytes(data)
        index = index_folder(tmp_path)
        assert index.unreadable.empty
        assert index.faces[["width", "height"]].to_numpy().tolist() == [[9, 5]]

    def test_of_several_pages_the_pictures_size_counts(self, tmp_path):
        (tmp_path / "real").mkdir()
        reduced, whole = (Image.new("L", (side, side), 99) for side in (8, 64))
        reduced.save(tmp_path / "real" / "a_1.tif", save_all=True, append_images=[whole],
                     tiffinfo={254: 1})  # fmt: skip
        size = decode_image((tmp_path / "real" / "a_1.tif").read_bytes()).pixels.shape[:2]
        assert index_folder(tmp_path).faces[["height", "width"]].to_numpy().tolist() == [[*size]]

    def test_a_format_that_is_not_read_is_none(self, tmp_path):
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "a_1.png").write_bytes(PIXELS)
        Image.new("RGB", (9, 9)).save(tmp_path / "real" / "b_1.jpg", "EPS")
        index = index_folder(tmp_path)
        assert len(index.faces) == 1 and "not a picture" in index.unreadable["error"][0]
