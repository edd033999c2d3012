"""The README's pictures, taken by `make screenshots`, so that it shows this app and no older one.

Any other run takes them into a folder that is thrown away, so what can't be taken is seen.
Every face in them was painted by a generator.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from core.config import ROOT
from tests.browser.screen import wait_until_still, whole_page

pytestmark = pytest.mark.browser
FILM_FRAMES, FILM_STEP_MS, FILM_WIDTH_PX = 14, 400, 900
SCREEN_PX = 1280


@pytest.fixture
def folder(tmp_path) -> Path:
    found = ROOT / "docs" / "images" if os.environ.get("KEEP_SCREENSHOTS") else tmp_path
    found.mkdir(parents=True, exist_ok=True)
    return found


def test_of_the_photo_page(page, app_url, examples, folder):
    page.goto(f"{app_url}/Photo")
    page.get_by_text("No photo judged yet").wait_for()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "group.jpg", "mimeType": "image/jpeg", "buffer": examples["Group of four"]}
    )
    page.locator(".rf-scale").nth(3).wait_for()
    (folder / "photo.png").write_bytes(whole_page(page, SCREEN_PX))
    assert Image.open(folder / "photo.png").width == SCREEN_PX


def test_of_the_generator_page(page, app_url, folder):
    page.goto(f"{app_url}/Generator")
    page.get_by_text("Every face here is machine-made").wait_for()
    page.locator("a.rf-open").nth(3).wait_for()
    wait_until_still(page)
    _screen(page).save(folder / "generator.png")
    assert Image.open(folder / "generator.png").width == SCREEN_PX


def test_of_the_webcam_at_work(live_page, app_url, folder):
    """A film of the page: the face moves, its box follows, the chart grows."""
    page = live_page
    page.goto(f"{app_url}/Webcam")
    page.get_by_text("The camera is off").wait_for()
    page.frame_locator("iframe[title*=webrtc]").get_by_role("button", name="START").click()
    page.locator(".rf-scale").first.wait_for(timeout=90_000)
    film = []
    for _ in range(FILM_FRAMES):
        page.wait_for_timeout(FILM_STEP_MS)
        film.append(_screen(page))
    _write_film(film, folder / "webcam.gif")
    shown = Image.open(folder / "webcam.gif")
    assert shown.n_frames > FILM_FRAMES / 2, "the page stood still"


def _screen(page) -> Image.Image:
    """What the window shows now."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _write_film(frames: list[Image.Image], file: Path) -> None:
    """A GIF that runs for ever; one palette for all frames keeps what stands still small."""
    height = round(frames[0].height * FILM_WIDTH_PX / frames[0].width)
    small = [each.resize((FILM_WIDTH_PX, height), Image.Resampling.LANCZOS) for each in frames]
    palette = small[0].quantize(192)
    first, *others = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in small]
    first.save(
        file, save_all=True, append_images=others, duration=FILM_STEP_MS, loop=0, optimize=True
    )
