"""The Webcam page without a browser; the WebRTC component is replaced by a known state."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.artifacts import read_json
from core.config import ROOT
from core.inference.live.judges import judges_of
from core.inference.verdict import WORDS, State
from core.mp4 import write_mp4
from tests.app.words import page_text
from ui.live import video_file as video_view
from ui.live.connection import LiveConnection

TIMEOUT_S = 60


class Component:
    """Stands for `webrtc_streamer`: keeps what it was called with, gives a state."""

    def __init__(self):
        self.calls: list[dict] = []
        self.playing = self.signalling = False

    def __call__(self, **kwargs):
        self.calls.append(kwargs)
        state = SimpleNamespace(playing=self.playing, signalling=self.signalling)
        return SimpleNamespace(state=state)


@pytest.fixture(scope="session")
def judges(inspector):
    return judges_of(inspector.panel)


@pytest.fixture
def component(monkeypatch):
    component = Component()
    monkeypatch.setattr("streamlit_webrtc.webrtc_streamer", component)
    monkeypatch.setattr("ui.live.webcam.webrtc_streamer", component)
    return component


@pytest.fixture
def page(component) -> AppTest:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    return home.switch_page("pages/2_Webcam.py").run()


def _connection(page: AppTest) -> LiveConnection:
    return page.session_state["live_connection"]


def _play(page: AppTest, component: Component, judges, portrait, frames: int = 40) -> list[float]:
    """As if the camera had sent some frames; what the clock of the stream says, to be changed."""
    component.playing = True
    connection, moment = _connection(page), [0.0]
    connection.clock = lambda: moment[0]
    connection.start(judges)
    for number in range(frames):
        moment[0] = number / 20
        connection.stream.judge(portrait)
    page.run()
    return moment


def test_before_the_start(page, component):
    assert not page.exception
    assert "The camera is off" in page_text(page) and "allow the camera" in page_text(page)
    assert "HTTPS" in page_text(page)  # help on what to do without a picture
    (call,) = component.calls
    assert call["rtc_configuration"] == {"iceServers": []}  # no third party is asked
    assert call["media_stream_constraints"]["audio"] is False


def test_the_settings_stand_in_the_address_and_a_link_brings_them(component):
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    home.switch_page("pages/2_Webcam.py")
    link = {"threshold": "0.6", "smallest": "96", "mirror": "yes", "detector": "haar"}
    for name, value in link.items():
        home.query_params[name] = value
    page = home.run()
    assert not page.exception and dict(page.query_params) == link
    settings = page.session_state["live_settings"]
    assert (settings.threshold, settings.min_face_px, settings.mirror) == (0.6, 96, True)
    assert page.session_state["video_settings"].detector == settings.detector == "haar"
    page.slider(key="live_min_face_px").set_value(120).run()
    assert dict(page.query_params) == {**link, "smallest": "120"}


def test_a_wrong_setting_in_a_link_is_named_and_left_out(component):
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    home.switch_page("pages/2_Webcam.py")
    home.query_params["threshold"], home.query_params["mirror"] = "7", "perhaps"
    page = home.run()
    words = page_text(page)
    assert "The link's threshold is wrong" in words and "The link's mirror is wrong" in words
    assert not page.exception and dict(page.query_params) == {}


def test_a_running_stream_is_shown(page, component, judges, portrait):
    _play(page, component, judges, portrait)
    assert not page.exception
    (track,) = _connection(page).stream.view().tracks
    assert "Face 1" in page_text(page) and "rf-scale" in page_text(page)
    assert "latency p50/p95" in page_text(page)
    (chart,) = page.get("plotly_chart")
    assert '"face 1"' in chart.proto.spec
    assert track.judged >= 5


def test_an_empty_picture_says_what_to_do(page, component, judges):
    _play(page, component, judges, np.zeros((360, 640, 3), np.uint8), 5)
    assert "No face in the picture" in page_text(page)


def test_an_error_of_the_stream_is_a_sentence_and_the_results_stay(
    page, component, judges, portrait
):
    _play(page, component, judges, portrait)
    _connection(page).stream.judge(None)
    page.run()
    assert not page.exception
    assert any("could not be judged" in error.value for error in page.error)
    assert "Face 1" in page_text(page)


def test_a_stream_that_went_quiet_is_stale(page, component, judges, portrait):
    moment = _play(page, component, judges, portrait)
    moment[0] = 60.0
    page.run()
    assert any("Stale" in warning.value for warning in page.warning)


def test_after_stop_the_last_results_stay(page, component, judges, portrait):
    _play(page, component, judges, portrait)
    component.playing = False
    page.run()
    assert "last results" in page_text(page) and "Face 1" in page_text(page)


def test_pictures_are_shown_before_the_browser_says_that_it_plays(
    page, component, judges, portrait
):
    component.signalling = True
    page.run()
    assert "Connecting" in page_text(page)
    _play(page, component, judges, portrait)
    component.playing = False
    page.run()
    assert "Face 1" in page_text(page) and "camera is off" not in page_text(page)


def test_a_connection_that_ends_before_its_first_picture_is_no_riddle(page, component, judges):
    _connection(page).start(judges)
    page.run()
    assert "No picture came" in page_text(page) and "START again" in page_text(page)


def test_the_controls_reach_the_running_stream(page, component, judges, portrait):
    _play(page, component, judges, portrait)
    page.slider("live_threshold").set_value(0.9)
    page.slider("live_min_face_px").set_value(200)
    page.toggle("live_mirror").set_value(True)
    page.run()
    settings = _connection(page).stream.settings
    assert (settings.threshold, settings.min_face_px, settings.mirror) == (0.9, 200, True)


def test_settings_survive_another_page(page, component):
    page.slider("live_threshold").set_value(0.8)
    page.run()
    page.switch_page("pages/7_About.py").run()
    page.switch_page("pages/2_Webcam.py").run()
    assert page.slider("live_threshold").value == 0.8
    shipped = read_json("both_live_calibration")
    assert page.slider("video_threshold").value == round(shipped["unsure_high"], 2)


def test_configured_servers_are_used(component, monkeypatch):
    monkeypatch.setenv("ICE_SERVERS", '[{"urls": "stun:example:3478"}]')
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    home.switch_page("pages/2_Webcam.py").run()
    servers = component.calls[-1]["rtc_configuration"]["iceServers"]
    assert servers == [{"urls": "stun:example:3478"}]


def test_a_bad_setting_is_a_sentence_and_the_video_tab_works(component, monkeypatch):
    monkeypatch.setenv("ICE_SERVERS", "nonsense")
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    page = home.switch_page("pages/2_Webcam.py").run()
    assert not page.exception and not component.calls
    assert any("ICE_SERVERS" in error.value for error in page.error)
    assert "No video judged yet" in page_text(page)


def _clip(portrait, frames=30) -> bytes:
    buffer = io.BytesIO()
    write_mp4([portrait] * frames, buffer, fps=15)
    return buffer.getvalue()


def _upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.file_uploader[0].upload(name, data, "video/mp4")
    page.run()
    page.session_state["video_job"].wait(60)
    return page.run()


def test_an_uploaded_video_is_judged(page, portrait):
    page = _upload(page, "clip.mp4", _clip(portrait))
    assert not page.exception
    job = page.session_state["video_job"]
    assert job.error is None and job.report.frames == 30
    assert len(page.dataframe[0].value) == 1
    assert {"Annotated video (MP4)", "Faces (CSV)", "Report (JSON)"} <= {
        button.label for button in page.get("download_button")
    }
    assert page.get("video") and "with a face" in page_text(page)


def test_a_videos_table_and_chart_say_what_the_pills_say_and_its_files_what_programs_read(
    page, portrait
):
    page = _upload(page, "clip.mp4", _clip(portrait))
    report = page.session_state["video_job"].report
    said = [WORDS[track.verdict] for track in report.tracks]
    assert page.dataframe[0].value["verdict"].tolist() == said and said
    (line,) = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    assert line["customdata"] and set(line["customdata"]) <= set(WORDS.values())
    assert {track["verdict"] for track in report.to_contract()["tracks"]} <= set(State)


def test_two_runs_of_the_script_at_once_begin_one_job(monkeypatch):
    begun = []

    def job(*args, **more):
        time.sleep(0.2)
        begun.append(args)

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(video_view, "LivePipeline", lambda *args, **more: None)
    monkeypatch.setattr(video_view, "VideoJob", job)
    file = SimpleNamespace(name="clip.mp4", file_id="1", getvalue=lambda: b"bytes")
    with ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(video_view.begin_once, file, None, "set") for _ in "ab"]:
            run.result()
    assert len(begun) == 1


def test_a_file_that_is_no_video_gets_a_sentence(page):
    page = _upload(page, "notes.mp4", b"just text")
    assert not page.exception
    assert any("not a video" in error.value for error in page.error)


def test_a_video_of_one_frame_is_called_too_short(page, portrait):
    page = _upload(page, "clip.mp4", _clip(portrait, 1))
    assert any("Too short" in info.value for info in page.info)


def test_clear_empties_the_tab(page, portrait):
    page = _upload(page, "clip.mp4", _clip(portrait, 5))
    next(button for button in page.button if button.label == "Clear").click()
    page.run()
    assert "No video judged yet" in page_text(page)


def test_the_video_of_a_session_survives_another_page(page, portrait):
    page = _upload(page, "clip.mp4", _clip(portrait, 5))
    page.switch_page("pages/7_About.py").run()
    page.switch_page("pages/2_Webcam.py").run()
    assert page.get("video") and not page.exception
