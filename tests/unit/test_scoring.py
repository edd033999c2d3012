"""Folder scoring: every file a row, once, whatever happens meanwhile; memory stays flat."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.config import ROOT
from core.errors import UserError
from core.inference.photo import PhotoResult
from core.inference.report import to_contract
from core.scoring import unit
from core.scoring.finished import refuse_other_files
from core.scoring.folder import FolderRun, settings_of
from core.scoring.output import write_table
from core.scoring.rows import SCHEMA, to_rows
from core.scoring.workers import AHEAD, DIED
from tests.conftest import encode
from tests.support.scoring import (
    SETTINGS,
    FakeInspector,
    in_processes,
    in_this_process,
)

WORKERS = 2


def _pictures(folder: Path, count: int, side: int = 8) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        level = number * 37 % 256
        (folder / f"{number:05}.png").write_bytes(encode(np.full((side, side, 3), level, np.uint8)))
    return folder


def _scored(out: Path, *paths: Path, engine=in_this_process, tell=lambda sentence: None, **options):
    run = FolderRun(out, SETTINGS, **options)
    for _ in run.judge(paths, engine, tell):
        pass
    return run.finish()


def _lines(out: Path) -> list[dict]:
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_the_rows_are_the_json_flattened(inspector, examples):
    entry = to_contract(inspector.judge_file("a.jpg", examples["Group of four"]))
    rows = to_rows(entry)
    assert [row["face"] for row in rows] == [1, 2, 3, 4]
    for row, face in zip(rows, entry["faces"], strict=True):
        assert list(row) == SCHEMA.names
        assert [row[f"box_{side}"] for side in "xywh"] == face["box"]
        assert {key: row[key] for key in ("p_fake", "verdict", "reason")} == {
            key: face[key] for key in ("p_fake", "verdict", "reason")
        }
        assert row["opinions_cnn"] == face["opinions"]["cnn"]
    (nothing,) = to_rows(to_contract(PhotoResult("wall.png", 9, 8, notes=("An animation.",))))
    assert (nothing["verdict"], nothing["face"]) == ("unsure", None)
    assert nothing["notes"].endswith("An animation.")
    (failed,) = to_rows(to_contract(PhotoResult("b.jpg", error="why")))
    assert failed["error"] == "why" and failed["verdict"] is None
    assert set(entry) - {"faces"} <= set(SCHEMA.names), "a new key of the JSON needs a column"


def test_a_file_judged_among_others_is_judged_as_by_itself(inspector, examples, tmp_path):
    for title in ("Portrait A", "Group of four"):
        (tmp_path / f"{title}.jpg").write_bytes(examples[title])
    paths = [str(tmp_path / f"{title}.jpg") for title in ("Portrait A", "Group of four")]
    together = unit.score_files(paths, inspector)
    for path, rows in zip(paths, together, strict=True):
        alone = unit.result_rows(inspector.judge_file(path, Path(path).read_bytes()))
        assert [row["verdict"] for row in rows] == [row["verdict"] for row in alone]
        for row, other in zip(rows, alone, strict=True):
            assert row["p_fake"] == pytest.approx(other["p_fake"], abs=1e-4)


def test_a_batch_is_judged_early_when_its_pictures_are_large(tmp_path, monkeypatch):
    folder, sizes = _pictures(tmp_path / "in", 5, side=32), []
    monkeypatch.setattr(unit, "MAX_HELD_BYTES", 2 * 32 * 32 * 3)
    inspector = FakeInspector()
    judge = inspector.judge_prepared
    inspector.judge_prepared = lambda batch: sizes.append(len(batch)) or judge(batch)
    paths = [str(file) for file in sorted(folder.iterdir())]
    assert len(unit.score_files(paths, inspector, aligned=True)) == 5 and sizes == [2, 2, 1]


def test_parquet_csv_and_json_lines_say_the_same(tmp_path):
    folder = _pictures(tmp_path / "in", 5)
    (folder / "broken.png").write_bytes(b"no")
    (folder / "=1+1.png").write_bytes(encode(np.zeros((70, 80, 3), np.uint8)))
    tables = {}
    for end in ("parquet", "csv", "jsonl"):
        totals = _scored(tmp_path / f"r.{end}", folder)
        assert (totals.files, totals.faces, totals.failed) == (7, 6, 1)
    tables["parquet"] = pd.read_parquet(tmp_path / "r.parquet")
    tables["csv"] = pd.read_csv(tmp_path / "r.csv")
    tables["jsonl"] = pd.DataFrame(_lines(tmp_path / "r.jsonl"))
    records = {end: _plain(table) for end, table in tables.items()}
    assert records["parquet"] == records["csv"] == records["jsonl"]
    paths = [row["path"] for row in records["csv"]]
    assert paths == sorted(paths) and list(records["csv"][0]) == SCHEMA.names


def _plain(table: pd.DataFrame) -> list[dict]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


def test_a_relative_name_that_looks_like_a_formula_is_none_in_csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "=1+1.png").write_bytes(encode(np.zeros((8, 8, 3), np.uint8)))
    _scored(tmp_path / "r.csv", Path("=1+1.png"))
    assert pd.read_csv(tmp_path / "r.csv")["path"].tolist() == ["'=1+1.png"]


def test_whatever_lies_in_a_folder_becomes_a_row_or_is_told(tmp_path, monkeypatch):
    folder = _pictures(tmp_path / "in", 2)
    (folder / "broken.png").write_bytes(b"\x89PNG no")
    (folder / "closed.png").write_bytes(b"no matter")
    (folder / "empty.png").touch()
    (folder / "itself.png").symlink_to(folder / "itself.png")
    (folder / "nowhere.png").symlink_to(folder / "not there.png")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    (folder / "00001.png").rename(folder / os.fsdecode(b"a\xff\n\x1b.png"))
    (tmp_path / "bare").mkdir()
    unhindered = open

    def refuse(path, *args):
        if str(path).endswith("closed.png"):
            raise PermissionError(13, "Permission denied")
        return unhindered(path, *args)

    monkeypatch.setattr("core.inference.files.open", refuse, raising=False)
    told = []
    paths = folder, tmp_path / "bare", tmp_path / "gone.png"
    for end in ("jsonl", "csv", "parquet"):
        totals = _scored(tmp_path / f"r.{end}", *paths, tell=told.append)
        assert (totals.files, totals.faces) == (10, 2) and totals.failed == 8
    rows = {Path(row["path"]).name: row for row in _lines(tmp_path / "r.jsonl")}
    words = {"broken.png": "not a picture", "closed.png": "Permission", "empty.png": "empty"}
    words |= {"itself.png": "symbolic", "nowhere.png": "no such file", "pipe.png": "regular"}
    words |= {"bare": "no picture", "gone.png": "no such file"}
    assert {name for name in rows if rows[name]["error"]} == set(words)
    assert all(word in rows[name]["error"] for name, word in words.items())
    assert rows["a\\xff\n\x1b.png"]["verdict"] and "loop" in told[0]
    paths = pd.read_csv(tmp_path / "r.csv")["path"]
    assert paths.str.contains("a\\xff\n\x1b.png", regex=False).any()


def test_a_name_that_no_system_takes_is_a_row(tmp_path):
    names = [Path("a" * 300 + ".jpg"), Path("a" * 300, "b.jpg")]
    assert _scored(tmp_path / "r.csv", *names).failed == 2
    assert pd.read_csv(tmp_path / "r.csv")["error"].str.contains("too long").all()


def test_a_file_named_twice_is_judged_once(tmp_path):
    folder = _pictures(tmp_path / "in", 3)
    totals = _scored(tmp_path / "r.csv", folder, folder, folder / "00001.png")
    assert totals.files == 3 and len(pd.read_csv(tmp_path / "r.csv")) == 3


def test_a_run_goes_on_where_it_was_left(tmp_path):
    folder, out, asked = _pictures(tmp_path / "in", 40), tmp_path / "r.jsonl", []
    run = FolderRun(out, SETTINGS)
    judged = run.judge([folder], in_this_process)
    next(judged), next(judged)
    run.close()
    assert not out.exists() and run.done == 16
    with pytest.raises(UserError, match="--resume"):
        FolderRun(out, SETTINGS)
    (folder / "late.png").write_bytes((folder / "00000.png").read_bytes())

    def counted(chunks):
        for chunk, rows in in_this_process(chunks):
            asked.extend(chunk)
            yield chunk, rows

    assert _scored(out, folder, engine=counted, resume=True).files == 41
    assert len(asked) == 25 and not list(tmp_path.glob("*.part*"))
    assert FolderRun(out, SETTINGS, resume=True).finished
    with pytest.raises(UserError, match="exists already"):
        FolderRun(out, SETTINGS)


def test_other_settings_do_not_go_into_the_same_table(tmp_path):
    FolderRun(tmp_path / "r.csv", SETTINGS).close()
    with pytest.raises(UserError, match="aligned: true then"):
        FolderRun(tmp_path / "r.csv", SETTINGS | {"aligned": False}, resume=True)


@pytest.mark.parametrize("before", [{}, {"columns": SCHEMA.names[:-2]}])
def test_a_run_of_a_version_with_other_columns_cannot_go_on(tmp_path, before):
    today = settings_of(["/a"], aligned=False, network="cnn", detector="haar")
    then = {name: value for name, value in today.items() if name != "columns"} | before
    FolderRun(tmp_path / "r.csv", then).close()
    with pytest.raises(UserError, match="other columns"):
        FolderRun(tmp_path / "r.csv", today, resume=True)
    assert (tmp_path / "r.csv.part").exists()


def test_settings_name_what_two_halves_must_share(tmp_path, monkeypatch):
    options = {"aligned": False, "network": "cnn", "detector": "haar"}
    monkeypatch.chdir(tmp_path)
    here, absolute = settings_of(["a"], **options), settings_of(["/a"], **options)
    monkeypatch.chdir("/")
    assert settings_of(["a"], **options) != here and settings_of(["/a"], **options) == absolute
    monkeypatch.setattr("core.scoring.folder.checksum_of", lambda files: "changed")
    assert settings_of(["/a"], **options) != absolute
    json.dumps(settings_of([os.fsdecode(b"/\xff")], **options)).encode()


@pytest.mark.parametrize("end", ["parquet", "csv", "jsonl"])
def test_a_finished_table_is_not_taken_for_that_of_other_files(tmp_path, monkeypatch, end):
    folder, other = _pictures(tmp_path / "in", 3), _pictures(tmp_path / "other", 1)
    (folder / "00000.png").rename(folder / "=0.png")
    monkeypatch.chdir(folder)
    names, out = [Path(name) for name in sorted(os.listdir())], tmp_path / f"r.{end}"
    _scored(out, *names)
    refuse_other_files(out, names)  # the name that looks like a formula is found, too
    refuse_other_files(out, names[:1])
    with pytest.raises(UserError, match="is not in it"):
        refuse_other_files(out, [*names, other])
    with pytest.raises(UserError, match="is not in it"):
        refuse_other_files(out, [tmp_path / "nowhere"])
    out.write_bytes(b"no table")
    with pytest.raises(UserError, match=r"no table|is not in it"):
        refuse_other_files(out, names)


def test_two_runs_do_not_write_one_table(tmp_path):
    run = FolderRun(tmp_path / "r.csv", SETTINGS)
    with pytest.raises(UserError, match="Another run"):
        FolderRun(tmp_path / "r.csv", SETTINGS, resume=True)
    run.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no/r.csv", "no folder"),
        ("r.txt", "ends in .parquet, .csv, .jsonl"),
        ("folder.csv", "it is a folder"),
        (f"{'r' * 300}.csv", "cannot be written .*Take another name"),
        ("file/r.csv", "no folder"),
    ],
)
def test_a_table_that_cannot_be_written_is_a_sentence(tmp_path, name, sentence):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=sentence):
        FolderRun(tmp_path / name, SETTINGS)


def test_a_folder_that_may_not_be_written_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("core.target.os.access", lambda *_: False)  # root may anything
    with pytest.raises(UserError, match="cannot be written"):
        FolderRun(tmp_path / "r.csv", SETTINGS)


@pytest.mark.parametrize("content", [b"no database at all" * 99, b"SQLite format 3\0" + bytes(99)])
def test_a_damaged_part_file_is_a_sentence(tmp_path, content):
    (tmp_path / "r.csv.part").write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        FolderRun(tmp_path / "r.csv", SETTINGS, resume=True)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE files SET rows = NULL",
        "UPDATE files SET rows = '[{'",
        "UPDATE files SET rows = '[7]'",
        'UPDATE files SET rows = \'[{"path": "a.png"}]\'',
        "UPDATE files SET rows = CAST(x'ff00ff' AS TEXT)",
        "UPDATE settings SET value = NULL",
        "UPDATE settings SET value = 'x'",
    ],
)
def test_damage_that_the_database_does_not_notice_is_a_sentence(tmp_path, damage):
    out = tmp_path / "r.csv"
    run = FolderRun(out, SETTINGS)
    for _ in run.judge([_pictures(tmp_path / "in", 1)], in_this_process):
        pass
    run.close()
    with closing(sqlite3.connect(tmp_path / "r.csv.part")) as database:
        database.execute(damage)
        database.commit()
    with pytest.raises(UserError, match="is damaged, or no unfinished run"):
        FolderRun(out, SETTINGS, resume=True).finish()
    assert not out.exists()


def test_no_room_for_the_table_loses_nothing(tmp_path, monkeypatch):
    folder, out = _pictures(tmp_path / "in", 3), tmp_path / "r.parquet"

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.scoring.output.os.fsync", full)
        with pytest.raises(UserError, match="No space left"):
            _scored(out, folder)
    assert not out.exists() and not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_a_file_that_kills_its_process_is_a_row(tmp_path):
    folder = _pictures(tmp_path / "in", 20)
    (folder / "00007_bomb.png").write_bytes(b"")
    totals = _scored(tmp_path / "r.jsonl", folder, engine=in_processes())
    assert (totals.files, totals.faces, totals.failed) == (21, 20, 1)
    (failed,) = (row for row in _lines(tmp_path / "r.jsonl") if row["error"])
    assert failed["path"].endswith("bomb.png") and failed["error"] == DIED


def _fail() -> None:
    raise UserError("The artifacts are missing.")


def _die() -> None:
    os._exit(9)


@pytest.mark.parametrize(("load", "sentence"), [(_fail, "missing"), (_die, "die at once")])
def test_processes_that_cannot_begin_end_the_run_with_a_sentence(tmp_path, load, sentence):
    from core.scoring.workers import score_in_processes

    with pytest.raises(UserError, match=sentence):
        list(score_in_processes([["a.png"]], load, workers=1))


@pytest.mark.slow
def test_killed_again_and_again_no_file_is_lost_or_doubled(tmp_path):
    folder, out, log = _pictures(tmp_path / "in", 160), tmp_path / "r.jsonl", tmp_path / "log"
    words = [sys.executable, "-m", "tests.support.scoring", *map(str, (folder, out, log)), "0.004"]
    chance, kills = random.Random(18), 0
    log.touch()
    while not out.exists():
        begun = len(log.read_text().splitlines())
        process = subprocess.Popen(words, cwd=ROOT)
        until = begun + chance.randint(30, 80)
        while process.poll() is None and len(log.read_text().splitlines()) < until:
            time.sleep(0.005)
        time.sleep(chance.random() / 10)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        assert process.returncode in (0, -signal.SIGKILL) and kills < 40
    assert kills >= 2
    assert [row["path"] for row in _lines(out)] == [str(file) for file in sorted(folder.iterdir())]
    judged = log.read_text().splitlines()
    assert len(judged) <= 160 + kills * AHEAD * WORKERS * unit.FILES
    _wait_for_the_end_of({int(line.split()[0]) for line in judged})


def _wait_for_the_end_of(processes: set[int]) -> None:
    deadline = time.monotonic() + 20
    while any(_is_running(number) for number in processes):
        assert time.monotonic() < deadline, "a worker outlives its killed parent"
        time.sleep(0.05)


def _is_running(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


def _peak_bytes(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _unread(chunks):
    """An engine that decodes nothing: a decoder's buffers would hide what grows."""
    for chunk in chunks:
        yield chunk, [unit.result_rows(PhotoResult(path, 8, 8)) for path in chunk]


def test_memory_does_not_grow_with_the_files(tmp_path):
    folder, peaks = tmp_path / "in", []
    folder.mkdir()
    for count in (100, 500, 2500):  # the first warms caches up
        for number in range(count):
            (folder / f"{number:05}.png").touch()
        out = tmp_path / f"{count}.jsonl"
        peaks.append(_peak_bytes(lambda out=out: _scored(out, folder, engine=_unread)))
        assert len(_lines(out)) == count
    assert peaks[2] < 1.3 * peaks[1]


@pytest.mark.parametrize("end", ["parquet", "csv", "jsonl"])
def test_memory_does_not_grow_with_the_table(tmp_path, monkeypatch, end):
    monkeypatch.setattr("core.scoring.output.ROW_GROUP", 128)
    (row,) = to_rows(to_contract(PhotoResult("b.jpg", error="why")))
    peaks = [
        _peak_bytes(lambda n=n: write_table(tmp_path / f"{n}.{end}", (dict(row) for _ in range(n))))
        for n in (200, 400, 4000)
    ]
    assert peaks[2] < 1.3 * peaks[1]
