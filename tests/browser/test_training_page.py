"""The Training page in a real browser: a run is started, followed and finished; narrow screens."""

import shutil
import uuid

import pytest

from core.config import RUNS_DIR
from tests.browser.screen import assert_nothing_sticks_out
from tests.conftest import write_dataset

pytestmark = pytest.mark.browser


@pytest.fixture
def run_name():
    name = f"test-{uuid.uuid4().hex[:8]}"
    yield name
    shutil.rmtree(RUNS_DIR / name, ignore_errors=True)


def _open(page, app_url, view):
    page.goto(f"{app_url}/Training?view={view}")
    page.get_by_role("heading", name="Training", exact=True).wait_for()


def test_a_run_from_start_to_end(page, app_url, run_name, tmp_path):
    data = write_dataset(tmp_path / "set", {"train": 40, "valid": 8})
    _open(page, app_url, "runs")
    page.get_by_label("Name of the run").fill(run_name)
    page.get_by_label("Data set: a folder").fill(str(data))
    page.get_by_label("Data set: a folder").press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("is being trained").wait_for()
    page.reload()  # it goes on without the page
    page.get_by_text(f"Finished {run_name}").wait_for(timeout=180_000)
    page.get_by_text("epochs finished").wait_for()
    assert (RUNS_DIR / run_name / "history.csv").read_text().count("\n") == 4
    assert page.locator("[data-testid=stException]").count() == 0


def test_what_waits_in_line_is_its_owners_after_a_reload(
    page, browser, app_url, run_name, tmp_path
):
    data = write_dataset(tmp_path / "set", {"train": 40, "valid": 8})
    _open(page, app_url, "runs")
    page.get_by_label("Name of the run").fill(run_name)
    page.get_by_label("Epochs").fill("500")
    page.get_by_label("Data set: a folder").fill(str(data))
    page.get_by_label("Data set: a folder").press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("is being trained").wait_for()
    page.get_by_text("Let another run wait in line").click()
    page.get_by_label("Name of the run").fill(f"{run_name}-next")
    page.get_by_label("Name of the run").press("Enter")
    page.get_by_role("button", name="Wait in line", exact=True).click()
    page.get_by_text(f"{run_name}-next", exact=True).wait_for()
    other = browser.new_context().new_page()
    _open(other, app_url, "runs")
    other.get_by_text(f"{run_name}-next", exact=True).wait_for()
    assert other.get_by_role("button", name="Take it back").count() == 0
    other.context.close()
    page.reload()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text(f"{run_name}-next", exact=True).wait_for(state="detached")
    page.get_by_role("button", name="Stop", exact=True).click()  # no question: it is mine
    page.get_by_text(f"Stopped {run_name}").wait_for()
    page.reload()
    page.get_by_role("button", name="Start", exact=True).wait_for()
    assert page.get_by_text(f"Stopped {run_name}").count() == 0
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("view", ["compare", "runs", "models"])
def test_nothing_is_wider_than_the_screen(page, app_url, view):
    page.set_viewport_size({"width": 400, "height": 900})
    _open(page, app_url, view)
    if view == "models":
        page.get_by_text("P(fake) lies between").wait_for()
    assert_nothing_sticks_out(page, 400, 1280)
    assert page.locator("[data-testid=stException]").count() == 0
