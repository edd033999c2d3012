"""Every page in both themes, on a desk and on a phone: nothing keeps anybody out (axe-core)."""

import pytest

from core import quiz
from tests.browser.screen import wait_until_still
from tests.conftest import write_dataset

pytestmark = pytest.mark.browser

VIEWS = {
    "home": "/",
    "photo": "/Photo",
    "webcam": "/Webcam",
    "quiz": "/Quiz?quiz=42",
    "scores": "/Quiz?result={code}&class={code}",
    "data set": "/Dataset?data={data}",
    "one face of it": "/Dataset?data={data}&face=test/real/camera_0.png",
    "what is in it": "/Dataset?data={data}&view=understand",
    "curves": "/Training?view=compare",
    "train": "/Training?view=runs",
    "faces": "/Generator?view=faces",
    "one face": "/Generator?view=one",
    "measure": "/Evaluation",
    "damage": "/Evaluation?view=robustness",
    "generators": "/Evaluation?view=generalization",
    "about": "/About",
}
SCHEMES, WIDTHS_PX = ("light", "dark"), (1280, 400)
UNFOLD = "document.querySelectorAll('details:not([open]) > summary').forEach(it => it.click())"
# The page follows another theme by a run of its own.
DRAWN = """scheme => scheme ===
    getComputedStyle(document.documentElement).getPropertyValue('--rf-drawn').trim()"""
# What lies in Streamlit's own parts, out of our reach: rule -> what its HTML says of itself.
STREAMLITS = {
    "aria-allowed-role": 'data-testid="stFileUploaderDropzone"',
}


@pytest.fixture(scope="module")
def any_page(browser):
    context = browser.new_context(
        viewport={"width": WIDTHS_PX[0], "height": 900}, permissions=["camera"]
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> dict[str, str]:
    folder = write_dataset(tmp_path_factory.mktemp("axe") / "set", {"test": 3}, 64)
    said = [card.truth for card in quiz.deal(42)]
    return {
        "data": str(folder),
        "code": quiz.to_code(42, said, quiz.load_painter().version),
    }


def _violations(page) -> list[str]:
    """What axe finds serious or moderate and is ours, in words."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] != "minor"
        for node in each["nodes"]
        if STREAMLITS.get(each["id"], "\0") not in node["html"]
    ]


def _check(page) -> None:
    """Let axe look in both themes and at all widths; end as it began."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(DRAWN, arg=scheme)
        wait_until_still(page)
        page.evaluate(UNFOLD)
        for width in WIDTHS_PX:
            page.set_viewport_size({"width": width, "height": 900})
            wait_until_still(page)
            assert not _violations(page), f"{scheme}, at {width} px"
        page.set_viewport_size({"width": WIDTHS_PX[0], "height": 900})
    page.emulate_media(color_scheme=SCHEMES[0])


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_keeps_anybody_out(any_page, app_url, places, view):
    any_page.goto(app_url + VIEWS[view].format(**places))
    any_page.locator("h1").first.wait_for()
    wait_until_still(any_page)
    assert any_page.locator("[data-testid=stException]").count() == 0
    _check(any_page)


def test_nor_do_the_verdicts_on_photos(any_page, app_url):
    any_page.goto(app_url)
    any_page.get_by_role("button", name="Group of four", exact=True).click()
    any_page.locator(".rf-scale").nth(3).wait_for()
    _check(any_page)


# The ground of Streamlit's own parts, and the words of ours.
COLOURS = {
    "light": ["rgb(255, 255, 255)", "rgb(75, 85, 99)"],
    "dark": ["rgb(16, 22, 31)", "rgb(195, 202, 213)"],
}


def _colours(page) -> list[str]:
    return page.evaluate(
        """[getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor,
            getComputedStyle(document.querySelector('.rf-lead')).color]"""
    )


def test_dark_mode_follows_the_browser(browser, app_url):
    found = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{app_url}/About")
        page.locator(".rf-lead").first.wait_for()
        wait_until_still(page)
        found[scheme] = _colours(page)
        context.close()
    assert found == COLOURS


def test_another_theme_of_the_menu_is_followed_at_once(browser, app_url):
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{app_url}/About")
    page.locator(".rf-lead").first.wait_for()
    wait_until_still(page)
    page.get_by_test_id("stMainMenu").click()
    for name in ("Dark", "Light"):
        page.get_by_test_id(f"stMainMenuItem-theme-{name}").click()
        page.wait_for_timeout(300)  # before the page runs again; colours fade over
        assert _colours(page) == COLOURS[name.lower()]
    context.close()


INK = """() => getComputedStyle(document.querySelector('.js-plotly-plot .legendtext')).fill"""


def test_charts_follow_another_theme_of_the_menu(browser, app_url):
    context = browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{app_url}/Evaluation?view=robustness")
    page.locator(".js-plotly-plot .legendtext").first.wait_for()
    wait_until_still(page)
    before = page.evaluate(INK)
    page.get_by_test_id("stMainMenu").click()
    for name, same in (("Dark", False), ("Light", True)):
        page.get_by_test_id(f"stMainMenuItem-theme-{name}").click()
        page.wait_for_function(f"([ink, same]) => (({INK})() === ink) === same", arg=[before, same])
    context.close()
