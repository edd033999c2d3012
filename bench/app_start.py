"""Time from `streamlit run` to the drawn first page: ours beside an empty app, in one run.

    python -m bench.app_start

Both start in turn, in fresh processes, and a real browser (chromium) waits for the page's
heading.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.common import median_ms, print_table, write_json
from core.config import ROOT
from tests.browser.conftest import CHROMIUM, FLAGS, free_port

ROUNDS = 5
EMPTY = "import streamlit as st\nst.title('Empty')\n"


def first_page_seconds(script: Path, heading: str, browser: Browser) -> float:
    """Seconds until the heading stands in the browser."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=script.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    page = browser.new_page()
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        page.goto(f"http://localhost:{port}")
        page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=60_000)
        return time.perf_counter() - started
    finally:
        page.close()
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str) -> None:
    """Wait until a server answers there."""
    for _ in range(3000):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"No answer from {url}")


def main() -> None:
    seconds: dict[str, list[float]] = {"empty app": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "app.py"
        empty.write_text(EMPTY)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for _ in range(ROUNDS):
            seconds["empty app"].append(first_page_seconds(empty, "Empty", browser))
            ours = first_page_seconds(ROOT / "app.py", "Real vs Fake Faces", browser)
            seconds["ours"].append(ours)
        browser.close()
    base = median_ms(seconds["empty app"])
    rows = [
        {
            "app": name,
            "median_ms": median_ms(values),
            "times the empty app": median_ms(values) / base,
        }
        for name, values in seconds.items()
    ]
    print_table(rows)
    write_json("app_start", rows)


if __name__ == "__main__":
    main()
