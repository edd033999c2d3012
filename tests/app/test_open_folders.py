"""A host that sets FACES_ROOT keeps visitors in that folder, whichever field they type into."""

import ast

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.inference.photo import load_inspector
from tests.app.words import page_text
from tests.conftest import write_dataset

TIMEOUT_S = 120
REFUSED = "only opens the folders its host has set free"
# Each field for a folder: its page, what must be chosen to see it, what to press then.
FIELDS = {
    "ds_folder": ("3_Dataset", {}, None),
    "ev_folder": ("6_Evaluation", {"ev_kind": "data"}, None),
    "tr_data": ("4_Training", {"tr_view": "runs"}, "Start"),
    "tr_folder": ("4_Training", {"tr_view": "runs"}, None),
    "gen_folder": ("5_Generator", {"gen_view": "one"}, None),
}


@pytest.fixture(scope="module")
def cnn():
    """An inspector that is loaded at once: what judges does not matter here."""
    return load_inspector(network="cnn")


@pytest.fixture
def outside(tmp_path, monkeypatch, cnn):
    """A data set beside the folder that is free."""
    monkeypatch.setattr("ui.shared.resources.get_inspector", lambda: cnn)
    monkeypatch.setenv("FACES_ROOT", str(tmp_path / "free"))
    monkeypatch.setattr("ui.training.runs.JOB", tmp_path / "job")
    return write_dataset(tmp_path / "secret", {"train": 1}, 32)


def _refusals(page: AppTest) -> int:
    assert not page.exception
    return sum(REFUSED in error.value for error in page.error)


@pytest.mark.parametrize("field", FIELDS)
def test_a_folder_outside_is_refused(field, outside):
    file, chosen, button = FIELDS[field]
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page(f"pages/{file}.py")
    for name, value in chosen.items():
        app.session_state[name] = value
    page = app.run()
    assert _refusals(page) == 0
    page.text_input(key=field).set_value(str(outside)).run()
    if button:
        next(each for each in page.button if each.label == button).click().run()
    assert _refusals(page) == 1
    assert "machine_0" not in page_text(page)


def test_every_field_for_a_folder_is_tried():
    found = {
        keyword.value.value
        for file in [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("text_input")
        for keyword in call.keywords
        if keyword.arg == "key" and isinstance(keyword.value, ast.Constant)
    }
    assert found - {"ds_text", "ds_new_tag", "tr_name", "tr_who"} == set(
        FIELDS
    )  # these are no folders
