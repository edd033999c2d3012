"""Pictures by URI: found, read and judged as files are, and no key gets into a table."""

from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

from core.cli.scoring import path_or_uri
from core.config import MAX_FILE_BYTES
from core.inference.files import files_of, prepare_path
from core.inference.photo import PhotoResult
from core.inference.uris import is_uri, read_at
from core.scoring.folder import FolderRun, settings_of
from tests.conftest import encode
from tests.support.bucket import NAME, bucket
from tests.support.scoring import SETTINGS, FakeInspector, in_this_process

PICTURE = encode(np.zeros((8, 8, 3), np.uint8))


def _scored(out: Path, *paths) -> list[dict]:
    run = FolderRun(out, SETTINGS)
    for _ in run.judge(paths, in_this_process):
        pass
    run.finish()
    table = pd.read_parquet(out)
    return table.astype(object).where(table.notna(), None).to_dict("records")


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "who")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unseen")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_bucket_is_judged_as_a_folder_is(tmp_path, keys):
    files = {"in/b c#.png": PICTURE, "in/a.png": b"no", "in/deep/ä?.png": PICTURE}
    files |= {"in/notes.txt": b"", "in/.hidden.png": PICTURE, "other.png": PICTURE}
    with bucket(files) as options:
        rows = _scored(tmp_path / "r.parquet", f"s3://{NAME}/in{options}")
        names = [f"s3://{NAME}/" + quote(key) + options for key in files if key.startswith("in/")]
        assert {row["path"] for row in rows} == set(names[:3])
        assert [row["error"] is not None for row in rows] == [
            "/a.png" in row["path"] for row in rows
        ]
        (one,) = _scored(tmp_path / "one.parquet", names[0])
        assert one in rows
        (lost,) = _scored(tmp_path / "lost.parquet", f"s3://{NAME}/gone.png{options}")
        assert "nothing at this address" in lost["error"]
        (empty,) = _scored(tmp_path / "empty.parquet", f"s3://{NAME}/in/notes.txt/{options}")
        assert empty["error"]
        assert len(read_at(names[0], 5)) == 5
        gone = prepare_path(f"s3://{NAME}/in/gone.png{options}", FakeInspector())
        assert "no such file" in gone.result.error


def test_a_file_by_its_uri_is_the_file(tmp_path):
    folder = tmp_path / "in put"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.png", "deep/ü%20.png"):
        (folder / name).write_bytes(PICTURE)
    told = []
    (folder / "notes.txt").touch()
    found = list(files_of([folder.as_uri()], tell=told.append))
    assert found == [(folder / name).as_uri() for name in ("a.png", "deep/ü%20.png")]
    assert "1 files left out" in told[0]
    assert all(read_at(uri, MAX_FILE_BYTES) == PICTURE for uri in found)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("s3://who:unseen@bucket/in", "holds no keys"),
        ("s3://bucket/in?access_key=who&secret_key=unseen", "holds no keys"),
        ("nonsense://host/in", "Nothing can be read there"),
        ("https://example.com/a.jpg", "Nothing is fetched from the web"),
        ("s3://[bucket/in", "Nothing can be read there"),
        ("file:///no/such/folder", "nothing at this address"),
    ],
)
def test_an_address_that_is_none_is_a_sentence_without_its_keys(uri, words):
    (found,) = files_of([uri])
    assert isinstance(found, PhotoResult) and words in found.error
    assert "unseen" not in found.name + found.error
    assert prepare_path(uri, FakeInspector()).result.error


def test_an_empty_folder_is_a_sentence(tmp_path):
    (found,) = files_of([tmp_path.as_uri()])
    assert "no picture in this folder" in found.error


def test_a_path_stays_a_path_and_a_uri_keeps_its_slashes():
    assert path_or_uri("s3://bucket/in") == "s3://bucket/in"
    assert path_or_uri("a//b") == Path("a/b") and not is_uri("C:/a")
    options = {"aligned": True, "network": "cnn", "detector": "haar"}
    assert settings_of(["s3://bucket/in"], **options)["working folder"] is None
