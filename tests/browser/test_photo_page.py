"""The main job in a real browser: drop a photo, read the verdict, take the results along."""

import base64
import csv
import hashlib
import io
import json
import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from core.config import MAX_FILE_BYTES
from core.inference.networks import load_calibration
from core.inference.report import percent
from core.inference.verdict import WORDS, exact
from tests.browser.screen import assert_nothing_sticks_out, wait_until_still
from tests.conftest import encode

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def _drop(page, *files: tuple[str, bytes]) -> None:
    payload = [{"name": n, "mimeType": "image/jpeg", "buffer": data} for n, data in files]
    page.locator("input[type=file]").first.set_input_files(payload)


def _open_photo(page, app_url):
    page.goto(f"{app_url}/Photo")
    page.get_by_text("No photo judged yet").wait_for()


def _scales(page) -> list[str]:
    """What a screen reader hears of each face's scale."""
    return [scale.get_attribute("aria-label") for scale in page.locator(".rf-scale").all()]


def _no_traceback(page) -> None:
    assert page.locator("[data-testid=stException]").count() == 0


def test_from_the_home_page_to_a_verdict_and_the_downloads(page, app_url, examples, inspector):
    page.goto(app_url)
    page.get_by_text("How far to trust it").wait_for()
    _drop(page, ("group.jpg", examples["Group of four"]))
    page.get_by_role("button", name="All verdicts (JSON)").wait_for()
    page.locator(".rf-scale").nth(3).wait_for()
    expected = inspector.judge_file("group.jpg", examples["Group of four"])
    for label, face in zip(_scales(page), expected.faces, strict=True):
        assert f"P(fake) {percent(face.p_fake)} " in label and "generated from" in label

    with page.expect_download() as caught:
        page.get_by_role("button", name="All verdicts (JSON)").click()
    (entry,) = json.loads(caught.value.path().read_text())
    assert entry["path"] == "group.jpg" and len(entry["faces"]) == 4
    assert all(face["says"] == WORDS[face["verdict"]] for face in entry["faces"])
    assert entry["faces"][0]["p_fake"] == pytest.approx(expected.faces[0].p_fake, abs=1e-4)

    with page.expect_download() as caught:
        page.get_by_role("button", name="All verdicts (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(caught.value.path().read_text("utf-8-sig"))))
    assert [row["face"] for row in rows] == ["1", "2", "3", "4"]

    with page.expect_download() as caught:
        page.get_by_role("button", name="Annotated photo (PNG)").click()
    assert caught.value.suggested_filename == "group_judged.png"
    drawn = np.asarray(Image.open(caught.value.path()))
    assert drawn.shape == (760, 1200, 3)
    _no_traceback(page)


def test_a_report_to_hand_on(page, app_url, examples, tmp_path):
    _open_photo(page, app_url)
    _drop(page, ("<b>me & you.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Report (HTML)").click()
    file = tmp_path / "report.html"
    caught.value.save_as(file)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Report (JSON)").click()
    facts = json.loads(caught.value.path().read_text())
    assert facts["picture"]["sha256"] == hashlib.sha256(examples["Portrait A"]).hexdigest()

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.get_by_role("heading", name="<b>me & you.jpg").wait_for()
    page.get_by_text(facts["model"]["model_sha256"]).wait_for()
    pictures = page.locator("img").all()
    assert len(pictures) == 2
    assert all(picture.evaluate("image => image.naturalWidth > 0") for picture in pictures)
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data"}
    page.evaluate("document.querySelector('li').textContent = 'f'.repeat(128)")  # as a file may say
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.fixture
def phone(browser):
    context = browser.new_context(
        viewport={"width": 400, "height": 850}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


class TestOnAPhone:
    def test_the_verdict_comes_first(self, phone, app_url, examples):
        _open_photo(phone, app_url)
        _drop(phone, ("me.jpg", examples["Portrait A"]))
        phone.locator(".rf-scale").wait_for()
        phone.get_by_role("button", name="Clear results").wait_for()
        wait_until_still(phone)  # the drop zone folds
        marks = (
            phone.locator(".rf-counts"),
            phone.locator(".rf-trust").first,
            phone.locator(".rf-scale"),
            phone.get_by_role("img", name="me.jpg with a box"),
            phone.get_by_role("button", name="Report (HTML)"),
        )
        heights = [mark.bounding_box()["y"] for mark in marks]
        assert heights == sorted(heights)
        assert heights[2] < 850  # the verdict's scale, without scrolling
        assert_nothing_sticks_out(phone, 400)

    def test_of_several_faces_the_picture_with_their_numbers_comes_first(
        self, phone, app_url, examples
    ):
        _open_photo(phone, app_url)
        _drop(phone, ("group.jpg", examples["Group of four"]))
        phone.locator(".rf-scale").nth(3).wait_for()
        wait_until_still(phone)
        marks = (
            phone.locator(".rf-counts"),
            phone.get_by_role("img", name="group.jpg with a box"),
            phone.locator(".rf-scale").first,
        )
        heights = [mark.bounding_box()["y"] for mark in marks]
        assert heights == sorted(heights)
        assert phone.locator(".rf-scale .tick.last").first.is_visible()

    def test_the_menu_folds_after_a_tap(self, phone, app_url):
        _open_photo(phone, app_url)
        phone.locator("[data-testid=stExpandSidebarButton]").tap()
        menu = phone.locator("[data-testid=stSidebar]")
        expect(menu).to_have_attribute("data-collapsed", "false", timeout=20_000)
        menu.get_by_role("link", name="About").tap()
        phone.get_by_role("heading", name="About").wait_for()
        expect(menu).to_have_attribute("data-collapsed", "true", timeout=20_000)


def test_a_file_taken_out_takes_its_result_along(page, app_url, examples):
    _open_photo(page, app_url)
    _drop(page, ("a.jpg", examples["Portrait A"]), ("b.jpg", examples["Portrait B"]))
    page.get_by_text("Select a row").wait_for()
    page.get_by_text("Photos and settings").click()
    page.get_by_role("button", name="Remove b.jpg").click()
    page.get_by_text("Select a row").wait_for(state="detached")
    page.get_by_role("heading", name="a.jpg", exact=True).wait_for()
    _no_traceback(page)


def test_a_link_with_a_network_judges_with_it(page, app_url, examples, inspector):
    page.goto(f"{app_url}/Photo?network=cnn")
    page.get_by_text("No photo judged yet").wait_for()
    _drop(page, ("a.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    alone = inspector.with_network("cnn").judge_file("a.jpg", examples["Portrait A"]).faces[0]
    assert f"P(fake) {percent(alone.p_fake)} " in _scales(page)[0]
    page.get_by_role("link", name="About").click()
    page.get_by_text("What it cannot do").first.wait_for()
    assert urlsplit(page.url).query == ""


def test_an_example_is_a_picture_to_press(page, app_url):
    page.goto(app_url)
    picture = page.get_by_role("img", name="Portrait B")
    picture.wait_for()
    place = picture.bounding_box()
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 4)
    page.get_by_role("heading", name="Portrait B.jpg").wait_for()
    page.locator(".rf-scale").wait_for()


def test_results_are_still_there_after_another_page(page, app_url, examples):
    _open_photo(page, app_url)
    _drop(page, ("me.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    before = _scales(page)
    page.get_by_role("link", name="About").click()
    page.get_by_text("What it cannot do").first.wait_for()
    page.get_by_role("link", name="Photo", exact=True).click()
    page.locator(".rf-scale").wait_for()
    assert _scales(page) == before
    page.get_by_role("button", name="Clear results").click()
    page.get_by_text("No photo judged yet").wait_for()


def test_many_photos_bad_ones_among_them(page, app_url, examples):
    _open_photo(page, app_url)
    good = examples["Portrait B"]
    _drop(
        page,
        ("broken.jpg", good[:900]),
        ("empty.png", b""),
        ("notes.jpg", b"just text"),
        ("\U0001f600 name.jpg", good),
        ("twin.jpg", good),
        ("twin.jpg", examples["Portrait C"]),
    )
    page.get_by_role("heading", name="twin.jpg (2)").wait_for()
    page.locator(".rf-scale").wait_for()
    page.get_by_text("Select a row").wait_for()
    _no_traceback(page)


def test_a_file_over_the_limit_is_named_and_the_rest_judged(page, app_url, examples, tmp_path):
    large, small = tmp_path / "large.jpg", tmp_path / "small.jpg"
    large.write_bytes(examples["Portrait A"] + bytes(MAX_FILE_BYTES + 10 * 2**20))
    small.write_bytes(examples["Portrait A"])
    page.goto(app_url)
    page.get_by_text("How far to trust it").wait_for()
    said = page.get_by_text("Not taken: large.jpg (30.").locator("visible=true")
    page.locator("input[type=file]").first.set_input_files([large])
    said.wait_for()
    page.locator("input[type=file]").first.set_input_files([large, small])
    page.locator(".rf-scale").wait_for()
    said.wait_for()  # on the Photo page, whose drop zone never saw it
    assert page.locator(".rf-scale").count() == 1
    page.get_by_role("button", name="Clear results").click()
    page.get_by_text("No photo judged yet").wait_for()
    said.wait_for(state="detached")
    _no_traceback(page)


def test_a_threshold_moved_quickly_leaves_every_photo_in_its_place(page, app_url, examples):
    page.goto(app_url)
    page.get_by_text("How far to trust it").wait_for()
    _drop(page, ("home.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    page.get_by_text("Photos and settings").click()
    _drop(page, ("one.jpg", examples["Portrait B"]), ("two.jpg", examples["Portrait C"]))
    page.get_by_text("Select a row").wait_for()
    wait_until_still(page)
    page.get_by_text("Photos and settings").click()
    page.get_by_role("button", name="Settings", exact=True).click()
    slider = page.get_by_role("slider", name="Called generated from")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft", delay=60)
        page.wait_for_timeout(120)
    own = round(load_calibration(name="both").unsure_high, 2) - 0.1
    page.get_by_text(f"called generated from P(fake) {exact(own)} on, as you set it").wait_for()
    wait_until_still(page)
    page.keyboard.press("Escape")
    with page.expect_download() as caught:
        page.get_by_role("button", name="All verdicts (JSON)").click()
    entries = json.loads(caught.value.path().read_text())
    assert [entry["path"] for entry in entries] == ["home.jpg", "one.jpg", "two.jpg"]


def test_home_cuts_no_words_of_its_figures(page, app_url):
    page.goto(app_url)
    page.get_by_text("How far to trust it").wait_for()
    words = page.locator("[data-testid=stMetricLabel] p")
    expect(words).to_have_count(4)
    cut = "parts => parts.filter(part => part.scrollWidth > part.clientWidth + 1).length"
    for width in (400, 900, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_still(page)
        assert words.evaluate_all(cut) == 0, f"on a screen of {width} px"


def test_the_camera_takes_a_picture(page, app_url):
    _open_photo(page, app_url)
    page.get_by_role("tab", name="Camera").click()
    page.get_by_text("Use the camera").click()
    page.get_by_text("Take a single one instead").click()
    picture = "document.querySelector('[data-testid=stCameraInput] video')"
    page.wait_for_function(f"{picture}?.readyState === 4")
    page.get_by_role("button", name="Take Photo").click()
    page.get_by_role("heading", name="camera.jpg").wait_for()
    page.get_by_text("No face was found").first.wait_for()  # the fake device shows a test card
    _no_traceback(page)


def test_no_third_party_is_contacted(page, app_url, examples):
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(app_url)
    page.get_by_text("How far to trust it").wait_for()
    _open_photo(page, app_url)
    _drop(page, ("me.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    page.wait_for_timeout(1500)
    assert hosts - {None, ""} == {"localhost"}  # blob: and data: addresses have no host


@pytest.mark.parametrize("width", [1280, 820, 400])
def test_no_figure_of_the_home_page_is_cut(page, app_url, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(app_url)
    page.get_by_text("Of 100 generated ones it is unsure about").wait_for()
    cut = page.eval_on_selector_all(
        "[data-testid=stMetric] *",
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1"
        " && getComputedStyle(one).overflow !== 'visible').map(one => one.innerText)",
    )
    assert cut == []


def test_the_heat_map(page, app_url, examples):
    _open_photo(page, app_url)
    _drop(page, ("me.jpg", examples["Portrait A"]))
    page.locator(".rf-scale").wait_for()
    page.get_by_text("Heat map").first.click()
    page.get_by_text("What each area adds").first.wait_for()
    _no_traceback(page)


ODD_NAMES = (
    "*star* _under_ ~~x~~ :red[red] `code`.jpg",
    ":smile: :material_home: -> <- arrow -- dash.jpg",
    "price $5 and $6 <b>&copy; me@home.de www.x.de.jpg",
)


def test_names_are_drawn_as_they_are(page, app_url, examples):
    _open_photo(page, app_url)
    for number, name in enumerate(ODD_NAMES):
        _drop(page, (name, examples["Portrait A"] + bytes([number])))
        page.get_by_role("heading", name=name, exact=True).wait_for()
    page.goto(f"{app_url}/Dataset")
    for name in ODD_NAMES:  # here the name is within Markdown
        page.get_by_role("textbox").first.fill(f"/{name}")
        page.get_by_role("textbox").first.press("Enter")
        page.wait_for_function(
            "name => document.querySelector('[data-testid=stAlert]')?.innerText"
            ".replaceAll('\u2060', '').includes(`no folder /${name}. Check`)",
            arg=name,
        )
        alert = page.locator("[data-testid=stAlert]").first
        assert alert.locator("a, code, em, del, .katex, [style*=color]").count() == 0


# The page's words stand before its script has run: a paste at that very moment is nobody's.
TAKES_PASTES = (
    "window.tooLarge && document.querySelector('[data-testid=stFileUploader] input[multiple]')"
)
PASTE = """(data) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "pasted.jpg", {type: "image/jpeg"}));
  const event = new ClipboardEvent("paste", {clipboardData: carried, bubbles: true});
  document.body.dispatchEvent(event);
}"""


def test_a_picture_can_be_pasted_anywhere_on_the_page(page, app_url, examples):
    _open_photo(page, app_url)
    page.wait_for_function(TAKES_PASTES)
    page.evaluate(PASTE, base64.b64encode(examples["Portrait A"]).decode())
    page.get_by_role("heading", name="pasted.jpg").wait_for()
    page.locator(".rf-scale").wait_for()
    _no_traceback(page)


@pytest.mark.parametrize("size", [(65500, 40), (3000, 2), (1, 1), (2, 3000)])
def test_no_size_of_a_picture_breaks_the_page(page, app_url, size):
    _open_photo(page, app_url)
    _drop(page, ("odd.png", encode(Image.new("RGB", size, "gray"))))
    page.get_by_role("heading", name="odd.png").wait_for()
    page.get_by_role("button", name="Clear results").wait_for()
    page.wait_for_function("document.querySelector('img[alt^=\"odd.png\"]').naturalHeight > 0")
    shown = page.get_by_role("img", name="odd.png with a box").bounding_box()
    assert 20 <= shown["height"] <= 1700 and shown["width"] <= 1280
    _no_traceback(page)


def _drag(page, place: dict, *, touch: bool) -> None:
    """Draw a box over a place, from a fifth of it to seven tenths."""
    ends = [
        (place["x"] + share * place["width"], place["y"] + share * place["height"])
        for share in (0.2, 0.5, 0.7)
    ]
    if not touch:
        page.mouse.move(*ends[0])
        page.mouse.down()
        for end in ends[1:]:
            page.mouse.move(*end, steps=5)
        page.mouse.up()
        return
    hand = page.context.new_cdp_session(page)
    for kind, points in (("Start", ends[:1]), ("Move", ends[1:2]), ("Move", ends[2:]), ("End", [])):
        fingers = [{"x": x, "y": y} for x, y in points]
        hand.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})
        page.wait_for_timeout(60)


@pytest.mark.parametrize(("width", "touch"), [(1280, False), (400, True)])
def test_a_face_is_marked_on_the_picture(browser, app_url, portrait, width, touch):
    context = browser.new_context(viewport={"width": width, "height": 900}, has_touch=touch)
    page = context.new_page()
    page.set_default_timeout(60_000)
    _open_photo(page, app_url)
    _drop(page, ("face.png", encode(portrait)))
    page.locator(".rf-scale").wait_for()
    page.get_by_text("Mark a face", exact=True).click()
    surface = page.locator(".js-plotly-plot .nsewdrag").first
    surface.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    _drag(page, surface.bounding_box(), touch=touch)
    for slider in page.locator("[data-testid=stSlider]").all():  # 102 and 358 of 512 px
        expect(slider).to_have_text(re.compile(r"(9\d|10\d|11\d)\D*3[56]\d"), use_inner_text=True)
    page.get_by_role("button", name="Judge this box").click()
    page.get_by_text("Marked by hand").wait_for()
    assert page.locator(".rf-scale").count() == 1  # the same face, marked
    assert_nothing_sticks_out(page, width)
    _no_traceback(page)
    context.close()


def test_nothing_is_wider_than_the_screen(page, app_url, examples):
    page.set_viewport_size({"width": 400, "height": 900})
    _open_photo(page, app_url)
    noise = np.random.default_rng(0).integers(0, 255, (40, 1600, 3), dtype=np.uint8)
    _drop(page, ("group.jpg", examples["Group of four"]), ("wide.png", encode(noise)))
    page.get_by_text("Select a row").wait_for()
    assert_nothing_sticks_out(page, 400, 1280)
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app_url}/About")
    page.get_by_text("What it cannot do").first.wait_for()
    assert_nothing_sticks_out(page, 400, 1280)
