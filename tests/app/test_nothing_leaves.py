"""A photo stays in memory, and no page contacts anybody unasked."""

import logging
import socket
import tempfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from tests.app.test_webcam_page import Component
from tests.support.watch import watched

NAME = "nobody_must_read_7731.jpg"
TIMEOUT_S = 240
PAGES = ["app.py", *sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py"))]


def _page(name: str) -> AppTest:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    return (home if name == "app.py" else home.switch_page(name)).run()


@pytest.mark.parametrize("damage", [False, True], ids=["sound", "damaged"])
def test_a_judged_photo_is_neither_written_nor_logged_nor_sent(examples, capfd, damage):
    data = examples["Portrait A"][: 3000 if damage else None]
    page = _page("pages/1_Photo.py")
    capfd.readouterr()
    with watched() as seen:
        page.file_uploader[0].upload(NAME, data, "image/jpeg")
        page.run()
    (item,) = page.session_state["judged_photos"]
    assert bool(item.result.error) == damage and not page.exception
    assert seen.written == [] and seen.contacts == []
    assert not [text for text in seen.logged if NAME in text or "JFIF" in text]
    told = capfd.readouterr()
    assert NAME not in told.out + told.err


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_contacts_nobody(name, monkeypatch):
    camera = Component()  # its widget needs a browser
    monkeypatch.setattr("streamlit_webrtc.webrtc_streamer", camera)
    monkeypatch.setattr("ui.live.webcam.webrtc_streamer", camera)
    with watched() as seen:
        page = _page(name)
    assert not page.exception
    assert seen.contacts == []


def test_what_is_written_contacted_and_logged_would_be_noticed():
    with watched() as seen:
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(b"x")
        with socket.socket() as one, pytest.raises(OSError):
            one.connect(("127.0.0.1", 1))
        logging.getLogger("anybody").warning("a name: %s", NAME)
    assert file.name in seen.written and NAME in seen.logged[-1]
    assert seen.contacts == ["socket.connect ('127.0.0.1', 1)"]
