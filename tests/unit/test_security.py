"""What docs/security.md promises: each promise names its tests, and some are held here."""

import ast
import re
from pathlib import Path

import pytest

from core import limits
from core.config import MAX_VIDEO_BYTES, ROOT

PAGE = ROOT / "docs" / "security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CODE = [file for room in ("core", "ui", "pages") for file in sorted((ROOT / room).rglob("*.py"))]
# What runs code that stands in the data it reads, or in a shell.
RUNNERS = {
    *("eval", "exec", "os.system", "os.popen", "yaml.load", "joblib.load", "torch.load"),
    *("marshal.loads", "pickle.load", "pickle.loads", "shelve.open", "pd.read_pickle"),
}
OWN_UNPICKLER = "core/training/imagenet.py"  # knows the few names that weights need, and no others


def test_every_test_that_the_page_names_exists():
    named = TEST.findall(PAGE.read_text())
    lost = [f"{file}::{name}" for file, name in named if not _has(ROOT / file, name)]
    assert len(named) > 20 and not lost


def test_the_page_tells_the_limits_as_they_are():
    told = re.findall(r"^\| `(FACES_MAX_\w+)` \| .* \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    known = [each for each in vars(limits).values() if isinstance(each, limits.Limit)]
    assert {name: int(value) for name, value in told} == {e.name: e.default for e in known}


def _has(file: Path, name: str) -> bool:
    functions = ast.walk(ast.parse(file.read_text())) if file.exists() else ()
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in functions)


def test_every_promise_of_the_page_names_a_test():
    rows = [
        row for row in PAGE.read_text().partition("| Promise |")[2].splitlines() if row[:2] == "| "
    ]
    assert len(rows) > 10
    assert [row for row in rows if not TEST.search(row)] == []


def _calls(text: str):
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def _faults(text: str) -> list[str]:
    """Calls that run what they read, or read arrays without saying that they hold no code."""
    found = []
    for call in _calls(text):
        name = ast.unparse(call.func)
        words = {word.arg: ast.unparse(word.value) for word in call.keywords}
        plain = name.endswith("np.load") and words.get("allow_pickle") != "False"
        if name in RUNNERS or words.get("shell") == "True" or plain:
            found.append(ast.unparse(call))
    if re.search(r"\bUnpickler\b", text):
        found.append("Unpickler")
    return found


def test_nothing_runs_code_that_stands_in_what_it_reads():
    found = {file.relative_to(ROOT).as_posix(): _faults(file.read_text()) for file in CODE}
    assert {name: faults for name, faults in found.items() if faults} == {
        OWN_UNPICKLER: ["Unpickler"]
    }


@pytest.mark.parametrize(
    "line",
    ["np.load(file)", "eval(text)", "subprocess.run(words, shell=True)", "pickle.load(file)"],
)
def test_code_that_is_run_would_be_noticed(line):
    assert _faults(line)


def test_the_server_checks_where_requests_come_from_and_reports_to_nobody(monkeypatch):
    from streamlit import config

    monkeypatch.chdir(ROOT)
    config.get_config_options(force_reparse=True)
    assert config.get_option("server.enableXsrfProtection") is True
    assert config.get_option("server.enableCORS") is True
    assert config.get_option("browser.gatherUsageStats") is False
    assert config.get_option("server.maxUploadSize") * 2**20 == MAX_VIDEO_BYTES


def test_nobody_at_the_screen_sees_a_traceback(monkeypatch):
    from streamlit import config

    monkeypatch.chdir(ROOT)
    config.get_config_options(force_reparse=True)
    assert config.get_option("client.showErrorDetails") == "none"
