"""Downloads from a server that speaks Kaggle's API, and what can go wrong on the way."""

import io
import tarfile
import threading
import zipfile
from functools import partial

import pytest

from core.dataset.index import index_folder
from core.dataset.sources import kaggle as module
from core.dataset.sources.kaggle import (
    INNER,
    download_all,
    download_sample,
    read_listing,
)
from core.dataset.sources.unpacking import check_archive
from core.errors import UserError
from tests.support.kaggle import EACH, Kaggle, files_of_kaggle, pointed_at


@pytest.fixture
def server(tmp_path, monkeypatch):
    server = Kaggle()
    serve = partial(server.serve_forever, poll_interval=0.01)  # so it stops at once, too
    threading.Thread(target=serve, daemon=True).start()
    pointed_at(server.server_port, monkeypatch.setattr)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("KAGGLE_API_TOKEN", raising=False)
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    monkeypatch.setattr(module, "COUNTS", EACH)
    monkeypatch.setattr(module, "BYTES", 1000)
    yield server
    server.shutdown()
    server.server_close()


def _sample(tmp_path, count=10, **options):
    return download_sample(count, tmp_path / "sample", **options)


def test_a_sample_is_even_repeats_and_is_not_fetched_twice(server, tmp_path):
    steps = []
    folder = _sample(tmp_path, progress=lambda done, total: steps.append((done, total)))
    faces = index_folder(folder).faces
    assert faces.groupby(["split", "label"]).size().unstack().to_dict("list") == {
        "fake": [2, 7, 2],
        "real": [2, 7, 2],
    }
    assert steps[0] == (0, 22) and steps[-1] == (22, 22)
    pictures = [name for name in server.asked if name.endswith(".jpg")]
    assert len(pictures) == 22
    _sample(tmp_path)
    assert [name for name in server.asked if name.endswith(".jpg")] == pictures
    again = download_sample(10, tmp_path / "again")
    assert {p.name for p in again.rglob("*.jpg")} == {p.name for p in folder.rglob("*.jpg")}


def test_a_file_that_is_cut_off_is_gone_on_with(server, tmp_path):
    server.cut = {f"{INNER}/{split}/real/r{n}.jpg" for split in EACH for n in range(14)}
    assert len(index_folder(_sample(tmp_path)).faces) == 22


def test_what_is_no_picture_does_not_get_in_and_what_came_is_kept(server, tmp_path):
    server.files |= {name: b"<html>" for name in server.files if "/train/fake/" in name}
    with pytest.raises(UserError, match=r"is no picture. Start the sample again"):
        _sample(tmp_path)
    assert not list((tmp_path / "sample" / "train").rglob("f*.jpg"))
    server.files |= files_of_kaggle()
    assert len(index_folder(_sample(tmp_path)).faces) == 22


def test_bytes_with_another_checksum_are_refused(server, tmp_path):
    server.wrong = {name: b"other bytes" for name in server.files if "/test/" in name}
    with pytest.raises(UserError, match=r"DataCorruptionError"):
        _sample(tmp_path)


def test_the_whole_set_is_gone_on_with_and_counted(server, tmp_path):
    server.cut = {"archive.zip"}
    folder = download_all()
    assert server.ranges == ["archive.zip"]
    assert len(index_folder(folder).faces) == 52
    (folder / "valid" / "real" / "r0.jpg").unlink()
    with pytest.raises(UserError, match=r"valid/real has 5 files instead of 6"):
        download_all()


def test_an_archive_that_is_none_is_thrown_away(server, tmp_path):
    server.files["archive.zip"] = b"<html>maintenance</html>"
    with pytest.raises(UserError, match="4 times"):
        download_all()
    assert not list((tmp_path / "kagglehub").rglob("*.archive"))


def test_a_damaged_archive_is_thrown_away_whatever_unpacking_it_raises(server, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"picture" * 999)
    sent = bytearray(packed.getvalue())
    sent[35 + len("a.jpg")] ^= 0xFF  # within the packed bytes: zlib's own error
    server.files["archive.zip"] = bytes(sent)
    with pytest.raises(UserError, match=r"damaged, 4 times \(error\)"):
        download_all()
    assert not list((tmp_path / "kagglehub").rglob("*.archive"))


def test_an_archive_that_climbs_out_of_its_folder_writes_nothing_outside(server, tmp_path):
    packed = io.BytesIO(server.files["archive.zip"])
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../" * 9 + "climbed.txt", b"out")
        archive.writestr(str(tmp_path / "named.txt"), b"out")
    server.files["archive.zip"] = packed.getvalue()
    folder = download_all()
    written = [path for path in tmp_path.rglob("*") if path.name in ("climbed.txt", "named.txt")]
    assert len(written) == 2 and all(path.is_relative_to(folder.parents[1]) for path in written)


def _bomb(kind: str) -> bytes:
    """An archive of some kilobytes that unfolds to two megabytes."""
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(2 * 2**20))
    else:
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo("zeros")
            entry.size = 2 * 2**20
            archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    return packed.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_that_unfolds_to_too_much_is_not_unpacked(server, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(module, "UNFOLDED_BYTES", 2**20)
    server.files["archive.zip"] = _bomb(kind)
    with pytest.raises(UserError, match="would unpack to far more"):
        download_all()
    left = [file for file in (tmp_path / "kagglehub").rglob("*") if file.is_file()]
    assert not [file for file in left if file.name == "zeros" or file.suffix == ".archive"]


def test_an_archive_that_lies_about_its_sizes_unfolds_to_no_more_than_it_says(tmp_path):
    sound = _bomb("zip")
    said = (2 * 2**20).to_bytes(4, "little")
    assert sound.count(said) == 2  # in the file's own head and in the list at the end
    (tmp_path / "a.zip").write_bytes(sound.replace(said, (1000).to_bytes(4, "little")))
    check_archive(tmp_path / "a.zip", 2**20)
    with zipfile.ZipFile(tmp_path / "a.zip") as packed, pytest.raises(zipfile.BadZipFile):
        packed.extractall(tmp_path / "out")
    assert sum(file.stat().st_size for file in (tmp_path / "out").rglob("*")) <= 1000


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "KAGGLE_API_TOKEN"), (403, "sign in"), (404, "not have this"), (418, "status 418")],
)
def test_a_refusal_is_a_sentence(server, tmp_path, status, words):
    server.refusal = status
    with pytest.raises(UserError, match=words):
        _sample(tmp_path)


def test_a_server_in_trouble_is_asked_again(server, tmp_path):
    server.refusal = 503
    with pytest.raises(UserError, match=r"4 times .*Error"):
        _sample(tmp_path)


def test_no_server_at_all(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(UserError, match=r"could not be reached.*ConnectionError"):
        _sample(tmp_path)


def test_no_room(server, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BYTES", 10**18)
    with pytest.raises(UserError, match=r"needs 2000000000.0 GB"):
        download_all()
    assert not server.asked

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_atomically", full)
    with pytest.raises(UserError, match="No space left on device"):
        _sample(tmp_path)


def test_odd_numbers_and_listings(tmp_path):
    for count in (0, -5, 10**6):
        with pytest.raises(UserError, match="10 to 5,000"):
            _sample(tmp_path, count)
    with pytest.raises(UserError, match="cannot be read"):
        read_listing(b"a,b\n1,2\n")
    sly = b"label_str,path\nreal,../../etc/passwd.jpg\nreal,train/real/ok.jpg\nreal,\n"
    assert read_listing(sly)["path"].tolist() == ["train/real/ok.jpg"]
