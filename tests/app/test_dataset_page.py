"""The Dataset page without a browser: folders, filters, pages, one face, figures, bad input."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.dataset.index_cache import open_index
from core.jobs import JobStatus
from tests.app.words import page_text
from tests.conftest import encode, texture, write_dataset
from ui.shared.names import literal

TIMEOUT_S = 60


@pytest.fixture
def data(tmp_path) -> Path:
    root = write_dataset(tmp_path / "set", {"train": 24, "test": 4}, 64)
    for seed, fake in enumerate(sorted(root.rglob("machine_*.png")), start=5000):
        fake.write_bytes(encode(texture("fake", seed, 64)))  # else they look like a real twin
    (root / "train" / "real" / "camera_23.png").write_bytes(
        (root / "test" / "real" / "camera_0.png").read_bytes()
    )
    (root / "train" / "real" / "bad\nname.png").write_bytes(b"no picture")
    return root


def _page(**query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page("pages/3_Dataset.py")
    for name, value in query.items():
        app.query_params[name] = str(value)
    return app.run()


def _faces(page: AppTest) -> list[str]:
    """The file names of the grid, in its order."""
    cells = [e.proto.body for e in page.get("html") if 'class="rf-face"' in e.proto.body]
    return [cell.split('title="')[1].split('"')[0] for cell in cells]


def _click(page: AppTest, label: str, number: int = 0) -> AppTest:
    return [button for button in page.button if button.label == label][number].click().run()


def test_with_no_folder_it_says_what_to_do():
    page = _page()
    assert not page.exception
    assert "No data set open" in page_text(page)
    assert {"Make it", "Download the sample", "Download all"} <= {b.label for b in page.button}


def test_the_grid_its_pages_and_its_link(data):
    page = _page(data=data)
    assert not page.exception
    first = _faces(page)
    assert len(first) == 21
    assert {name.split("_")[0] for name in first} == {"camera", "machine"}  # mixed at first
    page = _click(page, "Next")
    assert _faces(page) != first and page.query_params["page"] == "2"
    linked = _page(**{name: page.query_params[name] for name in ("data", "page")})
    assert _faces(linked) == _faces(page)


def test_filters_and_a_link_to_them(data):
    page = _page(data=data, split="test", label="real", text="CAMERA_2")
    assert _faces(page) == ["camera_2.png"]
    page.text_input[1].set_value("nothing has this name").run()
    assert "No face fits" in page_text(page) and not page.exception
    page = _page(data=data, split="test", outcome="unsure")
    assert "No face is judged yet" in page_text(page) and not page.exception


def test_a_bad_link_is_a_sentence_and_the_rest_stands(data):
    page = _page(data=data, page="many", order="<b>", label="real")
    assert not page.exception and len(_faces(page)) == 21
    assert sum("left out" in warning.value for warning in page.warning) == 2
    assert not _page(data=data, split="nowhere", page=10**8).exception


def test_judging_makes_verdicts_to_filter_and_sort_by(data):
    page = _click(_page(data=data, split="test"), "Judge them")
    assert not page.exception
    assert "8 of them judged" in page_text(page)
    assert page_text(page).count("P(fake)&nbsp;") == 8
    kinds = ("right", "wrong", "unsure")
    assert sum(len(_faces(_page(data=data, split="test", outcome=o))) for o in kinds) == 8


def test_while_judging_goes_on_it_cannot_be_begun_again(data, monkeypatch):
    def button(page):
        return next(each for each in page.button if each.label == "Judge them")

    page = _page(data=data, split="test")
    assert not button(page).disabled
    monkeypatch.setattr("ui.dataset.browse.judge_all", lambda *asked: None)  # as if it went on
    page = _click(page, "Judge them")
    assert button(page).disabled
    assert not button(page.run()).disabled  # stopped by anything else: it may go on


def test_a_face_closely_and_the_one_beside_it(data):
    page = _click(_page(data=data, label="real", order="name"), "Look at 2")
    assert not page.exception
    table = page.dataframe[0].value
    assert table.loc["File"].item() == "test/real/camera_1.png"
    assert "rf-scale" in page_text(page) and len(page.get("plotly_chart")) == 1
    assert "Of 100 real" in page_text(page)  # how far to trust the verdict
    page = _click(page, "Next")
    assert page.dataframe[0].value.loc["File"].item() == "test/real/camera_2.png"
    linked = _page(data=data, face="test/real/camera_2.png", order="name")
    assert linked.dataframe[0].value.loc["File"].item() == "test/real/camera_2.png"
    page = _click(page, "All faces")
    assert len(_faces(page)) == 21 and "face" not in page.query_params
    assert not re.search(r"\b0 of them judged", page_text(page))  # those that were looked at are
    lost = _page(data=data, face="../../etc/passwd")
    assert not lost.exception and any("left out" in w.value for w in lost.warning)


@pytest.mark.parametrize("way", [("map",), ("understand", "map"), ("understand", "browse")])
def test_another_view_closes_the_face(data, way):
    page = _click(_page(data=data, order="name"), "Look at 5")
    assert "face" in page.query_params
    for view in way:
        page.segmented_control[0].set_value(view).run()
        assert not page.exception and "face" not in page.query_params
    assert len(_faces(page)) == 21 and ("No map yet" in page_text(page)) == (view == "map")


def test_a_file_that_vanishes_while_browsing(data):
    page = _page(data=data, split="test", label="fake", order="name")
    for number in range(3):
        (data / "test" / "real" / f"camera_{number}.png").unlink()
    (data / "test" / "real" / "camera_3.png").write_bytes(b"damaged since")
    next(box for box in page.selectbox if box.label == "Class").set_value("real").run()
    assert not page.exception and page_text(page).count('"rf-missing"') == 4
    page = _click(page, "Look at 4")
    assert not page.exception and page.error
    page = _click(page, "Previous")
    assert not page.exception and "Read the folder again" in page.error[0].value


def test_tags_are_put_on_a_list_and_on_one_face_and_looked_for(data):
    page = _page(data=data, split="test", label="real", order="name")
    page.text_input(key="ds_new_tag").set_value("look again").run()
    page = _click(page, "Put it on all 4")
    assert not page.exception
    page = _click(page, "Look at 1")
    (tags,) = (box for box in page.multiselect if box.label == "Tags")
    assert tags.value == ["look again"]
    tags.set_value([]).run()
    page = _page(data=data, tag="look again", order="name")
    assert _faces(page) == ["camera_1.png", "camera_2.png", "camera_3.png"]
    assert any(button.label == "Tags (CSV)" for button in page.get("download_button"))
    page.text_input(key="ds_new_tag").set_value("look again").run()
    page = _click(page, "Take it off them")
    assert not page.exception and len(_faces(page)) == 21
    assert any("Tag 'look again'" in warning.value for warning in page.warning)


def test_a_tag_that_is_none_is_a_sentence(data):
    page = _page(data=data)
    page.text_input(key="ds_new_tag").set_value("x" * 99).run()
    page = _click(page, "Put it on all 56")
    assert not page.exception and "at most 40 characters" in page.error[0].value


@pytest.fixture
def quick_eye(monkeypatch):
    """The second opinion's features take a second for a few faces: here a face's mean colour."""
    seen = lambda faces, second: faces.mean(axis=(1, 2))  # noqa: E731
    monkeypatch.setattr("core.dataset.embedding.head_features", seen)


def test_the_map_of_faces(data, quick_eye):
    page = _page(data=data, view="map", split="test", colour="source")
    assert "No map yet" in page_text(page) and len(_faces(page)) == 8
    assert "of the whole set. The filters hold for the list" in page_text(page)
    page = _click(page, "Make the map")
    assert not page.exception
    traces = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    assert {trace["name"] for trace in traces} == {"camera", "machine"}
    assert sum(len(trace["customdata"]) for trace in traces) == 56
    assert page.query_params["view"] == "map" and page.query_params["colour"] == "source"
    version = open_index(data).version
    page.session_state["ds_area"] = version, np.flatnonzero(_split_of(data) == "test")[:3]
    assert len(_faces(page.run())) == 3 and "**3** of 56 faces chosen" in page_text(page)
    again = _page(**{name: page.query_params[name] for name in page.query_params})
    assert _faces(again) == _faces(page) and len(_faces(again)) == 3
    page = _click(page, "Choose none")
    assert len(_faces(page)) == 8 and "area" not in page.query_params
    page.session_state["ds_area"] = "of another state of the files", np.arange(3)
    assert len(_faces(page.run())) == 8 and not page.exception


def _split_of(data: Path) -> np.ndarray:
    return open_index(data).faces["split"].to_numpy()


def test_what_is_in_it(data):
    page = _page(data=data)
    page.segmented_control[0].set_value("understand").run()
    assert not page.exception
    words = page_text(page)
    assert "Taken alone" in words and "Sharpness" in words
    assert "Files that cannot be read" in words
    assert len(page.get("plotly_chart")) == 2
    page = _click(page, "Look for duplicates")
    assert not page.exception
    assert any("1 of them are in more than one split" in w.value for w in page.warning)


def test_one_class_alone(tmp_path):
    (tmp_path / "real").mkdir()
    for number in range(3):
        pixels = np.full((40, 40, 3), 40 * number, np.uint8)
        (tmp_path / "real" / f"{number}.png").write_bytes(encode(pixels))
    page = _page(data=tmp_path)
    page.segmented_control[0].set_value("understand").run()
    assert not page.exception
    assert any("only one class" in warning.value for warning in page.warning)


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("/nowhere/at/all", "no folder"),
        ("a\0b", "no path"),
        ("A" * 5000, "no path"),
        (str(ROOT / "tests"), "Arrange the images"),
        ("<script>alert(1)</script>", "no folder"),
    ],
)
def test_a_folder_that_cannot_be_opened_is_a_sentence(folder, words):
    page = _page(data=folder)
    assert not page.exception
    assert any(words in error.value for error in page.error)


def test_a_folders_name_is_shown_as_text():
    folder = "/*nowhere* :smile: $a$ -> _b_"
    (error,) = _page(data=folder).error
    assert literal(folder) in error.value and folder not in error.value


def test_other_names_of_folders_and_what_is_left_out(data):
    (data / "test").rename(data / "Val_1")
    (data / "train" / "real" / "*notes*.txt").touch()
    (data / "train" / "real" / "._camera_1.png").touch()
    page = _page(data=data, split="valid")
    assert not page.exception and len(_faces(page)) == 8
    assert literal("1 (train/real/*notes*.txt)") in page_text(page)
    assert "._camera" not in page_text(page)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JobStatus([], False, 0, False, ["The demo set is in X"], 1.0), "The demo set is in X"),
        (JobStatus([], False, 1, False, ["Error: no room"], None), "no room"),
        (JobStatus([], False, None, True, [], None), "start again to continue"),
        (JobStatus([], False, None, False, [], None), "ended without a word"),
        (JobStatus([], True, None, False, ["half"], 0.5), "being made ready"),
    ],
)
def test_the_last_job_is_told(monkeypatch, job, words):
    for module in ("ui.dataset.source", "ui.shared.job_panel"):
        monkeypatch.setattr(f"{module}.job_status", lambda folder: job)
    page = _page()
    assert not page.exception
    said = [e.value for kind in (page.success, page.error, page.info) for e in kind]
    assert any(words in text for text in [*said, page_text(page)])


@pytest.mark.parametrize(
    "words",
    [["dataset", "demo"], ["dataset", "download"], ["dataset", "download", "--sample", "9"]],
)
@pytest.mark.parametrize("there", [True, False])
def test_a_set_that_was_deleted_is_not_said_to_be_there(monkeypatch, tmp_path, words, there):
    job = JobStatus(words, False, 0, False, ["It is in X"], 1.0)
    monkeypatch.setattr("ui.dataset.source.job_status", lambda folder: job)
    monkeypatch.setattr("ui.dataset.source.is_made", lambda: there)
    place = tmp_path if there else tmp_path / "gone"
    monkeypatch.setattr("ui.dataset.source.sample_folder", lambda count: place)
    monkeypatch.setattr("ui.dataset.source.whole_folder", lambda: place)
    page = _page()
    assert not page.exception and [e.value for e in page.success] == ["It is in X"] * there


def test_a_button_starts_the_job(monkeypatch):
    started = []
    monkeypatch.setattr("ui.dataset.source.start_job", lambda folder, words: started.append(words))
    page = _click(_page(), "Download the sample")
    assert not page.exception and started == [["dataset", "download", "--sample", "200"]]


def test_a_links_choice_on_the_map_of_another_state_of_the_files_is_left_out_and_said(data):
    page = _page(data=data, view="map", split="test", area="0123abcdeJxjYGBg")
    assert not page.exception and len(_faces(page)) == 8
    assert any("choice on the map" in warning.value for warning in page.warning)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (JobStatus(["dataset", "demo"], False, 0, False, [], None, "one"), "is ready"),
        (JobStatus(["dataset", "demo"], False, None, True, [], None, "one"), "has ended"),
        (JobStatus(["dataset", "demo"], False, 0, False, [], None, "another"), None),
    ],
)
def test_only_the_job_that_was_seen_running_is_told_to_have_ended(monkeypatch, ended, said):
    running = replace(ended, running=True, exit_code=None, stopped=False, id="one")
    for module in ("ui.dataset.source", "ui.shared.job_panel"):
        monkeypatch.setattr(f"{module}.job_status", lambda folder: running)
    page = _page()
    for module in ("ui.dataset.source", "ui.shared.job_panel"):
        monkeypatch.setattr(f"{module}.job_status", lambda folder: ended)
    page = page.run()
    told = [toast.value for toast in page.toast]
    assert not page.exception and (said in told[0] if said else not told)
