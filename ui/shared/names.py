"""Names of files, folders and generators as the text they are: nothing in them is markup.

Streamlit reads labels, captions, headings, tooltips, messages and toasts as Markdown, with signs
of its own on top (`:smile:`, `:red[...]`, `$x$`, `->`). Whatever comes from outside goes through
`literal` on its way there, and through `chart_text` into a chart.
"""

import html
import re

import streamlit as st

from core.picture_files import as_text

_JOINER = "\u2060"  # takes no room and is not seen; parts what would be drawn as something else
# Markdown's own signs; an underscore within a word and a hyphen within a line mean nothing.
_MARKUP = re.compile(r"[\\`*\[\]<~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|^[#>+=-]|^\d+(?=[.)])")
# Streamlit's, which it looks for once backslashes are gone: arrows, emoji, colours, addresses.
_REPLACED = re.compile(
    r"(?<=[-<>=~])(?=[-<>=])|(?<=:)(?=[\w+/-])|(?<=@)(?=\w)|(?<=www)(?=\.)", re.IGNORECASE
)
_SPACES = re.compile(r"^ | $|(?<= ) ")


def literal(text: str) -> str:
    """Markdown that shows a text as it is, on one line.

    Args:
        text: may come from anybody.
    """
    line = _SPACES.sub("\u00a0", re.sub(r"[\n\r\t]", " ", as_text(text)))
    parted = _REPLACED.sub(_JOINER, line)
    return _MARKUP.sub(_escaped, parted)


def _escaped(sign: re.Match) -> str:
    return f"{sign[0]}\\" if sign[0].isdigit() else f"\\{sign[0]}"  # "1." would begin a list


def chart_text(text: str) -> str:
    """A text as a chart's label: Plotly takes <b> and the like for markup, %{x} for a figure."""
    return html.escape(as_text(text), quote=False).replace("%{", f"%{_JOINER}{{")


def name_heading(name: str) -> None:
    """Draw a name as a heading of the second rank."""
    st.html(f'<h2 class="rf-name">{html.escape(as_text(name))}</h2>')


def plain_name(name: str) -> str:
    """A file's own name without folders or control characters, to show to the user."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable()) or "photo"
