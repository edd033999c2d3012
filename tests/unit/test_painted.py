"""Generated faces for a data set: each depends on its seed alone, other files stay as they are."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.cli.main import main
from core.dataset.index import index_folder
from core.dataset.sources.painted import link_faces, paint_faces
from core.errors import UserError
from core.picture_files import RECORD_FILE
from tests.conftest import write_dataset


class Gray:
    """A generator whose faces are as bright as their code, which truncation halves or not."""

    name, side, version = "Gray", 512, "abc"
    center = np.zeros(1, np.float32)

    def codes(self, seeds):
        return np.array([[100 + seed % 100] for seed in seeds], np.float32)

    def paint(self, codes):
        return np.stack([np.full((512, 512, 3), code[0], np.uint8) for code in codes])


def _paint(out, count=20, psi=(0.5, 1.0), **options):
    settings = {"source": "gray", "first_seed": 40, "count": count, "psi": psi}
    return paint_faces(out, [Gray()], **{**settings, **options})


def test_faces_are_split_sized_and_truncated(tmp_path):
    faces = index_folder(_paint(tmp_path)).faces
    assert faces.groupby("split").size().to_dict() == {"train": 16, "valid": 2, "test": 2}
    assert set(faces["source"]) == {"gray"} and set(faces["label"]) == {"fake"}
    for seed, path in enumerate(sorted(faces["path"], key=lambda path: path[-6:]), start=40):
        picture = Image.open(path)
        level = np.asarray(picture).mean()
        assert picture.size == (256, 256) and picture.format == "JPEG"
        assert 0.5 * (100 + seed) - 2 <= level <= 100 + seed + 2


def test_a_face_hangs_on_its_seed_alone_and_is_painted_once(tmp_path):
    _paint(tmp_path / "one")
    _paint(tmp_path / "other", first_seed=45)
    file = next((tmp_path / "one" / "train" / "fake").glob("gray_50.jpg"))
    twin = next((tmp_path / "other").glob("*/fake/gray_50.jpg"))
    assert file.read_bytes() == twin.read_bytes()
    mark = io.BytesIO()
    Image.new("RGB", (8, 8)).save(mark, "JPEG")
    file.write_bytes(mark.getvalue())
    _paint(tmp_path / "one")
    assert file.read_bytes() == mark.getvalue()


def test_how_each_face_was_made_is_written_down_beside_it(tmp_path):
    _paint(tmp_path, run="-sharp")
    table = pd.read_csv(tmp_path / RECORD_FILE).set_index("file")
    assert sorted(table["seed"]) == list(range(40, 60))
    assert set(table["generator"]) == {"Gray"} and set(table["version"]) == {"abc"}
    assert set(table["run"]) == {"'-sharp"}  # no formula for a spreadsheet
    for file, row in table.iterrows():
        level = np.asarray(Image.open(tmp_path / file)).mean()
        assert level == pytest.approx((100 + row["seed"]) * row["psi"], abs=1.5)


def test_faces_that_are_there_keep_their_row(tmp_path):
    _paint(tmp_path)
    before = (tmp_path / RECORD_FILE).read_bytes()
    _paint(tmp_path, psi=(1.5, 1.5))
    assert (tmp_path / RECORD_FILE).read_bytes() == before
    next(tmp_path.glob("*/fake/gray_50.jpg")).unlink()
    _paint(tmp_path, psi=(1.5, 1.5))
    _paint(tmp_path, source="other", first_seed=90, psi=(0.7, 0.7))
    after = pd.read_csv(tmp_path / RECORD_FILE)
    assert set(after.loc[after["seed"] >= 90, "psi"]) == {0.7}
    assert after.loc[after["psi"] == 1.5, "file"].tolist() == ["train/fake/gray_50.jpg"]
    lines, kept = ((tmp_path / RECORD_FILE).read_bytes().splitlines(), before.splitlines())
    assert len(set(kept) - set(lines)) == 1 and len(lines) == 1 + 40


@pytest.mark.parametrize("content", [b"", b"file,seed\n", b"\xff\xfe", b'file\n"x'])
def test_a_damaged_record_is_a_sentence(tmp_path, content):
    (tmp_path / RECORD_FILE).write_bytes(content)
    with pytest.raises(UserError, match=r"is damaged\. Delete it"):
        _paint(tmp_path)
    assert not list(tmp_path.glob("*/fake/*"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source": "a_b"}, "letters and digits"),
        ({"count": 9}, "At least 10"),
        ({"psi": (0.5, 9.0)}, "psi is from"),
        ({"first_seed": -1}, "seed is a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, options, words):
    with pytest.raises(UserError, match=words):
        _paint(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        _paint(tmp_path / "file")
    data = index_folder(write_dataset(tmp_path / "set", {"train": 1}, 32))
    with pytest.raises(UserError, match="cannot be made"):
        link_faces(data, tmp_path / "file")


def test_another_set_is_shown_beside(tmp_path):
    data = write_dataset(tmp_path / "set", {"train": 2, "test": 2}, 32)
    words = ["dataset", "paint", "--out", str(tmp_path / "both"), "--beside", str(data)]
    words += ["--generator", "dcgan", "--source", "dcgan", "--count", "10", "--psi", "0.5", "1"]
    for _ in range(2):  # the second time nothing is left to do
        assert main(words) == 0
    faces = index_folder(tmp_path / "both").faces
    assert faces.groupby("source").size().to_dict() == {"camera": 4, "dcgan": 10, "machine": 4}
    original = data / "test" / "real"
    linked = tmp_path / "both" / "test" / "real"
    for file in original.iterdir():
        assert (linked / file.name).read_bytes() == file.read_bytes()
