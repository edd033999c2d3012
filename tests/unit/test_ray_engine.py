"""The engine on a cluster: the rows of the local one, whoever dies meanwhile; pictures by URI."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.cli.main import main
from core.config import ROOT
from core.errors import UserError
from core.runtime import DEV_LOCK, how_to_install
from core.scoring import ray_engine
from core.scoring.folder import FolderRun
from core.scoring.ray_engine import score_on_ray
from core.scoring.workers import DIED
from tests.conftest import encode
from tests.support.scoring import SETTINGS, FakeInspector, Log, in_this_process

WORKERS = 2
pytestmark = pytest.mark.timeout(900)  # a cluster is a dozen processes, slow where cores are few


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        pixels = np.full((8, 8, 3), number * 37 % 256, np.uint8)
        (folder / f"{number:03}.png").write_bytes(encode(pixels))
    return folder


def test_a_cluster_that_does_not_answer_is_a_sentence():
    """First of all, as later this process has joined the cluster of the other tests."""
    pytest.importorskip("ray", reason="requirements-dev.txt names ray")
    with pytest.raises(UserError, match="No Ray cluster could be reached at nonsense://x"):
        list(score_on_ray([["a.png"]], FakeInspector, address="nonsense://x"))


@pytest.fixture(scope="module")
def cluster():
    """One local cluster of two workers for all tests here: each start takes seconds."""
    pytest.importorskip("ray", reason="requirements-dev.txt names ray")
    with ray_engine.joined_cluster(WORKERS, None):
        yield


def _scored(out: Path, *paths, engine, **options) -> list[dict]:
    run = FolderRun(out, SETTINGS, partitioned=True, **options)
    for _ in run.judge(paths, engine):
        pass
    run.finish()
    return _rows(out)


def _rows(out: Path) -> list[dict]:
    table = pd.read_parquet(out)
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _on_ray(log: Log | None = None):
    return partial(score_on_ray, load=partial(FakeInspector, log), workers=WORKERS, aligned=True)


@pytest.mark.slow
def test_the_rows_are_those_of_the_local_engine(cluster, tmp_path):
    folder = _pictures(tmp_path / "in", 30)
    (folder / "broken.png").write_bytes(b"no")
    (folder / "007_bomb.png").write_bytes(b"")
    (folder / "008.png").rename(folder / os.fsdecode(b"008\xff.png"))
    rows = _scored(tmp_path / "ray.parquet", folder, engine=_on_ray())
    assert (tmp_path / "ray.parquet").is_dir()
    (died,) = (row for row in rows if row["path"].endswith("bomb.png"))
    assert died["error"] == DIED
    (folder / "007_bomb.png").unlink()
    expected = _scored(tmp_path / "local.parquet", folder, engine=in_this_process)
    assert [row for row in rows if row is not died] == expected


@pytest.mark.slow
def test_workers_killed_in_mid_run_lose_and_double_nothing(cluster, tmp_path):
    folder, log = _pictures(tmp_path / "in", 120), tmp_path / "log"
    log.touch()
    killed: list[int] = []

    def kill_some():
        """An actor, then a process that judges; each while it is at work."""
        for after, of in ((10, _parent), (40, int)):
            while len(lines := log.read_text().splitlines()) < after:
                time.sleep(0.01)
            number = of(lines[-1].split()[0])
            os.kill(number, signal.SIGKILL)
            killed.append(number)

    killer = threading.Thread(target=kill_some, daemon=True)
    killer.start()
    rows = _scored(tmp_path / "r.parquet", folder, engine=_on_ray(Log(str(log), 0.02)))
    killer.join(timeout=5)
    assert len(killed) == 2
    judged = log.read_text().splitlines()
    assert len(judged) > 120, "something was judged again"
    assert len({line.split()[0] for line in judged}) > WORKERS
    assert [row["path"] for row in rows] == [str(file) for file in sorted(folder.iterdir())]
    assert not any(row["error"] for row in rows)


@pytest.mark.slow
def test_a_node_that_is_lost_in_mid_run_loses_and_doubles_nothing(tmp_path):
    pytest.importorskip("ray", reason="requirements-dev.txt names ray")
    folder, out, log = _pictures(tmp_path / "in", 120), tmp_path / "r.parquet", tmp_path / "log"
    command = [sys.executable, "-m", "tests.support.nodes", folder, out, log]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "Lost node" in done.stdout, done.stderr
    names = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    assert len(names) > len(set(names)) == 120, "what the node had in work was judged again"
    assert _rows(out) == _scored(tmp_path / "l.parquet", folder, engine=in_this_process)


@pytest.mark.slow
def test_the_command_writes_the_same_on_a_cluster(cluster, examples, tmp_path, capsys):
    for title in ("Portrait A", "Group of four"):
        (tmp_path / f"{title}.jpg").write_bytes(examples[title])
    words = ["classify", tmp_path.as_uri(), "--network", "cnn", "--workers", "1", "--out"]
    assert main([*words, str(tmp_path / "local.parquet")]) == 0
    assert main([*words, str(tmp_path / "ray.parquet"), "--engine", "ray"]) == 0
    assert "2 files, 5 faces in them, none with an error" in capsys.readouterr().out
    local, ray = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("local", "ray"))
    pd.testing.assert_frame_equal(ray, local, atol=1e-4)
    assert main([*words, str(tmp_path / "ray.parquet"), "--engine", "ray", "--resume"]) == 0
    assert "finished already" in capsys.readouterr().out


def _parent(number: str) -> int:
    status = Path(f"/proc/{number}/status").read_text()
    return int(status.split("PPid:")[1].split()[0])


def _fail() -> None:
    raise UserError("The artifacts are missing.")


@pytest.mark.slow
def test_what_a_node_lacks_ends_the_run_with_its_sentence(cluster):
    with pytest.raises(UserError, match="artifacts are missing"):
        list(score_on_ray([["a.png"]], _fail, workers=1))


def test_without_ray_one_sentence_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    out = tmp_path / "r.parquet"
    assert main(["classify", str(tmp_path), "--out", str(out), "--engine", "ray"]) == 1
    told = capsys.readouterr().err
    assert "Ray" in told and how_to_install(DEV_LOCK) in told
    assert not list(tmp_path.iterdir())
