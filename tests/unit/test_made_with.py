"""What a run was made with stands in its folder, and does not stop it from being resumed."""

import json
import re

import numpy as np

import core.training.run_folder as module
from core.made_with import made_with
from core.training.run_folder import RunFolder


def test_it_names_libraries_and_commit_and_machine():
    found = json.loads(json.dumps(made_with()))
    assert found["libraries"]["numpy"] == np.__version__
    assert found["commit"] is None or re.fullmatch(r"[0-9a-f]{40}(-dirty)?", found["commit"])
    assert found["machine"]["cores"] >= 1 and found["machine"]["processor"]


def test_a_run_goes_on_with_other_libraries(tmp_path, monkeypatch):
    settings = {"recipe": {"name": "ours"}, "data": {"train": {"real/camera": 3}}}
    RunFolder(tmp_path).open(settings, resume=False)
    begun = RunFolder(tmp_path).settings()
    assert begun == {**settings, "made_with": made_with()}
    monkeypatch.setattr(module, "made_with", lambda: {"python": "another"})
    RunFolder(tmp_path).open(settings, resume=True)
    assert RunFolder(tmp_path).settings() == begun  # those it was begun with
