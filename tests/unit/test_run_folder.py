"""A run's folder that was damaged, or comes from anybody: a sentence, and never code or a bomb."""

import io
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from core.errors import UserError
from core.training.checkpoint import load_arrays, load_weights, pack_weights
from core.training.run_folder import RunFolder

DEEP = b'{"a":' * 50_000
HISTORY = b"epoch,loss\n1,0.5\n2,0.4\n"


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path)
    run.open({"recipe": "a"}, resume=False)
    run.history_file.write_bytes(HISTORY)
    return run


@pytest.mark.parametrize("text", [b"", b"[1]", b"null", b"\xff", DEEP])
def test_damaged_settings_are_a_sentence(run, text):
    run.settings_file.write_bytes(text)
    with pytest.raises(UserError, match=r"run\.json is damaged"):
        run.open({"recipe": "a"}, resume=True)
    with pytest.raises(UserError, match="no training run"):
        run.settings()


@pytest.mark.parametrize("history", [b"", b"\xff\xfe", b"loss\n0.5\n", b'epoch,loss\n"1,0.5\n'])
def test_a_damaged_history_is_a_sentence(run, history):
    run.history_file.write_bytes(history)
    with pytest.raises(UserError, match="the run cannot be resumed"):
        run.load_history(1)


def test_a_history_that_lacks_epochs_of_the_state_ends_the_run_with_a_sentence(run):
    assert [row["epoch"] for row in run.load_history(2, complete=True)] == [1, 2]
    assert len(run.load_history(3)) == 2
    with pytest.raises(UserError, match="the run cannot be resumed"):
        run.load_history(3, complete=True)


@pytest.mark.parametrize(
    "said",
    ['"done": 1e999, "total": 9', '"done": -3, "total": 9', '"done": 3, "total": []', '"done": 3'],
)
def test_progress_that_makes_no_sense_is_none(run, said):
    run.progress_file.write_text(f'{{{said}, "phase": "a", "eta_s": 5}}')
    assert run.progress() is None


@pytest.mark.parametrize("eta", ["NaN", "1e999", "null"])
def test_a_time_left_that_is_no_number_is_not_told(run, eta):
    run.progress_file.write_text(f'{{"done": 3, "total": 9, "phase": "a", "eta_s": {eta}}}')
    assert run.progress().eta_s is None and run.progress().share == 3 / 9


HOLDS = """import sys, time
from pathlib import Path
from core.training.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])).opened({"recipe": "a"}, resume=False):
    print("in", flush=True)
    time.sleep(60)
"""


def test_of_two_trainings_in_one_folder_the_second_is_told_and_a_kill_frees_it(tmp_path):
    run = RunFolder(tmp_path / "run")
    other = subprocess.Popen([sys.executable, "-c", HOLDS, run.folder], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"in\n"
        with (
            pytest.raises(UserError, match=f"Another training runs in {run.folder} now. Stop it"),
            run.opened({"recipe": "a"}, resume=True),
        ):
            pass
        assert run.in_training
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert not run.in_training
    with run.opened({"recipe": "a"}, resume=True):
        assert run.in_training
    assert not run.in_training and not RunFolder(tmp_path / "nowhere").in_training


class Code:
    def __reduce__(self):
        return print, ("code of a stranger",)


def test_a_checkpoint_holds_no_code(tmp_path, capsys):
    array, packed = io.BytesIO(), io.BytesIO()
    np.save(array, np.array([Code()], object), allow_pickle=True)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("w000.npy", array.getvalue())
    for content in (packed.getvalue(), array.getvalue(), pickle.dumps(Code())):
        (tmp_path / "last.npz").write_bytes(content)
        with pytest.raises(UserError, match="missing or damaged"):
            load_arrays(tmp_path / "last.npz")
    assert "stranger" not in capsys.readouterr().out


def test_a_checkpoint_unfolds_to_no_more_than_its_size(tmp_path):
    file, weights = tmp_path / "best.npz", [np.zeros((300, 300), np.float32)]
    file.write_bytes(pack_weights(weights))
    np.testing.assert_array_equal(load_weights(file)[0], weights[0])
    np.savez_compressed(file, w000=weights[0])
    assert file.stat().st_size < 2000
    with pytest.raises(UserError, match="missing or damaged"):
        load_weights(file)
