"""The Evaluation page in a real browser: measure, cancel, drag the threshold, narrow screen."""

import json
import re

import pytest

from core.evaluation.sources import KINDS
from core.inference.networks import load_calibration
from ui.evaluation.figure_names import SOURCE_PX

pytestmark = pytest.mark.browser
CELL_PADDING_PX = 16  # of a table's cell, on both sides together
# The widest of some words as a table writes them; the table itself is a canvas.
WIDEST = """words => {
    const ink = document.createElement('canvas').getContext('2d');
    const table = document.querySelector('[data-testid=stDataFrame]');
    ink.font = '14px ' + getComputedStyle(table).fontFamily;
    return Math.max(...words.map(word => ink.measureText(word).width));
}"""


def _open(page, app_url):
    page.goto(f"{app_url}/Evaluation")
    page.get_by_text("Measured once when they were published").wait_for()


def _measure(page, faces: int):
    count = page.get_by_label("Faces (10 to 2,500)", exact=True)
    count.fill(str(faces))
    count.press("Enter")
    page.get_by_role("button", name="Measure", exact=True).last.click()


def _no_traceback(page) -> None:
    assert page.locator("[data-testid=stException]").count() == 0


def test_measure_and_download(page, app_url):
    _open(page, app_url)
    _measure(page, 20)
    page.get_by_text("Who was called what").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Figures (JSON)").click()
    figures = json.loads(caught.value.path().read_text())
    assert figures["n_fake"] == 20 and 0 <= figures["detected"] <= 1
    threshold = load_calibration(name="both").threshold
    assert figures["calibration"]["threshold"] == pytest.approx(threshold, abs=0.01)
    assert len(figures["model_sha256"]) == 64
    assert caught.value.suggested_filename.endswith("_threshold50.json")
    _no_traceback(page)


def test_cancel_keeps_what_is_done(page, app_url):
    _open(page, app_url)
    _measure(page, 2000)
    page.get_by_text(re.compile("Judged [1-9][0-9]+ of")).first.wait_for()
    again = page.get_by_role("button", name="Measure", exact=True).last
    assert again.is_disabled()
    page.get_by_role("button", name="Cancel, keep what is done").click()
    page.get_by_text("Stopped early").wait_for()
    page.locator(".st-key-ev_go button:enabled").wait_for()
    page.get_by_text("Who was called what").wait_for()
    _no_traceback(page)


def test_the_tables_by_generator_cut_no_name(page, app_url):
    page.goto(f"{app_url}/Evaluation?view=generalization")
    page.locator("[data-testid=stDataFrame]").first.wait_for()
    widest_px = page.evaluate(WIDEST, list(KINDS.values()))
    assert 100 < widest_px <= SOURCE_PX - CELL_PADDING_PX


def test_nothing_sticks_out_of_a_narrow_screen(page, app_url):
    page.set_viewport_size({"width": 400, "height": 900})
    _open(page, app_url)
    _measure(page, 10)
    page.get_by_text("Who was called what").wait_for()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    _no_traceback(page)
