"""The Generator page in a real browser: drag a slider, see another face; films; narrow screens."""

import io

import numpy as np
import pytest
from PIL import Image

from core.generators.request import SLIDERS
from tests.browser.screen import assert_nothing_sticks_out, wait_until_still

pytestmark = pytest.mark.browser


def _open(page, app_url, query=""):
    page.goto(f"{app_url}/Generator{query}")
    page.get_by_text("Every face here is machine-made").wait_for()


FACE = "[...document.querySelectorAll('[data-testid=stImage] img')].find(i => i.width > 200)"


def _picture(page) -> str:
    """The face's full address; those at the ends of the sliders are small."""
    return page.wait_for_function(f"({FACE})?.src").json_value()


def _no_traceback(page) -> None:
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_dragged_slider_shows_another_face(page, app_url):
    _open(page, app_url, "?view=one&seed=3")
    before = _picture(page)
    thumb = page.locator(".st-key-gen_direction_0").get_by_role("slider")
    box = thumb.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    page.wait_for_function(
        f"before => ({FACE}).src != before",
        arg=before,
    )
    page.wait_for_function("location.search.includes('directions=')")
    link = page.url
    moved = page.request.get(_picture(page)).body()
    page.goto(link)  # the link shows the same face again
    page.get_by_text("Every face here is machine-made").wait_for()
    again = page.request.get(_picture(page)).body()
    assert moved == again
    _no_traceback(page)


def test_on_a_phone_the_face_stays_in_sight_above_each_slider(page, app_url):
    page.set_viewport_size({"width": 400, "height": 800})
    _open(page, app_url, "?view=one&seed=3")
    _picture(page)
    wait_until_still(page)
    for number in range(SLIDERS):
        slider = page.locator(f".st-key-gen_direction_{number}")
        slider.evaluate("slider => slider.scrollIntoView({block: 'center'})")
        face = page.evaluate(f"({FACE}).getBoundingClientRect().toJSON()")
        assert 0 <= face["top"] < face["bottom"] <= slider.bounding_box()["y"]


def test_the_saved_picture_says_how_it_was_made(page, app_url):
    _open(page, app_url, "?view=one&seed=11&psi=0.7")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Picture (PNG)").click()
    image = Image.open(io.BytesIO(caught.value.path().read_bytes()))
    assert image.text["seed"] == "11" and image.text["psi"] == "0.7"
    assert np.asarray(image).shape == (128, 128, 3)


def test_a_film_plays_and_is_saved(page, app_url):
    _open(page, app_url, "?view=between&seed=1")
    page.get_by_role("button", name="Save MP4").wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save GIF").click()
    film = Image.open(caught.value.path())
    assert film.n_frames > 30
    _no_traceback(page)


def test_random_and_views_keep_what_was_set(page, app_url):
    _open(page, app_url)
    page.get_by_role("button", name="Random").click()
    page.wait_for_function("!/seed=0(&|$)/.test(location.search)")
    seed = page.locator("[data-testid=stNumberInput] input").first.input_value()
    page.get_by_text("One face", exact=True).click()
    page.get_by_text(f"Seed {seed}", exact=True).wait_for()
    page.get_by_role("link", name="About").click()
    page.get_by_text("What it cannot do").first.wait_for()
    page.get_by_role("link", name="Generator").click()
    page.get_by_text(f"Seed {seed}", exact=True).wait_for()
    _no_traceback(page)


@pytest.mark.parametrize("view", ["faces", "one", "between", "sums", "learning", "quality"])
def test_nothing_is_wider_than_the_screen(page, app_url, view):
    page.set_viewport_size({"width": 400, "height": 900})
    _open(page, app_url, f"?view={view}")
    assert_nothing_sticks_out(page, 400, 1280)
    _no_traceback(page)


def test_a_click_opens_a_face_in_the_same_session(page, app_url):
    _open(page, app_url, "?seed=40&count=4&psi=0.7")
    page.locator("a.rf-open").nth(2).click()
    page.get_by_text("Seed 42", exact=True).wait_for()
    page.wait_for_function("location.search.includes('view=one')")
    assert "seed=42" in page.url and "psi=0.7" in page.url
    page.get_by_role("button", name="Judge it as a photo").click()
    page.get_by_text("dcgan seed 42.png").first.wait_for()
    _no_traceback(page)
