"""What lies on the disk and was changed there: checkpoints, caches, parts of tables, archives,
shipped models."""

import io
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from bench.torture.kinds import Part
from bench.torture.texts import scratch, written
from core.artifacts import load_registry, read_artifact
from core.config import ARTIFACTS_DIR
from core.dataset.index_cache import open_index
from core.dataset.sources import kaggle
from core.errors import UserError
from core.inference.photo import PhotoResult
from core.scoring.folder import FolderRun
from core.scoring.unit import result_rows
from core.training.checkpoint import load_arrays, pack_weights

_SETTINGS = {"paths": ["somewhere"], "aligned": True}


def parts() -> list[Part]:
    return [
        Part("checkpoint", [_checkpoint()], _load, weight=2),
        Part("checkpoint's arrays", [_npy(np.float32), _npy(np.int64)], _load_array, weight=2),
        Part("remembered index", [_index_file()], _reopen, ()),
        Part("part of a table", [_part_file()], _resume, weight=2),
        Part("archive", [_archive(), _climbing()], _unpack, weight=2),
        Part("shipped file", [b"\0" * 16], _changed, (), weight=0.5),
    ]


def _checkpoint() -> bytes:
    return pack_weights([np.ones((3, 4), np.float32), np.zeros(5), np.array(3)])


def _load(data: bytes) -> None:
    load_arrays(written("last.npz", data))


def _npy(kind) -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(12).reshape(3, 4).astype(kind))
    return file.getvalue()


def _load_array(data: bytes) -> None:
    """A sound archive of an array that is not: the checksum of the archive fits."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("w000.npy", data)
    load_arrays(written("last.npz", packed.getvalue()))


@cache
def _remembered() -> tuple[Path, Path]:
    """A data set, and where its index is remembered."""
    from tests.conftest import write_dataset

    root, cache_folder = write_dataset(scratch() / "few", {"train": 2}, 16), scratch() / "cache"
    open_index(root, cache=cache_folder)
    return root, next(cache_folder.glob("index-*.parquet"))


def _index_file() -> bytes:
    return _remembered()[1].read_bytes()


def _reopen(data: bytes) -> None:
    """It is only a cache: a bad one is made anew."""
    root, file = _remembered()
    file.write_bytes(data)
    if len(open_index(root, cache=file.parent).faces) != 4:
        raise AssertionError("Faces are missing")


def _part_file() -> bytes:
    out = scratch() / "sound" / "r.csv"
    out.parent.mkdir(exist_ok=True)
    run = FolderRun(out, _SETTINGS)
    for number in range(5):
        run.keep([f"/{number}.png"], [result_rows(PhotoResult(f"/{number}.png", error="why"))])
    run.close()
    data = out.with_name("r.csv.part").read_bytes()
    shutil.rmtree(out.parent)
    return data


def _resume(data: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        out = Path(folder, "r.csv")
        out.with_name("r.csv.part").write_bytes(data)
        run = FolderRun(out, _SETTINGS, resume=True)
        try:
            run.finish()
        finally:
            run.close()


def _archive(*more: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{kaggle.INNER}/train/real/{number}.jpg", b"picture" * 20)
        for name, content in more:
            archive.writestr(name, content)
    return packed.getvalue()


def _climbing() -> bytes:
    return _archive(("../../outside.txt", b"out"), ("/tmp/faces-torture-outside.txt", b"out"))


def _unpack(data: bytes) -> None:
    """What the downloader does with an archive, whoever sent it; nothing leaves its folder."""
    import kagglehub
    from kagglehub.http_resolver import _extract_archive

    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        archive, out = Path(folder, "sent.archive"), Path(folder, "one", "two")
        archive.write_bytes(data)

        def download(handle: str, path: str | None) -> str:
            _extract_archive(str(archive), str(out))
            return str(out)

        before = kagglehub.dataset_download, kaggle.TRIES, kaggle.drop_archive
        kagglehub.dataset_download, kaggle.TRIES = download, 1
        kaggle.drop_archive = lambda: None
        try:
            kaggle.fetch(None)
        finally:
            kagglehub.dataset_download, kaggle.TRIES, kaggle.drop_archive = before
            left = {path.name for path in Path(folder).iterdir()} - {"sent.archive", "one"}
            left |= {path.name for path in Path(folder, "one").glob("*")} - {"two"}
        if left or Path("/tmp/faces-torture-outside.txt").exists():
            raise AssertionError(f"Outside of its folder: {left}")


@cache
def _shipped() -> tuple[Path, list[str]]:
    folder = Path(shutil.copytree(ARTIFACTS_DIR, scratch() / "shipped"))
    return folder, sorted(load_registry(folder))


def _changed(data: bytes) -> None:
    """A byte of a shipped file, chosen by the input, is another one: the file is refused."""
    folder, names = _shipped()
    rng = np.random.default_rng(list(data[:64]) or [0])
    name = names[rng.integers(len(names))]
    file = folder / load_registry(folder)[name].file
    place = int(rng.integers(file.stat().st_size))
    with open(file, "r+b") as opened:
        opened.seek(place)
        before = opened.read(1)
        opened.seek(place)
        opened.write(bytes([before[0] ^ (1 << int(rng.integers(8)))]))
        opened.flush()
        try:
            read_artifact(name, folder)
        except UserError:
            return
        finally:
            opened.seek(place)
            opened.write(before)
    raise AssertionError(f"{name} was taken with a changed byte at {place}")
