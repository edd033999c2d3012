"""README and docs: links lead somewhere, commands are understood, figures are measured."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.main import build_parser
from core.config import ROOT
from core.evaluation.knowledge import knowledge_of, shipped_knowledge
from core.inference.verdict import COLOURLESS_RULE
from tools.readme_table import KINDS, README, measured_table, with_table

PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [README, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *PAGES]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"^    python -m core (.*)$", re.MULTILINE)


def _commands(file: Path) -> list[list[str]]:
    return [shlex.split(line, comments=True) for line in COMMAND.findall(file.read_text())]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_link_leads_to_a_file(file):
    lost = [link for link in LINK.findall(file.read_text()) if not (file.parent / link).exists()]
    assert not lost


@pytest.mark.parametrize("file", [README, *PAGES], ids=lambda file: file.name)
def test_every_command_is_understood(file):
    for words in _commands(file):
        try:
            build_parser().parse_args(words)
        except SystemExit as end:  # with 0 after help, with another code on what it does not know
            assert end.code == 0, words


def test_the_readme_is_short_and_says_how_to_start_and_to_test():
    text = README.read_text()
    assert text.count("\n") <= 75
    assert COLOURLESS_RULE in " ".join(text.split())
    assert all(words in text for words in ("make app", "make test", "artifacts/MODEL_CARD.md"))
    assert all(f"docs/{page.name}" in text for page in PAGES if page.name != "index.md")


def test_the_readmes_table_is_that_of_the_shipped_model():
    text = README.read_text()
    assert measured_table(shipped_knowledge()) in text, "`make figures` writes it anew."


def test_the_table_follows_the_figures():
    row = {"accuracy": 0.9, "n": 50, "called_fake": 0.1, "called_real": 0.9, "called_unsure": 0.0}
    figures = {"ffhq": {"label": "real", **row}, "stylegan": {"label": "fake", **row}}
    known = knowledge_of({"fake/stylegan": 3, "real/ffhq": 3}, figures)
    text = with_table("a\n<!-- measured -->\nold\n<!-- /measured -->\nb\n", known)
    assert "old" not in text and text.startswith("a\n") and text.endswith("\nb\n")
    assert f"| real photos | [1 kinds]({KINDS}) | 50 | 10 (4 to 21) |" in text
    heading = KINDS.partition("#")[2].replace("-", " ")
    assert f"## {heading}\n" in (ROOT / "artifacts/MODEL_CARD.md").read_text().lower()
    assert "| generated | by StyleGAN | 50 | 10 (4 to 21) |" in text


def test_the_site_builds_without_a_broken_link(tmp_path):
    pytest.importorskip("material", reason="requirements-dev.txt names mkdocs-material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").exists()
