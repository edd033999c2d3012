"""From a press to what it asked for, on every page of the app, in a real browser.

    python -m bench.pages

One app is started and each page opened once, so that networks are loaded. Then each action is done
`ROUNDS` times: how long until anything on the page moves (the limit is 300 ms), until the result
stands there, and whether a bar or a spinner was to be seen where that took over a second, and a
time left where it took over five.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, ViewportSize, sync_playwright

from bench.app_start import wait_for
from bench.common import print_table, write_json
from core.config import ROOT
from tests.browser.conftest import CAMERA, CHROMIUM, FLAGS, free_port
from tests.browser.screen import wait_until_still
from tests.conftest import write_dataset

ROUNDS = 3
LIFE_MS, PROGRESS_MS, LEFT_MS = 300.0, 1000.0, 5000.0
TIMEOUT_MS = 180_000
SCREEN: ViewportSize = {"width": 1280, "height": 900}
# Times since the press: of the first change, of a bar or a spinner, of a time left.
WATCH = """() => {
  const told = window.benchTold = {start: null, life: null, progress: null, left: null};
  document.addEventListener("pointerdown", () => { told.start = performance.now(); },
                            {capture: true, once: true});
  new MutationObserver(() => {
    if (told.start === null) return;
    const now = performance.now() - told.start;
    told.life ??= now;
    const bar = document.querySelector("[data-testid=stProgress], [data-testid=stSpinner]");
    if (bar) told.progress ??= now;
    if (bar && / left/.test(bar.innerText)) told.left ??= now;
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


@dataclass(frozen=True)
class Action:
    """A press and what it asks for.

    Attributes:
        page: whose it is.
        name: of the action, for people.
        path: where it begins.
        press: what is pressed, a selector of Playwright's.
        result: what then stands there, another selector; it must not be there before.
    """

    page: str
    name: str
    path: str
    press: str
    result: str


def actions(data: Path) -> list[Action]:
    """Each page opened from the menu, and what one does on it.

    Args:
        data: a folder of faces.
    """
    menu = ("Photo", "Webcam", "You guess first", "Dataset", "Training", "Generator",
            "Evaluation", "About")  # fmt: skip
    opened = [
        Action(name, "open", "/", f"[data-testid=stSidebar] a:has-text('{name}')",
               f"h1:has-text('{name}')")
        for name in menu
    ]  # fmt: skip
    return [
        *opened,
        Action("Home", "judge an example", "/", "button:has-text('Portrait A')", ".rf-scale"),
        Action("You guess first", "guess", "/Quiz?quiz=42", "button:has-text('Generated')",
               "text=Face 2 of 10"),
        Action("Dataset", "look at a face", f"/Dataset?data={data}", "button:has-text('Look at 1')",
               ".rf-scale"),
        Action("Training", "see inside the networks", "/Training?view=runs",
               "button:has-text('The networks')", "text=parameters"),
        Action("Generator", "open a face", "/Generator?count=4", "a.rf-open",
               "text=What changes a face"),
        Action("Evaluation", "measure 200 faces", "/Evaluation",
               "button[kind=primary]:has-text('Measure')", "text=faces from seed"),
    ]  # fmt: skip


@contextmanager
def served() -> Generator[str]:
    """The app in a process of its own, and its address."""
    url = f"http://localhost:{free_port()}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.port", url.rsplit(":", 1)[1]],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def timed(page: Page, url: str, action: Action) -> dict[str, float | None]:
    """Do it once in a window of its own.

    Returns:
        life, progress, left: milliseconds since the press, None for what was not seen; and result.
    """
    page.goto(url + action.path)
    press = page.locator(action.press).first
    press.wait_for(timeout=TIMEOUT_MS)
    wait_until_still(page)
    page.evaluate(WATCH)
    press.click()
    page.locator(action.result).first.wait_for(timeout=TIMEOUT_MS)
    took_ms = page.evaluate("performance.now() - window.benchTold.start")
    return {**page.evaluate("window.benchTold"), "result": took_ms}


def row_of(action: Action, rounds: list[dict[str, float | None]]) -> dict:
    """What is kept of an action: medians, and whether the longest of its waits was told of."""
    slowest = max(rounds, key=lambda told: told["result"] or 0.0)
    life = statistics.median(told["life"] or told["result"] for told in rounds)
    result = statistics.median(told["result"] for told in rounds)
    return {
        "page": action.page,
        "action": action.name,
        "first_sign_ms": life,
        "result_ms": result,
        "first sign over 300 ms": life / LIFE_MS,
        "result over 1 s": result / PROGRESS_MS,
        "progress": _shown(slowest, "progress", PROGRESS_MS),
        "time left": _shown(slowest, "left", LEFT_MS),
    }


def _shown(told: dict[str, float | None], what: str, limit_ms: float) -> str:
    if told[what] is not None:
        return "shown"
    return "missing" if (told["result"] or 0.0) > limit_ms else "not needed"


def main() -> int:
    """Run all; the exit code is 1 where an action brought no result, and the others are kept."""
    rows, failed = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, served() as url:
        data = write_dataset(Path(folder) / "set", {"test": 12}, 128)
        options = {"executable_path": str(CHROMIUM), "args": [*FLAGS, *CAMERA]}
        chromium = playwright.chromium.launch(**options)
        for action in actions(data):
            rounds = []
            try:
                for _ in range(1 + ROUNDS):  # the first one loads what the page needs
                    with chromium.new_context(viewport=SCREEN) as window:
                        rounds.append(timed(window.new_page(), url, action))
            except TimeoutError as error:
                failed.append(f"{action.page}, {action.name}: {error}")
                continue
            rows.append(row_of(action, rounds[1:]))
        chromium.close()
    print_table(rows)
    write_json("pages", rows)
    print("\n".join(failed), file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
