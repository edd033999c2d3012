"""A running app and a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.clips import moving_face
from core.config import ROOT
from tests.conftest import encode

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class App:
    url: str
    pid: int

    def threads(self) -> int:
        return int(self._status("Threads"))

    def memory_mb(self) -> float:
        return int(self._status("VmRSS").split()[0]) / 1024

    def _status(self, name: str) -> str:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(line.split(":")[1] for line in lines if line.startswith(name)).strip()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The app, served as a user starts it."""
    port, log = free_port(), tmp_path_factory.mktemp("app") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    with open(log, "w") as file:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)], cwd=ROOT, stdout=file, stderr=file
        )
    url = f"http://localhost:{port}"
    try:
        _wait_until_healthy(url, process, log)
        yield App(url, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def app_url(app) -> str:
    return app.url


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    pytest.fail(f"The app did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def playwright():
    if not CHROMIUM.exists():
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("chromium is missing, and REQUIRE_BROWSER is set")
        pytest.skip("chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS + CAMERA)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def browser_with_a_face(playwright, portrait, tmp_path_factory):
    """A browser whose camera shows a generated face that moves a little."""
    file = tmp_path_factory.mktemp("camera") / "cam.mjpeg"
    frames = moving_face(portrait, seed=1, size=(640, 480), frames=60, fps=15)
    file.write_bytes(b"".join(encode(frame, "JPEG", quality=90) for frame in frames))
    camera = [*CAMERA, f"--use-file-for-fake-video-capture={file}"]
    chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS + camera)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def browser_without_camera(playwright):
    """A browser that refuses the camera, as a user may."""
    chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
    yield chromium
    chromium.close()


def _tab(browser, **options):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, accept_downloads=True, **options
    )
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    yield tab
    context.close()


@pytest.fixture
def page(browser):
    yield from _tab(browser, permissions=["camera"])


@pytest.fixture
def live_page(browser_with_a_face):
    yield from _tab(browser_with_a_face, permissions=["camera"])


@pytest.fixture
def page_without_camera(browser_without_camera):
    yield from _tab(browser_without_camera)
