"""The house's rules: short functions, short files, imports that go down, names that exist."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.config import ARTIFACTS_DIR, ROOT

FILE_LINES, FUNCTION_LINES = 300, 40
CODE = sorted(
    [*(ROOT / "core").rglob("*.py"), *(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
)
# What was too long when the rule was written, with its lines: to be shortened, never to grow.
LONG_FILES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}
GUIDES = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
ENDINGS = "py|md|json|csv|toml|txt|ipynb|h5|npz|xml|bin"
FILE = re.compile(rf"(?<![\w/.<*{{}}-])\w[\w./-]*[\w-]\.(?:{ENDINGS})(?![\w*])")
MODULE = re.compile(r"(?<![\w./])(?:core|ui|bench|tests|tools)(?:\.[A-Za-z_]\w*)+(?![\w*])")


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _functions(file: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _lines(function: ast.FunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    documented = ast.get_docstring(function, clean=False) is not None
    begun = function.body[0].end_lineno if documented else function.body[0].lineno - 1
    return function.end_lineno - begun


def _allowed(found: dict[str, int], limit: int, known: dict[str, int]) -> None:
    grown = {name: lines for name, lines in found.items() if lines > known.get(name, limit)}
    assert not grown, f"Over {limit} lines: take a part out of each."
    mended = [name for name in known if found.get(name, 0) <= limit]
    assert not mended, "No longer too long: take these out of the list, so that they stay short."


def test_no_file_is_too_long():
    found = {_name(file): file.read_text().count("\n") for file in CODE}
    _allowed(found, FILE_LINES, LONG_FILES)


def test_no_function_is_too_long():
    found = {}
    for file in CODE:
        for function in _functions(file):
            key = f"{_name(file)} {function.name}"
            found[key] = max(found.get(key, 0), _lines(function))
    _allowed(found, FUNCTION_LINES, LONG_FUNCTIONS)


def test_rooms_import_only_from_rooms_below_and_in_no_circle():
    if find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed; requirements-dev.txt names it")
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout


def test_pages_are_thin():
    """Nothing but widgets, and calls of what is below: no page defines a class or loads a model."""
    for file in sorted((ROOT / "pages").glob("*.py")):
        assert not [node for node in ast.walk(_tree(file)) if isinstance(node, ast.ClassDef)]
        assert file.read_text().count("\n") <= 70, _name(file)


BY_TEXT = {"setattr", "delattr", "getattr", "patch", "object"}  # functions that take names as texts
PRIVATE = re.compile(r"(?:[\w.]+\.)?_[a-zA-Z]\w*")


def _private_names(file: Path) -> Iterator[str]:
    """Private names that are imported or named in a text; ruff's SLF001 sees neither."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("tests"):
            yield from (each.name for each in node.names if PRIVATE.fullmatch(each.name))
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            told = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            if called in BY_TEXT:
                yield from (text for text in map(str, told) if PRIVATE.fullmatch(text))


@pytest.mark.parametrize("file", sorted((ROOT / "tests").rglob("test_*.py")), ids=_name)
def test_no_test_knows_a_private_name(file):
    """What a test needs to change is an argument, or has a public name."""
    assert not list(_private_names(file))


@pytest.mark.parametrize(
    "line",
    [
        "from core.config import _secret",
        'patch.setattr(module, "_secret", 1)',
        'monkeypatch.setattr("core.config._secret", 1)',
        'getattr(module, "_secret")',
    ],
)
def test_a_private_name_is_noticed(tmp_path, line):
    file = tmp_path / "one.py"
    file.write_text(line)
    assert len(list(_private_names(file))) == 1


def _words(file: Path) -> Iterator[str]:
    """Comments and docstrings of a file."""
    text = file.read_text()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield ast.get_docstring(node) or ""


@cache
def _written_names() -> set[str]:
    """Texts in the code that are no docstring: a file that is named so is made or read by it."""
    found = set()
    for file in CODE:
        tree = _tree(file)
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {
            Path(node.value).name
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if id(node) not in told and "\n" not in node.value and len(node.value) < 100
        }
    return found


def _there(name: str, beside: Path) -> bool:
    """Whether a file of this name is part of the repository, or made by the code."""
    places = (ROOT, ARTIFACTS_DIR, beside.parent)
    return any((place / name).exists() for place in places) or Path(name).name in _written_names()


@cache
def _is_module_or_name(dotted: str) -> bool:
    """Whether `core.a.b` is a module, or a module and a name that stands in it."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if place.is_dir() or file.is_file():
            rest = parts[end : end + 1]
            return not rest or (file.is_file() and rest[0] in file.read_text())
    return False


def _lost(file: Path) -> Iterator[str]:
    for words in _words(file) if file.suffix == ".py" else [file.read_text()]:
        for name in FILE.findall(words):
            if not _there(name, file):
                yield name
        for name in MODULE.findall(words):
            if not FILE.fullmatch(name) and not _is_module_or_name(name):
                yield name


@pytest.mark.parametrize("file", [*CODE, ROOT / "app.py", *GUIDES], ids=_name)
def test_every_file_and_module_that_a_comment_or_a_guide_names_exists(file):
    assert not list(_lost(file))


def test_a_name_that_does_not_exist_is_noticed(tmp_path):
    file = tmp_path / "one.py"
    told = '"""See `docs/nowhere.md`, README.md and core.imaging.decode_image."""'
    file.write_text(f"{told}\n# core.nowhere.at\n")
    assert sorted(_lost(file)) == ["core.nowhere.at", "docs/nowhere.md"]
