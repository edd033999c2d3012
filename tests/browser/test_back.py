"""The browser's Back: closes a face, goes back a page, is not in the way of a slider."""

import re

import pytest

from tests.browser.screen import wait_until_still
from tests.conftest import write_dataset

pytestmark = pytest.mark.browser


def _turn_psi(page, times: int) -> None:
    thumb = page.get_by_role("slider", name="Truncation psi")
    for _ in range(times):
        before = page.url
        thumb.press("ArrowLeft")
        page.wait_for_function("before => location.href !== before", arg=before)


def test_back_closes_a_generated_face_and_leaves_the_page_only_then(page, app_url):
    page.goto(app_url)
    page.get_by_role("link", name="Generator").first.click()
    page.locator("a.rf-open").first.wait_for()
    wait_until_still(page)
    _turn_psi(page, 3)
    grid = page.url
    page.locator("a.rf-open").nth(1).click()
    page.wait_for_url(re.compile("view=one"))
    wait_until_still(page)
    page.go_back()
    page.locator("a.rf-open").first.wait_for()
    wait_until_still(page)
    assert page.url == grid
    page.go_back()
    page.get_by_text("Or try one of these").wait_for()
    wait_until_still(page)
    assert page.url.rstrip("/") == app_url  # none of the Generator's parameters came along
    page.go_forward()
    page.locator("a.rf-open").first.wait_for()
    wait_until_still(page)
    assert page.url == grid


def test_back_from_a_face_that_was_judged_as_a_photo_finds_that_face(page, app_url):
    page.goto(f"{app_url}/Generator?view=one&seed=42&psi=0.7")
    page.get_by_role("button", name="Judge it as a photo").click()
    page.get_by_text("dcgan seed 42.png").first.wait_for()
    wait_until_still(page)
    assert page.url == f"{app_url}/Photo"
    page.go_back()
    page.get_by_text("Seed 42", exact=True).wait_for()
    wait_until_still(page)
    assert page.url == f"{app_url}/Generator?view=one&seed=42&psi=0.7"


def test_back_closes_a_face_of_a_data_set(page, app_url, tmp_path):
    folder = write_dataset(tmp_path / "set", {"test": 3}, 64)
    page.goto(f"{app_url}/Dataset?data={folder}")
    page.get_by_role("button", name="Look at 1", exact=True).click()
    page.wait_for_url(re.compile("face="))
    wait_until_still(page)
    page.go_back()
    page.get_by_role("button", name="Look at 1", exact=True).wait_for()
    wait_until_still(page)
    assert "face=" not in page.url and "data=" in page.url
