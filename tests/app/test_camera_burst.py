"""Photo > Camera without a browser: a burst, its verdict, and the way out of trouble."""

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.inference.live.asking import InTurn
from core.inference.live.judges import judges_of
from tests.app.words import page_text


class Component:
    """Stands for `webrtc_streamer`: keeps what it was called with."""

    def __init__(self):
        self.calls: list[dict] = []

    def __call__(self, **kwargs):
        self.calls.append(kwargs)
        return SimpleNamespace(state=SimpleNamespace(playing=False, signalling=False))


@pytest.fixture
def component(monkeypatch):
    component = Component()
    monkeypatch.setattr("streamlit_webrtc.webrtc_streamer", component)
    monkeypatch.setattr("ui.photo.camera_burst.webrtc_streamer", component)
    return component


@pytest.fixture
def page(component) -> AppTest:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page = home.switch_page("pages/1_Photo.py").run()
    return _toggle(page, "Use the camera")


def _toggle(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.toggle if one.label.startswith(label)).set_value(True).run()


def _press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def _take(page: AppTest, judges, picture: np.ndarray) -> None:
    """As if the camera had sent frames until the burst ended."""
    take, moment = page.session_state["burst_take"], [0.0]
    take.clock, take.asking = lambda: moment[0], InTurn
    take.start(judges)
    while take.burst.result is None:
        take.burst.judge(picture)
        moment[0] += 0.1
    page.run()


def test_the_camera_is_off_until_it_is_asked_for(page, component):
    assert not page.exception and "No verdict yet" in page_text(page)
    assert component.calls[-1]["desired_playing_state"] is False
    assert component.calls[-1]["media_stream_constraints"]["audio"] is False
    _press(page, "Take 10 frames")
    assert component.calls[-1]["desired_playing_state"] is True
    _press(page, "Stop")
    assert component.calls[-1]["desired_playing_state"] is False


def test_a_verdict_is_not_followed_by_words_that_there_is_none(page, inspector, portrait):
    assert "No photo judged yet" not in page_text(page)
    _press(page, "Take 10 frames")
    _take(page, judges_of(inspector.panel), portrait)
    assert "No photo judged yet" not in page_text(page)
    camera = next(one for one in page.toggle if one.label == "Use the camera")
    assert "No photo judged yet" in page_text(camera.set_value(False).run())


def test_a_camera_that_shows_nothing_is_no_riddle(page):
    page = _press(page, "Take 10 frames")
    assert "No face has come yet" not in page_text(page)
    page.session_state["burst_take"].since_s -= 20
    assert "take a single picture below" in page_text(page.run())


def test_a_connection_that_brings_nothing_is_tried_again_and_not_for_ever(
    page, component, inspector
):
    wanted, judges = [], judges_of(inspector.panel)
    page = _press(page, "Take 10 frames")
    take = page.session_state["burst_take"]
    for number in range(1, 4):
        take.start(judges)
        assert take.tries == number
        take.offered_s -= 20
        page.run()
        wanted.append(component.calls[-1]["desired_playing_state"])
        if number < 3:
            assert f"Try {number + 1} of 3" in page_text(page)
            take.paused_s -= 5
            page.run()
            wanted.append(component.calls[-1]["desired_playing_state"])
    assert wanted == [False, True, False, True, True]
    assert take.burst is not None and not page.exception
    _press(_press(page, "Stop"), "Take 10 frames")
    assert take.tries == 1 and "did not connect" not in page_text(page)


def test_a_camera_without_a_face_is_not_tried_again(page, inspector):
    take = _press(page, "Take 10 frames").session_state["burst_take"]
    take.start(judges_of(inspector.panel))
    take.burst.judge(np.zeros((240, 320, 3), np.uint8))
    take.offered_s -= 60
    page.run()
    assert take.paused_s is None and take.tries == 1


def test_one_verdict_over_ten_frames_and_the_camera_goes_off(page, component, inspector, portrait):
    judges = judges_of(inspector.panel)
    _press(page, "Take 10 frames")
    _take(page, judges, portrait)
    assert not page.exception
    assert component.calls[-1]["desired_playing_state"] is False
    (track,) = page.session_state["burst_take"].result.tracks
    assert track.judged >= 10
    assert f"Judged over {track.judged} frames" in page_text(page)
    assert "rf-scale" in page_text(page)
    pictures = [picture for shown in page.get("image") for picture in shown.proto.imgs]
    (url,) = [picture.url for picture in pictures if picture.alt.startswith("The last of the")]
    assert url.startswith("data:image/jpeg;base64,")  # no file that a rerun takes away
    _press(page, "Again")
    assert page.session_state["burst_take"].burst is None
    assert "No verdict yet" in page_text(page)


def test_a_burst_without_a_face_says_what_to_do(page, inspector):
    _press(page, "Take 10 frames")
    _take(page, judges_of(inspector.panel), np.zeros((240, 320, 3), np.uint8))
    assert "No face in the picture" in page_text(page) and not page.exception


def test_where_no_picture_comes_a_single_one_is_offered_and_what_it_is_worth_is_said(page):
    _toggle(page, "No picture comes?")
    assert "A single frame says less than ten" in page_text(page)
    assert page.get("camera_input") and not page.exception


def test_a_bad_setting_is_a_sentence_and_the_single_picture_stays(component, monkeypatch):
    monkeypatch.setenv("ICE_SERVERS", "nonsense")
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page = _toggle(home.switch_page("pages/1_Photo.py").run(), "Use the camera")
    assert not page.exception and not component.calls
    assert any("ICE_SERVERS" in error.value for error in page.error)
    _toggle(page, "No picture comes?")
    assert page.get("camera_input")
