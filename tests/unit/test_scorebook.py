"""Remembered verdicts on a data set, and its thumbnails."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset.index import index_folder
from core.dataset.thumbnails import thumbnail
from core.errors import UserError
from core.evaluation import scorebook as module
from core.evaluation.scorebook import ScoreBook
from core.imaging import decode_image
from tests.conftest import encode, write_dataset


@pytest.fixture
def faces(tmp_path):
    return index_folder(write_dataset(tmp_path / "set", {"train": 3})).faces


def _chances(book, faces, inspector) -> np.ndarray:
    return book.verdicts(faces, inspector.calibration).p_fake


def test_the_chances_are_those_of_the_photo_page(faces, inspector, tmp_path):
    book = ScoreBook(tmp_path / "cache")
    assert np.isnan(_chances(book, faces, inspector)).all()
    assert list(book.judge(faces, inspector)) == [0, 6]
    expected = [
        inspector.judge(decode_image(Path(path).read_bytes()), aligned=True)[0].p_fake
        for path in faces["path"]
    ]
    np.testing.assert_allclose(_chances(book, faces, inspector), expected, atol=1e-6)


def test_they_are_remembered_until_a_file_changes(faces, inspector, tmp_path, monkeypatch):
    list(ScoreBook(tmp_path / "cache").judge(faces, inspector))
    again = ScoreBook(tmp_path / "cache")
    assert np.isfinite(_chances(again, faces, inspector)).all()
    monkeypatch.setattr(module, "score_faces", lambda *parts: pytest.fail("judged again"))
    assert list(again.judge(faces, inspector)) == [6]
    changed = faces.assign(modified_ns=faces["modified_ns"] + 1)
    assert np.isnan(_chances(again, changed, inspector)).all()


def test_leaving_off_keeps_what_was_done(faces, inspector, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    steps = ScoreBook(tmp_path / "cache").judge(faces, inspector)
    assert [next(steps), next(steps)] == [0, 2]
    steps.close()
    kept = ScoreBook(tmp_path / "cache")
    assert np.isfinite(_chances(kept, faces, inspector)).sum() == 2
    assert next(kept.judge(faces, inspector)) == 2


def test_files_that_went_bad(faces, inspector, tmp_path):
    for path in faces["path"]:
        Path(path).write_bytes(b"")
    book = ScoreBook(tmp_path / "cache")
    assert list(book.judge(faces, inspector)) == [0, 6]
    assert np.isnan(_chances(book, faces, inspector)).all() and len(book.failed) == 6
    assert list(book.judge(faces, inspector)) == [6]


def test_thumbnails(tmp_path):
    file = tmp_path / "wide.jpg"
    file.write_bytes(encode(np.full((300, 600, 3), 90, np.uint8), "JPEG"))
    with Image.open(io.BytesIO(thumbnail(str(file)))) as small:
        assert small.format == "WEBP" and small.size == (160, 80)
    file.write_bytes(b"no picture")
    with pytest.raises(UserError, match="damaged"):
        thumbnail(str(file))
    with pytest.raises(UserError, match="gone"):
        thumbnail(str(tmp_path / "nowhere.jpg"))
