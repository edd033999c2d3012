"""The webcam in a real browser: a generated face before a fake camera, through real WebRTC."""

import base64
import io
import json
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError

from core.artifacts import read_json
from core.config import MIN_FACE_PX
from core.inference.colors import CLASS_COLORS
from core.mp4 import write_mp4

pytestmark = pytest.mark.browser
COLOURS = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in CLASS_COLORS.values()]


def _open(page, app_url):
    page.goto(f"{app_url}/Webcam")
    page.get_by_text("The camera is off").wait_for()
    return page.frame_locator("iframe[title*=webrtc]")


def _start(page, frame):
    """Press START and wait for the first judged face of this stream."""
    frame.get_by_role("button", name="START").click()
    page.get_by_text("These are the last results").wait_for(state="hidden")
    page.wait_for_timeout(800)  # what the page still shows may be of the stream before
    # The first stream of a cold machine loads codecs, network and detector: give it time.
    try:
        page.locator(".rf-scale").first.wait_for(timeout=90_000)
    except TimeoutError:
        shown = [
            part.inner_text() for part in (frame.locator("body"), page.get_by_test_id("stMain"))
        ]
        pytest.fail("No face was judged. The video says: {!r}. The page says: {!r}".format(*shown))


def _stop(page, frame):
    frame.get_by_role("button", name="STOP").click()
    page.get_by_text("These are the last results").wait_for()


def _picture(frame) -> np.ndarray:
    """What the video element shows now: uint8 (h, w, 3)."""
    data = frame.locator("video").evaluate(
        """video => {
            const canvas = document.createElement('canvas');
            canvas.width = video.videoWidth; canvas.height = video.videoHeight;
            canvas.getContext('2d').drawImage(video, 0, 0);
            return canvas.toDataURL('image/png').split(',')[1];
        }"""
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def _has_box(picture: np.ndarray) -> bool:
    """Whether a long upright line of a verdict's colour is drawn somewhere."""
    apart = np.min([np.abs(picture.astype(int) - colour).sum(axis=2) for colour in COLOURS], axis=0)
    return (apart < 100).sum(axis=0).max() > 80


def _points(page) -> int:
    """How many points the chart has."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].reduce(
            (sum, plot) => sum + plot._fullData.reduce((n, trace) => n + trace.x.length, 0), 0)"""
    )


def _wait(condition, timeout_s: float = 40.0) -> None:
    ends = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.3)


def _no_traceback(page) -> None:
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_face_is_boxed_called_and_charted_and_it_starts_again(live_page, app_url):
    page = live_page
    frame = _open(page, app_url)
    _start(page, frame)
    _wait(lambda: _has_box(_picture(frame)))
    label = page.locator(".rf-pill").first
    _wait(
        lambda: (
            label.inner_text() in ("Likely generated", "No trace of a generator found", "Unsure")
        )
    )
    before = _points(page)
    _wait(lambda: _points(page) > before + 5)
    _wait(lambda: int(page.locator(".rf-fact b").first.inner_text()) > 0)

    page.get_by_role("button", name="Snapshot", exact=True).click()
    save = page.get_by_role("button", name="Save snapshot")
    save.wait_for()
    page.wait_for_timeout(3000)  # redraws of the results must not take the file away
    with page.expect_download() as caught:
        save.click()
    picture = np.asarray(Image.open(caught.value.path()).convert("RGB"))
    assert picture.shape[0] * 4 == picture.shape[1] * 3 and _has_box(picture)
    page.get_by_role("button", name="Discard").click()
    save.wait_for(state="hidden")

    _stop(page, frame)
    assert page.locator(".rf-scale").count() >= 1  # nothing already known is lost
    _start(page, frame)
    _no_traceback(page)


def test_opening_the_settings_changes_nothing(live_page, app_url):
    page = live_page

    def settings() -> list[str]:
        page.get_by_role("button", name="Settings").first.click()
        shown = page.locator("[data-testid=stPopoverBody] [data-testid=stSliderThumbValue]")
        shown.first.wait_for()
        values = shown.all_inner_texts()
        page.keyboard.press("Escape")
        shown.first.wait_for(state="hidden")
        return values

    _open(page, app_url)
    page.wait_for_timeout(1500)  # a rerun or two has gone by: what they sent is used up
    first = settings()
    shipped = read_json("both_live_calibration")
    assert float(first[0]) == pytest.approx(shipped["unsure_high"], abs=0.006)
    assert int(first[1]) == MIN_FACE_PX
    assert settings() == first
    page.get_by_role("button", name="Settings").first.click()
    page.locator("[data-testid=stPopoverBody]").get_by_role("slider").nth(1).press("ArrowRight")
    page.wait_for_timeout(1000)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="About").click()
    page.get_by_text("What it cannot do").first.wait_for()
    page.get_by_role("link", name="Webcam").click()
    page.get_by_text("The camera is off").wait_for()
    assert settings() == [first[0], str(MIN_FACE_PX + 4), *first[2:]]


def test_another_page_and_back(live_page, app_url):
    page = live_page
    frame = _open(page, app_url)
    _start(page, frame)
    page.get_by_role("link", name="About").click()
    page.get_by_text("What it cannot do").first.wait_for()
    page.get_by_role("link", name="Webcam").click()
    frame = page.frame_locator("iframe[title*=webrtc]")
    frame.get_by_role("button", name="START").click()
    before = _points(page)
    _wait(lambda: _points(page) > before)
    _no_traceback(page)


