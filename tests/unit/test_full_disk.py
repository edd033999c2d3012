"""A disk that is full or may not be written: a sentence, and what was there before stays whole."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.artifacts import load_registry, read_artifact, register, ship
from core.atomic import write_atomically
from core.cli.main import main
from core.errors import UserError
from core.picture_files import RECORD_FILE
from core.sole_writer import sole_writer
from core.training.run_folder import Progress, RunFolder

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk(monkeypatch):
    """A disk that is full once `room` files more were synced to it."""
    state, sync = {"room": 10**9}, os.fsync

    def fsync(handle: int) -> None:
        state["room"] -= 1
        if state["room"] < 0:
            raise FULL
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return state


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def _ship(folder: Path, words: bytes) -> None:
    ship("one", {"xml": words, "bin": words * 2}, data="none", metrics={}, folder=folder)


@pytest.mark.parametrize("room", [0, 1, 2])  # for the graph, the constants, the registry
def test_publishing_on_a_full_disk_leaves_what_was_published(tmp_path, disk, room):
    _ship(tmp_path, b"before")
    disk["room"] = room
    with pytest.raises(UserError, match=r"No space left on device.*is as it was"):
        _ship(tmp_path, b"after")
    assert read_artifact("one_constants", tmp_path) == b"before" * 2
    assert _files(tmp_path) == {"one.xml", "one.bin", "registry.json"}  # no half file takes room
    disk["room"] = 9
    _ship(tmp_path, b"after")
    assert read_artifact("one_graph", tmp_path) == b"after"


def test_a_run_on_a_full_disk_keeps_its_last_epoch_and_says_how_to_go_on(tmp_path, disk):
    run = RunFolder(tmp_path / "run")
    run.open({"recipe": "a"}, resume=False)
    run.save_history([{"epoch": 1, "loss": 0.5}])
    disk["room"] = 0
    run.save_progress(Progress(1, 2))  # not worth ending a run for
    with pytest.raises(UserError, match=r"No space left.*saved epoch is kept.*--resume"):
        run.save_history([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.4}])
    disk["room"] = 9
    run.open({"recipe": "a"}, resume=True)
    assert [row["epoch"] for row in run.load_history(1, complete=True)] == [1]


def test_a_run_cannot_begin_on_a_full_disk(tmp_path, disk):
    disk["room"] = 0
    with pytest.raises(UserError, match="No space left"):
        RunFolder(tmp_path / "run").open({"recipe": "a"}, resume=False)


@pytest.mark.parametrize(
    ("words", "writes"),
    [
        ("generate --seed 3 --count 2 --out {}", "core.generators.files.write_atomically"),
        (
            "dataset paint --generator dcgan --count 10 --source x --out {}",
            "core.dataset.sources.making.write_atomically",
        ),
    ],
)
def test_painting_on_a_full_disk_is_gone_on_with_later(
    tmp_path, monkeypatch, capsys, words, writes
):
    left = iter(range(1))

    def full(path, data):
        if next(left, None) is None:
            raise FULL
        write_atomically(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(writes, full)
        assert main(words.format(tmp_path / "out").split()) == 1
    assert "No space left on device" in capsys.readouterr().err
    pictures = [name for name in _files(tmp_path) if name != RECORD_FILE]
    assert len(pictures) == 1
    assert main(words.format(tmp_path / "out").split()) == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_no_command_ends_with_a_traceback_for_its_disk(monkeypatch, capsys, number):
    def refused(*_):
        raise OSError(number, os.strerror(number), "some.file")

    monkeypatch.setattr("core.generators.files.write_faces", refused)
    assert main(["generate", "--seed", "1", "--out", "x"]) == 1
    assert f"some.file cannot be read or written ({os.strerror(number)})" in capsys.readouterr().err


def test_read_only_artifacts_are_read_and_not_published_over(tmp_path, monkeypatch):
    _ship(tmp_path, b"before")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write anywhere
    assert read_artifact("one_graph", tmp_path) == b"before"
    for write in (lambda: _ship(tmp_path, b"after"), lambda: _in(tmp_path)):
        with pytest.raises(UserError, match="cannot be written"):
            write()
    assert read_artifact("one_graph", tmp_path) == b"before"


def _in(folder: Path, **options) -> None:
    with sole_writer(folder, **options):
        pass


HOLDS = """import sys, time
from pathlib import Path
from core.sole_writer import sole_writer
with sole_writer(Path(sys.argv[1])):
    print("in", flush=True)
    time.sleep(60)
"""


def test_of_two_that_publish_at_once_the_second_is_told_and_a_kill_frees_the_folder(tmp_path):
    other = subprocess.Popen([sys.executable, "-c", HOLDS, tmp_path], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(UserError, match="Another command publishes into"):
            _in(tmp_path, wait_s=0.2)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    with sole_writer(tmp_path, wait_s=0.2):
        _ship(tmp_path, b"within")  # who holds the folder may ship into it
    assert read_artifact("one_graph", tmp_path) == b"within"


def test_entries_that_are_made_at_once_are_all_kept(tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text("x")
    words = {"kind": "note", "data": "none", "folder": tmp_path}
    each = [
        threading.Thread(target=register, args=(f"n{n}", f"{n}.txt"), kwargs=words)
        for n in range(8)
    ]
    for thread in each:
        thread.start()
    for thread in each:
        thread.join()
    assert set(load_registry(tmp_path)) == {f"n{n}" for n in range(8)}
