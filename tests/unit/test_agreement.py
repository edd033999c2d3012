"""What is said where a run that is to go on was begun with other settings or other faces."""

import pytest

from core.errors import UserError
from core.training.agreement import check_same


def _said(folder, earlier, now) -> str:
    with pytest.raises(UserError) as refused:
        check_same(folder, earlier, now)
    return str(refused.value)


def test_of_another_data_set_only_what_differs_is_said(tmp_path):
    earlier = {"data": {"train": {"real/ffhq": 40, "fake/omi": 9}, "valid": {"real/ffhq": 8}}}
    now = {"data": {"train": {"real/ffhq": 1, "fake/omi": 9}, "valid": {"fake/sg": 1200}}}
    said = _said(tmp_path, earlier, now)
    assert "train/real/ffhq has 1 face in the data set and 40 in the run" in said
    assert "valid/fake/sg has 1,200 faces in the data set and 0 in the run" in said
    assert "valid/real/ffhq has 0 faces in the data set and 8 in the run" in said
    assert "omi" not in said and "{" not in said and "other source" not in said


def test_of_many_sources_that_differ_a_few_are_named(tmp_path):
    said = _said(tmp_path, {"data": {}}, {"data": {f"s{n}": n for n in range(1, 6)}})
    assert "s3 has 3 faces" in said and "s4" not in said and "2 other sources differ" in said
    assert "1 other source differs" in _said(
        tmp_path, {"data": {}}, {"data": dict.fromkeys("abcd", 1)}
    )


def test_damaged_counts_are_a_sentence(tmp_path):
    assert "s has 2 faces" in _said(tmp_path, {"data": {"s": "many"}}, {"data": {"s": 2}})
    assert "another data" in _said(tmp_path, {"data": [1]}, {"data": {"s": 2}})


def test_the_same_settings_are_taken(tmp_path):
    check_same(tmp_path, {"data": {"s": 2}, "made_with": 1}, {"data": {"s": 2}})
