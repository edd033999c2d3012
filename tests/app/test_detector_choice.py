"""The choice of the detector on the Photo and the Webcam page, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.inference import detector as detectors
from tests.app.test_webcam_page import Component
from tests.app.words import page_text

TIMEOUT_S = 120


@pytest.fixture(autouse=True)
def component(monkeypatch):
    monkeypatch.setattr("ui.live.webcam.webrtc_streamer", Component())


def _page(name: str) -> AppTest:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    return home.switch_page(f"pages/{name}.py").run()


def _radio(page: AppTest, key: str):
    return next(radio for radio in page.radio if radio.key == key)


def _judge_example(page: AppTest, title: str) -> None:
    next(button for button in page.button if button.label == title).click().run()
    assert not page.exception


def test_another_detector_judges_the_photos_anew(blazeface, monkeypatch):
    page = _page("1_Photo")
    _judge_example(page, "Portrait A")
    (before,) = page.session_state["judged_photos"]
    _radio(page, "photo_detector_choice").set_value("haar").run()
    assert not page.exception
    (after,) = page.session_state["judged_photos"]
    assert after.result.name == before.result.name and len(after.result.faces) == 1
    assert after.result.faces[0].box != before.result.faces[0].box
    _radio(page, "photo_detector_choice").set_value("blazeface").run()
    (again,) = page.session_state["judged_photos"]
    assert again.result.faces[0].box == before.result.faces[0].box


def test_the_choice_outlives_a_visit_to_another_page(blazeface):
    page = _page("1_Photo")
    _radio(page, "photo_detector_choice").set_value("haar").run()
    page.switch_page("pages/7_About.py").run()
    page.switch_page("pages/1_Photo.py").run()
    assert _radio(page, "photo_detector_choice").value == "haar"


def test_the_choices_are_part_of_the_link(blazeface):
    page = _page("1_Photo")
    assert dict(page.query_params) == {}
    _radio(page, "photo_detector_choice").set_value("haar").run()
    _radio(page, "photo_network_choice").set_value("cnn").run()
    assert dict(page.query_params) == {"detector": "haar", "network": "cnn"}


def test_a_link_opens_with_its_choices(blazeface):
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    page = page.switch_page("pages/1_Photo.py")
    page.query_params["network"], page.query_params["detector"] = "second", "nonsense"
    page.run()
    assert not page.exception
    assert _radio(page, "photo_network_choice").value == "second"
    assert _radio(page, "photo_detector_choice").value == "blazeface"


@pytest.mark.parametrize("name", ["1_Photo", "2_Webcam"])
def test_where_another_detector_stands_in_the_page_says_so(name, monkeypatch):
    stand_in = detectors.load_detector("haar")[0]
    monkeypatch.setitem(detectors.loaded, "blazeface", (stand_in, "BlazeFace is gone."))
    page = _page(name)
    assert not page.exception and "BlazeFace is gone." in page_text(page)


def test_the_webcam_takes_the_chosen_detector(blazeface):
    page = _page("2_Webcam")
    _radio(page, "live_detector").set_value("haar").run()
    assert not page.exception
    assert page.session_state["live_settings"].detector == "haar"
    assert page.session_state["live_connection"].settings.detector == "haar"
