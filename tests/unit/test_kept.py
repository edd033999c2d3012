"""What sessions share is bounded, and no cache grows with what visitors ask for."""

import ast
from pathlib import Path

import pytest

from core.config import ROOT
from ui.shared.kept import Kept

CACHES = {"cache_data", "cache_resource"}


def test_the_one_that_nobody_asked_for_goes_first():
    kept = Kept(10, len)
    for word in ("aaaa", "bbb", "cc"):
        assert kept.put(word[0], word) == word
    assert kept.size == 9 and kept.get("a") == "aaaa"
    kept.put("d", "dddd")
    assert kept.get("b") is None and kept.size == 10
    assert [kept.get(key) for key in "acd"] == ["aaaa", "cc", "dddd"]


def test_what_is_put_again_or_forgotten_counts_no_more():
    kept = Kept(10, len)
    kept.put("a", "aaaa")
    kept.put("a", "aa")
    assert kept.size == 2 and kept.get("a") == "aa"
    kept.forget("a")
    kept.forget("a")
    assert kept.size == 0 and kept.get("a") is None


def test_one_that_is_too_large_is_kept_alone():
    kept = Kept(3, len)
    kept.put("a", "aa")
    kept.put("b", "bbbbbb")
    assert kept.get("a") is None and kept.get("b") == "bbbbbb"
    kept.put("c", "c")
    assert kept.get("b") is None and kept.size == 1


def test_each_counts_as_one_unless_it_is_said_otherwise():
    kept = Kept(3)
    for number in range(20):
        kept.put(number, "x" * number)
    assert kept.size == 3 and [n for n in range(20) if kept.get(n)] == [17, 18, 19]


def _unbounded(text: str) -> list[str]:
    """Functions under one of Streamlit's caches whose results nothing keeps from piling up."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            call = mark.func if isinstance(mark, ast.Call) else mark
            if not (isinstance(call, ast.Attribute) and call.attr in CACHES):
                continue
            words = {word.arg for word in mark.keywords} if isinstance(mark, ast.Call) else set()
            if node.args.args and not words & {"max_entries", "ttl"}:
                found.append(f"{node.name}: no max_entries")
            if _is_open(node.body[-1]):
                found.append(f"{node.name}: a Kept has a bound, a dict has none")
    return found


def _is_open(last: ast.stmt) -> bool:
    """Whether a function gives an empty container, for others to fill."""
    value = last.value if isinstance(last, ast.Return) else None
    return isinstance(value, ast.Dict | ast.List | ast.Set) and not ast.unparse(value).strip("{}[]")


FILES = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_cache_grows_with_what_visitors_ask_for(file: Path):
    assert _unbounded(file.read_text()) == []


def test_an_unbounded_cache_is_found_out():
    text = "@st.cache_data(show_spinner=False)\ndef a(x):\n    return x\n"
    text += "@st.cache_resource\ndef b():\n    return {}\n"
    text += "@st.cache_data(max_entries=4)\ndef c(x):\n    return [x]\n"
    assert [each.split(":")[0] for each in _unbounded(text)] == ["a", "b"]


@pytest.mark.parametrize("loader", ["load_generator", "load_inspector", "load_dcgan"])
def test_networks_are_loaded_in_one_place_of_the_app_so_they_are_in_memory_once(loader):
    asking = {str(file.relative_to(ROOT)) for file in FILES if loader in file.read_text()}
    assert asking == {"ui/shared/resources.py"}
