"""How a page fits on screens."""

RUNNING = "[data-testid=stStatusWidget], [data-testid=stSkeleton]"
STILL = """running => {
    const main = document.querySelector('[data-testid=stMain]');
    const now = [main.innerHTML.length, main.scrollWidth, main.scrollHeight].join();
    const same = now === window.testSaw && !document.querySelector(running);
    window.testSaw = now;
    return same;
}"""


def wait_until_still(page) -> None:
    """Wait until the script has run to its end and the page has stopped changing."""
    page.evaluate("delete window.testSaw")
    page.wait_for_function(STILL, arg=RUNNING, polling=250)


def assert_nothing_sticks_out(page, *widths_px: int) -> None:
    """On screens of these widths the page is no wider than the screen, once it is complete."""
    for width_px in widths_px:
        page.set_viewport_size({"width": width_px, "height": 900})
        wait_until_still(page)
        shown_px = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert shown_px <= width_px, f"{shown_px} px on a screen of {width_px} px"


def whole_page(page, width_px: int) -> bytes:
    """A PNG of the page from its top to its end, on a screen of this width."""
    page.set_viewport_size({"width": width_px, "height": 900})
    wait_until_still(page)
    height_px = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width_px, "height": height_px + 20})
    wait_until_still(page)
    return page.screenshot()
