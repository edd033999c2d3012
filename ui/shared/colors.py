"""The colours of both themes, by what they are for: text on its ground has a contrast of 4.5.

`.streamlit/config.toml` has the colours of Streamlit's own parts; the browser's wish or the menu's
choice decides which theme is on.
"""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

LIGHT = MappingProxyType(
    {
        "ground": "#ffffff",
        "second-ground": "#f5f6f8",
        "ink": "#1f2937",
        "soft": "#4b5563",
        "faint": "#596273",
        "line": "#cbd2dc",
        "real": "#1a63bd",
        "fake": "#b93c0b",
        "unsure": "#596273",
        "tint-real": "#eaf2fc",
        "tint-fake": "#fdf0ea",
        "tint-unsure": "#f3f4f6",
        "right": "#1a7f37",
        "wrong": "#b3261e",
        "focus": "#1f6feb",
        "gray": "#9ca3af",  # lines of charts, no text
        "one": "#374151",  # runs, in charts: no class has one of these
        "two": "#0f766e",
        "three": "#7c3aed",
        "four": "#a16207",
        "five": "#be185d",
        "six": "#4b5563",
    }
)
DARK = MappingProxyType(
    {
        "ground": "#10161f",
        "second-ground": "#1a222e",
        "ink": "#eef1f5",
        "soft": "#c3cad5",
        "faint": "#a6b0be",
        "line": "#3b4656",
        "real": "#8ab8f5",
        "fake": "#ff9d73",
        "unsure": "#b5bdca",
        "tint-real": "#14263d",
        "tint-fake": "#3a2017",
        "tint-unsure": "#242b36",
        "right": "#5fd38d",
        "wrong": "#ff8a80",
        "focus": "#6aa9ff",
        "gray": "#6b7686",
        "one": "#d5dbe4",
        "two": "#4fd1c5",
        "three": "#b79cff",
        "four": "#f0b35a",
        "five": "#f58abf",
        "six": "#a6b0be",
    }
)
RUNS = ("one", "two", "three", "four", "five", "six")


def palette() -> Mapping[str, str]:
    """The colours of the theme that is on."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def class_colors() -> dict[str, str]:
    """A class' or verdict's colour for words and lines, which stand on the page's ground."""
    colors = palette()
    return {state: colors[state] for state in ("real", "fake", "unsure")}


def _name_of(colors: Mapping[str, str]) -> str:
    """The theme's name in CSS."""
    return "dark" if colors is DARK else "light"


def css_variables() -> str:
    """CSS that names the colours of the theme that is on: `var(--rf-ink)` and so on.

    `--rf-drawn` says with which theme the page was drawn.

    They follow Streamlit's own scheme at once when another theme is chosen in its menu, not only
    at the next run; what floats above the page (tooltips, popovers) has the scheme of this run.
    """
    on = palette()
    plain = " ".join(f"--rf-{name}: {color};" for name, color in on.items())
    either = " ".join(f"--rf-{name}: light-dark({LIGHT[name]}, {DARK[name]});" for name in on)
    return (
        f":root {{color-scheme: {_name_of(on)}; --rf-drawn: {_name_of(on)}; {plain}}} "
        f"@supports (color: light-dark(red, red)) {{:root {{{either}}}}}"
    )
