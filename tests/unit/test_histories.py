"""Histories in whatever state they are in, smoothing, words, and the table of all scalars."""

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.open_folder import OpenFolder
from core.training.histories import (
    History,
    authors_history,
    in_words,
    parse_history,
    run_history,
    settings_table,
    shipped_histories,
    smoothed,
    to_long,
)
from core.training.launch import list_runs
from core.training.run_folder import RunFolder

GOOD = b"epoch,loss,accuracy,seconds\n1,0.9,0.5,60\n2,0.7,0.6,30\n3,0.8,0.65,30\n"


def test_a_good_history():
    history = parse_history(GOOD, "run")
    assert history.quantities == ["accuracy", "loss"] and not history.notes
    assert history.table["epoch"].tolist() == [1, 2, 3]
    assert history.table["minutes"].tolist() == [1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    ("data", "epochs", "notes"),
    [
        (GOOD[:-12], [1, 2], 1),  # "3,0.8" of the last line is there
        (GOOD[:-1], [1, 2], 1),  # the last line may lack digits
        (GOOD.replace(b"0.7", b"nan"), [1, 2, 3], 0),
        (GOOD.replace(b"0.7", b"inf"), [1, 2, 3], 0),
        (GOOD.replace(b"2,0.7", b"two,0.7"), [1, 3], 1),
        (GOOD.replace(b"2,0.7", b"2.5,0.7"), [1, 3], 1),
        (GOOD.replace(b"2,0.7", b"2,0.7,1,1,1,1"), [1, 3], 1),
        (GOOD + b"\xff\xfe\x00,,,\n", [1, 2, 3], 1),
        (GOOD.replace(b"accuracy", b"<b>what</b>"), [1, 2, 3], 0),
        (GOOD.replace(b",seconds", b",secs"), [1, 2, 3], 0),
        (GOOD + b"3,0.1,0.2,3\n", [1, 2, 3], 0),  # written twice: the later one counts
    ],
)
def test_a_history_in_a_bad_state_keeps_what_is_good(data, epochs, notes):
    history = parse_history(data, "run")
    assert history.table["epoch"].tolist() == epochs and len(history.notes) == notes
    values = history.table.drop(columns="epoch").to_numpy(float)
    assert not np.isinf(values).any()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b\n1,2\n", 'no column "epoch"'),
        (b"epoch,loss\n", "no finished epoch"),
        (b"epoch,loss\n1,0.", "no finished epoch"),
        (b"\x00\x01\x02", 'no column "epoch"'),
    ],
)
def test_what_is_no_history_is_a_sentence(data, words):
    with pytest.raises(UserError, match=words):
        parse_history(data, "run")


def test_the_authors_run_is_theirs_to_the_digit():
    table = authors_history().table
    assert len(table) == 15
    assert table["val_accuracy"].max() == 0.9777 and table["val_accuracy"].iloc[-1] == 0.9605
    assert table["loss"].iloc[0] == 0.5201 and table["val_loss"].iloc[-1] == 0.1210
    assert "of their test split, on which they chose the best epoch" in " ".join(
        authors_history().notes
    )


def test_shipped_runs_have_their_curves():
    found = shipped_histories()
    assert {"classifier", "original", "generator"} <= set(found)
    assert "val_accuracy" in found["classifier"].quantities
    assert {"d_loss", "g_loss", "frechet"} <= set(found["generator"].quantities)


def test_smoothing():
    values = np.array([1.0, np.nan, 3.0, 3.0])
    np.testing.assert_array_equal(smoothed(values, 0.0), values)
    heavy = smoothed(values, 0.5)
    assert heavy[0] == 1.0 and np.isnan(heavy[1])
    assert heavy[2] == pytest.approx((0.25 * 1 + 0.5 * 3) / 0.75)
    np.testing.assert_allclose(smoothed(np.full(50, 2.0), 0.9), 2.0)


def test_a_curve_in_words():
    history = parse_history(GOOD, "run")
    assert in_words(history, "accuracy") == (
        "run: Accuracy rises from 0.5 at epoch 1 to 0.65 at epoch 3; best is 0.65 at epoch 3."
    )
    assert in_words(history, "loss").endswith("best is 0.7 at epoch 2.")
    one = parse_history(b"epoch,lr\n4,0.01\n", "one")
    assert in_words(one, "lr") == "one: Learning rate is 0.01 at epoch 4."


def test_all_scalars_in_one_table():
    histories = [parse_history(GOOD, "a"), parse_history(b"epoch,lr\n1,0.1\n2,nan\n", "b")]
    long = to_long(histories)
    assert list(long.columns) == ["run", "epoch", "minutes", "quantity", "value"]
    assert long.groupby("run").size().to_dict() == {"a": 6, "b": 1}
    assert to_long([]).empty
    assert to_long([History("c", pd.DataFrame({"epoch": [1], "minutes": [0.0]}))]).empty


def test_run_folders(tmp_path):
    assert list_runs(OpenFolder(tmp_path / "nowhere")) == []
    (tmp_path / "noise").mkdir()
    run = tmp_path / "one"
    run.mkdir()
    (run / "run.json").write_text(json.dumps({"recipe": {"name": "ours"}}))
    assert list_runs(OpenFolder(tmp_path)) == [run]
    with pytest.raises(UserError, match="not finished an epoch"):
        run_history(run)
    (run / "history.csv").write_bytes(GOOD)
    assert run_history(run).name == "one"
    assert RunFolder(run).settings()["recipe"]["name"] == "ours"
    for damaged in ("{half", "[]"):
        (run / "run.json").write_text(damaged)
        with pytest.raises(UserError, match="no training run"):
            RunFolder(run).settings()
    assert RunFolder(run).latest_samples() is None
    (run / "samples").mkdir()
    for number in (2, 10):
        (run / "samples" / f"epoch_{number:05d}.jpg").write_bytes(str(number).encode())
    assert RunFolder(run).latest_samples() == b"10"
    with pytest.raises(UserError, match="does not exist any more"):
        run_history(tmp_path / "deleted")


def test_hyperparameters_of_runs_side_by_side(tmp_path):
    run = RunFolder(tmp_path / "mine")
    run.open(
        {
            "recipe": {"batch_size": 32, "flip": True, "learning_rate": 0.0004, "sources": []},
            "data": {"train": {"real/ffhq": 3}},
        },
        resume=False,
    )
    run.save_history([{"epoch": 1, "loss": 0.5}])
    mine = run_history(run.folder)
    runs = [authors_history(), mine]
    table = settings_table(runs, differing=False)
    assert table["mine"].to_dict() | {"Batch size": "32", "Flip": "yes"} == table["mine"].to_dict()
    assert table.loc["Learning rate"].tolist() == ["0.01", "0.0004"]
    assert table.loc["Data", "mine"] == "train real/ffhq 3" and table.loc["Sources", "mine"] == ""
    differing = settings_table(runs, differing=True)
    assert "Batch size" not in differing.index and "Learning rate" in differing.index
    assert settings_table([mine], differing=False).shape[1] == 1


@pytest.mark.parametrize("recipe", ["ours", [1], None, {"deep": {"list": [1, {"a": None}]}}])
def test_settings_that_are_none_take_no_curve_away(tmp_path, recipe):
    run = RunFolder(tmp_path / "mine")
    run.open({"recipe": recipe}, resume=False)
    run.save_history([{"epoch": 1, "loss": 0.5}])
    history = run_history(run.folder)
    assert history.quantities == ["loss"]
    settings_table([history], differing=False)
    run.settings_file.write_text("damaged")
    assert run_history(run.folder).settings == {}
