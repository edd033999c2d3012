"""Training on several devices and hosts: the curve of one, also after a worker was killed."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.cli.main import main
from core.config import ROOT
from core.errors import UserError
from core.training.classifier.devices import is_first_worker
from tests.conftest import write_dataset

FIGURES = ["loss", "val_loss", "lr"]
EPOCHS = 3
PATIENCE_S = 400  # for a process, where others keep the cores busy
pytestmark = pytest.mark.timeout(4 * PATIENCE_S)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """17 faces to learn from, which two devices cannot halve, and a file that is none."""
    root = write_dataset(tmp_path_factory.mktemp("data") / "set", {"train": 9, "valid": 3})
    (root / "train" / "fake" / "machine_0.png").write_bytes(b"no picture")
    return root


def _words(data: Path, out: Path, *more: str) -> list[str]:
    words = ["train", "classifier", "--recipe", "original", "--epochs", str(EPOCHS)]
    return [*words, "--data", str(data), "--out", str(out), *more]


def _started(devices: int, words: list[str], config: dict | None = None) -> subprocess.Popen:
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    if config:
        environment["TF_CONFIG"] = json.dumps(config)
    command = [sys.executable, "-m", "tests.support.devices", str(devices), *words]
    log = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True)


def _ended(process: subprocess.Popen) -> str:
    """What it printed; it must have ended well."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err[-2000:]
    return out + err


def _history(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "history.csv")[FIGURES]


@pytest.fixture(scope="module")
def runs(data, tmp_path_factory):
    """Histories: as Keras trains, shared out to one device, and shared out to two."""
    folder, shared = tmp_path_factory.mktemp("runs"), ("--strategy", "mirrored")
    words = [_words(data, folder / name, *more) for name, more in (("plain", ()), ("one", shared))]
    single = _started(1, [*words[0], ",", *words[1]])
    double = _started(2, _words(data, folder / "two", *shared))
    for process in (single, double):
        _ended(process)
    return {name: _history(folder / name) for name in ("plain", "one", "two")}


def _same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    np.testing.assert_allclose(one, other, rtol=5e-3, atol=5e-3)


@pytest.mark.slow
def test_two_devices_learn_as_one_does(runs):
    assert len(runs["one"]) == EPOCHS and runs["one"]["loss"].nunique() == EPOCHS
    _same(runs["two"], runs["one"])
    # Keras compiles its own step with XLA, which rounds otherwise.
    np.testing.assert_allclose(runs["two"], runs["plain"], rtol=0.05, atol=0.01)


def _two_workers(stack: ExitStack, words: list[str]) -> list[subprocess.Popen]:
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    tasks = ({"type": "worker", "index": index} for index in range(2))
    workers = [_started(1, words, {"cluster": cluster, "task": task}) for task in tasks]
    for worker in workers:
        stack.callback(worker.wait)
        stack.callback(worker.kill)
    return workers


@pytest.mark.slow
def test_a_worker_killed_and_started_again_goes_on_from_the_last_checkpoint(data, runs, tmp_path):
    run, words = tmp_path / "run", _words(data, tmp_path / "run", "--strategy", "multiworker")
    with ExitStack() as stack:
        workers = _two_workers(stack, words)
        deadline = time.monotonic() + PATIENCE_S
        while not (run / "last.npz").exists():
            assert workers[0].poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        workers[1].kill()  # signal 9
        _, said = workers[0].communicate(timeout=PATIENCE_S)
    assert workers[0].returncode == 1 and "Another worker is gone" in said
    before = pd.read_csv(run / "history.csv")
    assert 1 <= len(before) < EPOCHS
    with ExitStack() as stack:
        for worker in _two_workers(stack, [*words, "--resume"]):
            _ended(worker)
    after = pd.read_csv(run / "history.csv")
    pd.testing.assert_frame_equal(after[: len(before)], before)
    _same(after[FIGURES], runs["two"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "ps", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": "x"}}',
    ],
)
def test_a_cluster_that_is_not_described_is_a_sentence(text):
    with pytest.raises(UserError, match="reads TF_CONFIG from the environment, as in"):
        is_first_worker(text)


def test_one_worker_writes():
    cluster = {"worker": ["a:1", "b:1"]}
    told = [
        json.dumps({"cluster": cluster, "task": {"type": "worker", "index": n}}) for n in (0, 1)
    ]
    assert [is_first_worker(text) for text in told] == [True, False]
    cluster = {"chief": ["a:1"], "worker": ["b:1"]}
    told = [json.dumps({"cluster": cluster, "task": {"type": n, "index": 0}}) for n in cluster]
    assert [is_first_worker(text) for text in told] == [True, False]


def test_what_cannot_be_shared_out_says_so(tmp_path, capsys):
    words = ["train", "dcgan", "--data", "x", "--out", str(tmp_path / "r")]
    assert main([*words, "--strategy", "mirrored"]) == 2
    assert "--strategy goes with classifier and traces" in capsys.readouterr().err