def test_no_page_loads_tensorflow_into_the_app(live_page, app, examples):
    """Beside half a gigabyte it brings symbols that WebRTC's encryption has to survive."""
    page = live_page
    page.goto(f"{app.url}/Training?view=models")
    page.get_by_text("Drawn from the network itself").wait_for()
    page.goto(f"{app.url}/Photo?network=cnn")
    page.get_by_text("No photo judged yet").wait_for()
    payload = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": examples["Portrait A"]}
    page.locator("input[type=file]").first.set_input_files(payload)
    page.get_by_text("Heat map").first.click()
    page.get_by_text("Grad-CAM").first.wait_for()
    page.get_by_role("link", name="Webcam").click()
    _start(page, page.frame_locator("iframe[title*=webrtc]"))
    assert "/libtensorflow" not in Path(f"/proc/{app.pid}/maps").read_text()


def test_the_mirror_and_the_threshold_work_while_it_runs(live_page, app_url):
    page = live_page
    frame = _open(page, app_url)
    _start(page, frame)
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_text("Mirror the picture").first.click()
    page.keyboard.press("Escape")
    before = _points(page)
    _wait(lambda: _points(page) > before + 3)
    assert frame.get_by_role("button", name="STOP").is_visible()
    _no_traceback(page)


def test_starts_and_stops_leave_nothing_behind(live_page, app):
    page = live_page
    frame = _open(page, app.url)
    threads, memory_mb = [], []
    for _ in range(12):  # `make reconnects` does it a hundred times
        _start(page, frame)
        _stop(page, frame)
        threads.append(app.threads())
        memory_mb.append(app.memory_mb())
    _wait(lambda: app.threads() <= max(threads[:4]) + 2)
    assert np.mean(memory_mb[-3:]) < np.mean(memory_mb[2:5]) + 40
    _no_traceback(page)


def test_no_third_party_is_contacted(live_page, app_url):
    page, hosts = live_page, set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    frame = _open(page, app_url)
    _start(page, frame)
    page.wait_for_timeout(1500)
    assert hosts - {None, ""} == {"localhost"}


def test_a_refused_camera_is_explained(page_without_camera, app_url):
    page = page_without_camera
    frame = _open(page, app_url)
    frame.get_by_role("button", name="START").click()
    error = frame.get_by_text(re.compile("Not[A-Za-z]+Error"))
    error.wait_for()
    name = error.inner_text().split(":")[0]
    page.get_by_text("No picture, or an error?").click()
    page.get_by_text(name).wait_for()
    page.get_by_text("Browsers give the camera only to localhost").wait_for()
    _no_traceback(page)


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_screen(live_page, app_url, width):
    page = live_page
    page.set_viewport_size({"width": width, "height": 900})
    frame = _open(page, app_url)
    _start(page, frame)
    page.wait_for_timeout(1500)
    main = "document.querySelector('[data-testid=stMain]').scrollWidth"
    assert page.evaluate(main) <= width


class TestVideoFile:
    @pytest.fixture
    def clip(self, portrait) -> bytes:
        buffer = io.BytesIO()
        write_mp4([portrait] * 45, buffer, fps=15)
        return buffer.getvalue()

    def _drop(self, page, app_url, name: str, data: bytes):
        page.goto(f"{app_url}/Webcam")
        page.get_by_role("tab", name="Video file").click()
        payload = {"name": name, "mimeType": "video/mp4", "buffer": data}
        page.locator("input[type=file]").first.set_input_files(payload)

    def test_a_clip_is_judged_and_plays(self, page, app_url, clip):
        self._drop(page, app_url, "clip.mp4", clip)
        page.get_by_role("button", name="Report (JSON)").wait_for()
        video = page.locator("video[src]").first
        _wait(lambda: video.evaluate("video => video.readyState") >= 2)
        assert video.evaluate("video => video.duration") == pytest.approx(3, abs=0.3)
        with page.expect_download() as caught:
            page.get_by_role("button", name="Report (JSON)").click()
        entry = json.loads(caught.value.path().read_text())
        assert entry["frames"] == 45 and len(entry["tracks"]) == 1
        with page.expect_download() as caught:
            page.get_by_role("button", name="Annotated video (MP4)").click()
        assert caught.value.suggested_filename == "clip_judged.mp4"
        page.get_by_role("button", name="Clear").click()
        page.get_by_text("No video judged yet").wait_for()
        _no_traceback(page)

    def test_cancel_keeps_what_is_done(self, page, app_url, portrait):
        buffer = io.BytesIO()
        large = np.asarray(Image.fromarray(portrait).resize((1280, 1280)))
        write_mp4([large] * 600, buffer, fps=30)
        self._drop(page, app_url, "long.mp4", buffer.getvalue())
        page.get_by_role("button", name="Cancel, keep what is done").click()
        page.get_by_text("Stopped by you").wait_for()
        _no_traceback(page)

    def test_no_video(self, page, app_url):
        self._drop(page, app_url, "notes.mp4", b"just text")
        page.get_by_text("The file is a text, not a video").wait_for()
        _no_traceback(page)
