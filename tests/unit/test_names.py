"""Names become Markdown that shows them as they are; the browser tests watch it being drawn."""

import re

import pytest

from ui.shared.names import chart_text, literal

JOINER = "\u2060"


def shown(markdown: str) -> str:
    """What is left of escaped text once backslashes and joiners have done their work."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace(JOINER, "").replace("\xa0", " ")


@pytest.mark.parametrize(
    "name",
    [
        "*star* _under_ ~~x~~ :red[red] `code`.jpg",
        ":smile: :material_home: -> <- arrow -- dash.jpg",
        "price $5 and $6.jpg",
        "__init__ a_b_c.png",
        "1. first.jpg",
        "100) hundred.jpg",
        "# heading",
        "- item",
        "> quote",
        "[link](javascript:alert(1))",
        "![picture](http://x.de/a.png)",
        "<b>&copy;&#35;</b>",
        "http://x.de www.x.de me@x.de",
        "    four spaces  and two ",
        "\\*",
        "Фото \U0001f600.jpg",
    ],
)
def test_nothing_of_a_name_is_lost(name):
    assert shown(literal(name)) == name


@pytest.mark.parametrize("name", ["SHA-256 differs.", "a_b.png", "/data/train/real", "2 x 3 px"])
def test_plain_words_stay_as_they_are(name):
    assert literal(name) == name


def test_what_streamlit_replaces_after_markdown_is_parted():
    assert ":smile:" not in literal(":smile:") and ":red" not in literal(":red[x]")
    for sign in ("->", "<-", "<->", "--", ">=", "<=", "~="):
        assert sign not in literal(f"a {sign} b").replace("\\", "")


def test_a_name_takes_one_line_and_is_text():
    assert literal("a\nb\tc") == "a b c"
    literal("a\udcff").encode()


def test_chart_labels_are_no_markup():
    assert chart_text("<b>&%{x}") == f"&lt;b&gt;&amp;%{JOINER}{{x}}"
