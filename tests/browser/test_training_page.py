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


@pytest.mark.parametrize("view", ["compare", "runs", "models"])
def test_nothing_is_wider_than_the_screen(page, app_url, view):
    page.set_viewport_size({"width": 400, "height": 900})
    _open(page, app_url, view)
    if view == "models":
        page.get_by_text("P(fake) lies between").wait_for()
    assert_nothing_sticks_out(page, 400, 1280)
    assert page.locator("[data-testid=stException]").count() == 0
