"""The Evaluation page without a browser: measuring, the threshold, pins, bad input, tables."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.evaluation.knowledge import ShippedRoc, shipped_knowledge
from core.evaluation.measurement import GeneratedFaces, Measurement
from core.evaluation.robustness import DAMAGES, Damage
from core.inference.networks import load_calibration
from tests.app.words import page_text
from tests.conftest import write_dataset
from ui.evaluation.plots import PLOTS

TIMEOUT_S = 90
REALS = (
    "Folder with real faces to tell them from (without one: only how many fakes lie above the "
    "threshold)"
)
FACES = "Faces (10 to 2,500)"
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


def test_it_draws_the_curves_that_were_kept_of_the_shipped_networks(monkeypatch):
    kept = [ShippedRoc("both", [0, 0.1, 1], [0.5, 0.9, 1], (0.02, 0.8), 0.95)]
    monkeypatch.setattr("ui.evaluation.kept.shipped_rocs", lambda: kept)
    page = _page()
    assert not page.exception and "(ROC)" in page_text(page)
    charts = [json.loads(chart.proto.spec)["data"] for chart in page.get("plotly_chart")]
    (drawn,) = (data for data in charts if "ROC AUC 0.950" in data[0].get("name", ""))
    curve, dot, verdict = drawn
    assert curve["name"].startswith("both networks") and (dot["x"], dot["y"]) == ([0.02], [0.8])
    assert 0 <= verdict["x"][0] < verdict["y"][0] <= 1
    monkeypatch.setattr("ui.evaluation.kept.shipped_rocs", list)
    page = _page()
    assert not page.exception and "(ROC)" not in page_text(page)


def test_it_opens_with_what_was_measured_when_the_networks_were_shipped():
    page = _page()
    assert not page.exception and "press Measure" in page_text(page)
    shares = {label: float(value.split()[-1]) for label, value in _figures(page).items()}
    assert shares["of 100 photos called generated"] < shares["of 100 generated called generated"]
    photos = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    assert len(photos) == 3 and len(photos[0]["y"]) == len(
        shipped_knowledge(network="both").accused
    )


def test_without_figures_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr("ui.evaluation.kept.knowledge", lambda: None)
    monkeypatch.setattr("ui.evaluation.results.kept_judgement", lambda folder: {})
    page = _page()
    assert not page.exception and "Choose above what to judge" in page_text(page)


def test_generated_faces_alone_give_a_rate_and_say_what_is_missing():
    page = _set(_page(), "number_input", FACES, 10)
    page = _press(page, "Measure")
    assert not page.exception
    assert any(label.startswith("generated faces above the threshold") for label in _figures(page))
    assert "ROC AUC" not in " ".join(_figures(page))
    assert "Only fake faces were judged" in page_text(page)
    assert "learned from faces of earlier epochs of this generator" in page_text(page)
    assert len(page.get("plotly_chart")) == 1


def test_against_real_faces_all_curves_are_drawn(data):
    page = _set(_page(), "number_input", FACES, 10)
    page = _set(page, "text_input", REALS, str(data))
    page = _press(page, "Measure")
    assert not page.exception and "against 6 real ones" in page_text(page)
    assert len(page.get("plotly_chart")) == 1 + len(PLOTS)
    assert any("ROC AUC" in label for label in _figures(page))


def test_a_plot_that_is_added_to_the_list_is_drawn(data, monkeypatch):
    fifth = replace(PLOTS[0], title="A fifth")
    monkeypatch.setattr("ui.evaluation.results.PLOTS", (*PLOTS, fifth))
    page = _data_measured(data)
    assert not page.exception and "**A fifth**" in page_text(page)
    assert len(page.get("plotly_chart")) == 2 + len(PLOTS)


def test_the_threshold_moves_figures_and_charts(data):
    page = _data_measured(data)
    assert not page.exception and "test, all sources, 12 faces" in page_text(page)
    label = "Threshold between the two words, as P(fake)"
    page = _set(page, "slider", label, 0.01)
    low = _figures(page)
    page = _set(page, "slider", label, 0.99)
    high = _figures(page)

    def percent(figures: dict[str, str], name: str) -> int:
        return next(int(v.rstrip("%")) for label, v in figures.items() if label.startswith(name))

    assert percent(low, "generated faces above") >= percent(high, "generated faces above")
    assert percent(low, "real photos below") <= percent(high, "real photos below")
    lines = [
        shape["x0"]
        for chart in page.get("plotly_chart")
        for shape in json.loads(chart.proto.spec)["layout"].get("shapes", [])
        if shape["type"] == "line"
    ]
    assert lines == [0.99]


def test_who_was_called_what_counts_unsure_faces_apart(data):
    page = _data_measured(data)
    (table,) = (each.value for each in page.table)
    assert list(table.columns) == ["generated", "unsure", "no trace"]
    run = page.session_state["ev_run"]
    said = run.states(load_calibration(name="both")).tolist()
    assert table.sum().tolist() == [said.count(state) for state in ("fake", "unsure", "real")]
    assert f"unsure: {said.count('unsure')}, of these" in page_text(page)
    page = _set(page, "slider", "Threshold between the two words, as P(fake)", 0.9)
    text = page_text(page)
    assert "moves along with it" in text and "The band now reaches from" in text


def test_a_pinned_run_stays_beside_the_next(data):
    page = _press(_data_measured(data), "Pin")
    assert not any("not measured yet" in info.value for info in page.info)
    page = _choose(page, "ev_split", "valid")
    assert any("not measured yet" in info.value for info in page.info)
    page = _press(page, "Measure")
    assert not page.exception and "Side by side" in page_text(page)
    assert page.dataframe[0].value["Run"].tolist() == ["this run", "pin 1"]
    assert "set/test, all sources" in page_text(page) and "set/valid" in page_text(page)
    page = _press(page, "Unpin pin 1")
    assert "Side by side" not in page_text(page)


def test_files_that_cannot_be_judged_are_counted_and_named(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 4}, 64)
    (root / "test" / "fake" / "machine_9.jpg").write_bytes(b"no picture")
    cut = root / "test" / "real" / "camera_0.png"
    cut.write_bytes(cut.read_bytes()[:-200])
    page = _data_measured(root)
    assert not page.exception
    assert any("2 files could not be judged" in box.label for box in page.expander)
    assert "machine_9.jpg" in str(page.dataframe[0].value["File"].tolist())


def test_pairs_of_sources_are_shown_apart(tmp_path):
    root = write_dataset(tmp_path / "set", {"test": 4}, 64)
    for number in range(2):
        file = root / "test" / "fake" / f"machine_{number}.png"
        file.rename(file.with_name(f"other_{number}.png"))
    page = _data_measured(root)
    assert not page.exception and "By pair of sources" in page_text(page)
    (table,) = [frame.value for frame in page.dataframe if "Real / generated" in frame.value]
    assert table["Real / generated"].tolist() == ["camera / machine", "camera / other"]
    assert table["Faces"].tolist() == [6, 6]


def test_a_run_stopped_before_its_first_face_leaves_the_last_one(data):
    page = _data_measured(data)
    page.session_state["ev_next"] = Measurement("stopped", GeneratedFaces(None, "x", 0, 10, 1.0))
    page = page.run()
    assert "Stopped before the first face" in page_text(page) and "12 faces" in page_text(page)
    assert not page.exception


def test_one_class_of_a_data_set_says_which_is_missing(data):
    page = _choose(_page(), "ev_kind", "data")
    page = _set(page, "text_input", FOLDER, str(data))
    page = next(w for w in page.multiselect if "Sources" in w.label).set_value(["camera"]).run()
    page = _press(page, "Measure")
    assert not page.exception and "Only real faces were judged" in page_text(page)
    assert "ECE" not in _figures(page)


def test_bad_folders_are_sentences_and_the_last_result_stays(data, tmp_path):
    page = _data_measured(data)
    page = _set(page, "text_input", FOLDER, str(tmp_path / "nowhere"))
    assert not page.exception and page.error
    assert "12 faces" in page_text(page) and "press Measure" not in page_text(page)
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


def test_a_bad_folder_is_said_before_the_button_is_pressed(tmp_path):
    page = _set(_page(), "text_input", REALS, str(tmp_path / "nowhere"))
    assert not page.exception and page.error
    assert next(button for button in page.button if button.label == "Measure").disabled


def _swept(whose: str, damages: set[str]) -> dict:
    """A shipped table of one network, as if only some damages had been measured, or one pair."""
    figures = {"n": 4, "accuracy": 0.5, "roc_auc": 0.5, "tpr_at_1pct_fpr": 0.5, "answered": 1.0}
    pairs = {"ffhq / stylegan": figures}
    if whose != "original_robustness":
        pairs["ffhq / omi"] = figures
    rows = [{"damage": "none", "level": None, "pairs": pairs}]
    rows += [{"damage": name, "level": 1, "pairs": pairs} for name in damages]
    return {"split": "test", "per_source": 2, "rows": rows}


def test_it_is_said_whose_lines_are_missing_from_which_charts(monkeypatch):
    few = {"both_robustness": {"jpeg", "rescale"}}
    monkeypatch.setattr(
        "ui.evaluation.robustness.read_json", lambda name: _swept(name, few.get(name, {*DAMAGES}))
    )
    page = _choose(_page(), "ev_view", "robustness")
    others = ", ".join(damage.title for name, damage in DAMAGES.items()
                       if name not in few["both_robustness"])  # fmt: skip
    assert (
        "Of both networks only these were measured: JPEG compression, Scaled down and up. The "
        f"other charts ({others}) show the CNN and the authors' recipe alone, not the app's "
        "verdict, which stands on both."
    ) in page_text(page)
    page = _set(page, "selectbox", "Real / generated", "ffhq / omi")
    assert not page.exception and not page.error
    assert "Of the authors' recipe this pair was not measured." in page_text(page)
    few.clear()
    page = _set(page, "selectbox", "Real / generated", "ffhq / stylegan")
    assert not page.exception and "measured:" not in page_text(page)


@pytest.mark.parametrize("view", ["robustness", "generalization"])
def test_the_shipped_tables_are_shown(view, monkeypatch):
    turned = Damage("Turned", "quarters", (1,), lambda pixels, rng, level: np.rot90(pixels).copy())
    monkeypatch.setitem(DAMAGES, "turned", turned)  # as after its line was added
    page = _choose(_page(), "ev_view", view)
    assert not page.exception and not page.error
    assert page.dataframe or "Not measured yet" in page_text(page)
    if view == "robustness" and page.dataframe:
        assert "Not measured yet: Turned." in page_text(page)
