"""What every page asks of Streamlit in the same words."""

from collections.abc import Callable
from typing import Any, Literal, TypedDict

import streamlit as st

from ui.shared.names import literal


class Kept(TypedDict):
    """Attributes: persist_state, an argument of every widget."""

    persist_state: Literal["session"]


# What a widget was set to outlives a visit to another page.
KEPT: Kept = {"persist_state": "session"}
STILL = {"displayModeBar": False}  # of a chart that is only looked at


def say_error(error: Exception | str, icon: str = "error") -> None:
    """Show what is wrong as the text it is.

    Args:
        error: its words, or what carries them.
        icon: of Material Symbols.
    """
    st.error(literal(str(error)), icon=f":material/{icon}:")


def download(label: str, data: bytes | str | Callable[[], bytes | str], **options: Any) -> None:
    """A button that hands out a file; the page is not drawn anew.

    Args:
        label: on the button.
        data: the file.
        options: as `st.download_button` takes them: file_name, mime, icon, key, ...
    """
    st.download_button(label, data, on_click="ignore", **options)


def explained(names: dict[str, str], captions: dict[str, str]) -> str:
    """Help of a choice: what each of its options is, a paragraph each.

    Args:
        names: option -> what it is called.
        captions: option -> a sentence on it.
    """
    return "\n\n".join(f"**{names[option]}**: {captions[option]}" for option in captions)
