"""What every page asks of Streamlit in the same words."""

from collections.abc import Callable
from typing import Any, Literal, TypedDict

import streamlit as st

from core.inference.verdict import Calibration
from ui.shared.names import literal


class Kept(TypedDict):
    """Attributes: persist_state, an argument of every widget."""

    persist_state: Literal["session"]


# What a widget was set to outlives a visit to another page.
KEPT: Kept = {"persist_state": "session"}
LOWEST, HIGHEST = 0.05, 0.99  # P(fake) from which a user may let a face be called generated
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


def accusing_choice(
    shipped: Calibration, kept: float | None, key: str, note: str = ""
) -> float | None:
    """A slider that begins where the shipped model accuses.

    Args:
        shipped: the calibration that is moved, see `Calibration.accusing_from`.
        kept: what was chosen before, in [`LOWEST`, `HIGHEST`]; None for the shipped one.
        key: of the widget.
        note: what its help adds.

    Returns:
        The P(fake) from which a face is called generated; None while it is the shipped one.
    """
    start = round(shipped.unsure_high, 2)
    chosen = st.slider(
        "Called generated from P(fake)",
        LOWEST,
        HIGHEST,
        start if kept is None else kept,
        step=0.01,
        key=key,
        help="Lower: more fakes are called generated, and more photos. Higher: fewer of both; what "
        f"is no longer called generated becomes unsure, not cleared.{note}",
    )
    return None if abs(chosen - start) < 0.005 else round(chosen, 2)
