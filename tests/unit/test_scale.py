"""The plan for large jobs is computed from what was measured."""

import json

import pytest

from bench.scale import FILES, PAGE, epochs, plan, slopes, training, with_plans
from core.training.run_folder import RunFolder

ROWS = [
    {"table": "speed", "way": "networks, one process", "network": "both", "core_s_per_file": 9.0},
    {"table": "speed", "way": "classify --out", "network": "both", "core_s_per_file": 0.072},
    {"table": "memory", "rows": 1000},
]


def test_the_page_has_the_plan_of_the_measured_slopes():
    text = PAGE.read_text()
    assert with_plans(text) == text, "Run `python -m bench.scale`."
    assert plan(slopes()) in text and training() in text


def test_a_plan_follows_its_slopes(tmp_path):
    (tmp_path / "folder.json").write_text(json.dumps({"rows": ROWS}))
    found = slopes(tmp_path)
    assert found == {"`classify --out`, network both": 0.072}
    head, _, row = plan(found, 1_000_000, (10,), price=0.5).splitlines()
    assert head == "| 1,000,000 files | core hours | hours on 10 cores | cost |"
    assert row == "| `classify --out`, network both | 20 | 2.0 | 10.00 |"
    rows = [{"way": way, "recipe": "ours", "core_s_per_face": 0.024} for way in ("bare", "epoch")]
    (tmp_path / "training.json").write_text(json.dumps({"rows": rows}))
    text = with_plans("a\n<!-- computed -->\nold\n<!-- /computed -->\nb\n" * 2, tmp_path)
    assert "old" not in text and f"{FILES:,} files" in text and text.endswith("\nb\n")
    assert "| recipe ours | 10 |" in text
    nothing = tmp_path / "nothing"
    assert all(
        said.startswith("Not computed") for said in (plan(slopes(nothing)), training(nothing))
    )


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (
            "epoch,seconds\n1,1800\n2,3600\n3,1800\n",
            "3 epochs of 1,800 s (median): 1.5 h; on 3 such devices 0.5 h",
        ),
        ("", "not finished an epoch"),
    ],
)
def test_a_runs_epochs_tell_what_more_devices_take_at_best(tmp_path, history, words):
    if history:
        (tmp_path / "history.csv").write_text(history)
    assert words in epochs(RunFolder(tmp_path), 3)
