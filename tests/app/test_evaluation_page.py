"""The Evaluation page without a browser: measuring, the threshold, pins, bad input, tables."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from tests.app.words import page_text
from tests.conftest import write_dataset

TIMEOUT_S = 90
REALS = "Folder with real faces to tell them from (without one: only how many fakes are caught)"
FOLDER = "Folder with faces, on the machine that runs this app"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "set", {"valid": 2, "test": 6}, 64)


def _page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page("pages/6_Evaluation.py")
    return app.run()


def _set(page: AppTest, kind: str, label: str, value) -> AppTest:
    return next(w for w in getattr(page, kind) if w.label == label).set_value(value).run()


def _press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def _choose(page: AppTest, key: str, value: str) -> AppTest:
    page.session_state[key] = value
    return page.run()


def _figures(page: AppTest) -> dict[str, str]:
    body = next(
        element.proto.body for element in page.get("html") if 'rf-fact"' in element.proto.body
    )
    return {label: value for value, label in re.findall(r"<b>([^<]+)</b>([^<]+)<", body)}


def _data_measured(data) -> AppTest:
    page = _choose(_page(), "ev_kind", "data")
    page = _set(page, "text_input", FOLDER, str(data))
    return _press(page, "Measure")


def test_the_empty_page_says_what_to_do():
    page = _page()
    assert not page.exception and "press Measure" in page_text(page)


def test_generated_faces_alone_give_a_rate_and_say_what_is_missing():
    page = _set(_page(), "number_input", "Faces", 10)
    page = _press(page, "Measure")
    assert not page.exception
    assert any(label.startswith("fakes caught") for label in _figures(page))
    assert "ROC AUC" not in " ".join(_figures(page))
    assert "Only one class was judged" in page_text(page)
    assert len(page.get("plotly_chart")) == 1


def test_against_real_faces_all_curves_are_drawn(data):
    page = _set(_page(), "number_input", "Faces", 10)
    page = _set(page, "text_input", REALS, str(data))
    page = _press(page, "Measure")
    assert not page.exception and "against 6 real ones" in page_text(page)
    assert len(page.get("plotly_chart")) == 5
    assert any("ROC AUC" in label for label in _figures(page))


def test_the_threshold_moves_figures_and_charts(data):
    page = _data_measured(data)
    assert not page.exception and "test, all sources, 12 faces" in page_text(page)
    label = "Threshold: P(fake) from which a face is called fake"
    page = _set(page, "slider", label, 0.01)
    low = _figures(page)
    page = _set(page, "slider", label, 0.99)
    high = _figures(page)
    caught = [
        next(int(value.rstrip("%")) for name, value in figures.items() if "caught" in name)
        for figures in (low, high)
    ]
    assert caught[0] >= caught[1]
    assert int(low["real called real"].rstrip("%")) <= int(high["real called real"].rstrip("%"))
    lines = [
        shape["x0"]
        for chart in page.get("plotly_chart")
        for shape in json.loads(chart.proto.spec)["layout"].get("shapes", [])
        if shape["type"] == "line"
    ]
    assert lines == [0.99]


def test_a_pinned_run_stays_beside_the_next(data):
    page = _press(_data_measured(data), "Pin")
    page = _choose(page, "ev_split", "valid")
    page = _press(page, "Measure")
    assert not page.exception and "Side by side" in page_text(page)
    runs = page.dataframe[0].value["Run"].tolist()
    assert len(runs) == 2 and "valid" in runs[0] and "test" in runs[1]
    page = _press(page, "Unpin 1")
    assert "Side by side" not in page_text(page)


def test_bad_folders_are_sentences_and_the_last_result_stays(data, tmp_path):
    page = _data_measured(data)
    page = _set(page, "text_input", FOLDER, str(tmp_path / "nowhere"))
    assert not page.exception and page.error
    assert "12 faces" in page_text(page)
    (tmp_path / "empty" / "real").mkdir(parents=True)
    page = _set(page, "text_input", FOLDER, str(tmp_path / "empty"))
    assert not page.exception and page.error


def test_a_folder_without_real_faces_is_a_sentence(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 2}, 32)
    for file in (root / "test" / "real").iterdir():
        file.unlink()
    page = _set(_page(), "text_input", REALS, str(root))
    page = _press(page, "Measure")
    assert not page.exception and "no real face" in page_text(page)


@pytest.mark.parametrize("view", ["robustness", "generalization"])
def test_the_shipped_tables_are_shown(view):
    page = _choose(_page(), "ev_view", view)
    assert not page.exception and not page.error
    assert page.dataframe or "Not measured yet" in page_text(page)
