"""The Dataset page in a real browser: arrow keys, a face closely, a link, narrow screens."""

import pytest

from tests.browser.screen import assert_nothing_sticks_out, wait_until_still
from tests.conftest import write_dataset

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("faces") / "set", {"train": 30}, 64)


def _open(page, app_url, query=""):
    page.goto(f"{app_url}/Dataset{query}")
    page.get_by_text("Photos of people stay").wait_for()


def _first(page) -> str:
    return page.locator(".rf-face").first.get_attribute("title")


def test_the_arrow_keys_turn_pages_and_step_through_faces(page, app_url, data):
    _open(page, app_url, f"?data={data}")
    page.locator(".rf-face").nth(20).wait_for()
    before = _first(page)
    wait_until_still(page)  # the faces come before the buttons that own the keys
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('page=2')")
    page.wait_for_function(
        "before => document.querySelector('.rf-face').title != before", arg=before
    )
    wait_until_still(page)  # the buttons of the page before are gone
    page.get_by_role("button", name="Look at 1", exact=True).click()
    page.get_by_text("22 of 60").wait_for()
    wait_until_still(page)
    page.keyboard.press("ArrowRight")
    page.get_by_text("23 of 60").wait_for()
    wait_until_still(page)
    page.keyboard.press("ArrowLeft")
    page.get_by_text("22 of 60").wait_for()
    page.wait_for_function("location.search.includes('face=')")
    shown = page.get_by_alt_text("A real face of camera").or_(
        page.get_by_alt_text("A fake face of machine")
    )
    shown.wait_for()
    link = page.url
    page.goto(link)
    page.get_by_text("22 of 60").wait_for()
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_filter_and_the_list_as_a_file(page, app_url, data):
    _open(page, app_url, f"?data={data}&label=fake&text=machine_1")
    page.get_by_text("11 of 60 faces").wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="List (CSV)").click()
    lines = caught.value.path().read_text().splitlines()
    assert len(lines) == 12 and lines[1].startswith("train/fake/machine_1")


@pytest.mark.parametrize("query", ["", "?data={}", "?data={}&face=train/real/camera_3.png"])
def test_nothing_is_wider_than_the_screen(page, app_url, data, query):
    page.set_viewport_size({"width": 400, "height": 900})
    _open(page, app_url, query.format(data))
    assert_nothing_sticks_out(page, 400, 1280)
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_lasso_on_the_map_filters_the_grid(page, app_url, tmp_path):
    data = write_dataset(tmp_path / "set", {"train": 3}, 64)
    page.set_viewport_size({"width": 1280, "height": 1500})  # the mouse reaches what is in sight
    _open(page, app_url, f"?data={data}&view=map")
    page.locator(".rf-face").nth(5).wait_for()
    wait_until_still(page)
    page.get_by_role("button", name="Make the map").click()
    page.locator(".js-plotly-plot .points path").nth(5).wait_for()
    wait_until_still(page)
    dot = page.locator(".js-plotly-plot .points path").first.bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x - 12, y - 12)
    page.mouse.down()
    for dx, dy in ((12, -12), (12, 12), (-12, 12), (-12, -12)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    page.get_by_text("of 6 faces chosen on the map").wait_for()
    wait_until_still(page)
    assert page.locator(".rf-face").count() < 6
    page.get_by_role("button", name="Choose none").click()
    page.locator(".rf-face").nth(5).wait_for()
    assert page.locator("[data-testid=stException]").count() == 0
