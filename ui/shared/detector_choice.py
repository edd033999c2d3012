"""Which detector finds the faces: a quiet choice, the same on every page."""

import streamlit as st

from core.config import DETECTORS
from core.inference.detector import shared_detector
from ui.shared.names import literal
from ui.shared.widgets import explained

_NAMES = {"blazeface": "BlazeFace", "haar": "Haar cascades"}
_CAPTIONS = {
    "blazeface": "Small, tilted and badly lit faces too; eyes and mouth frame each one.",
    "haar": "The detector of the original project: upright, frontal faces only.",
}


def detector_choice(kept: str, key: str) -> str:
    """Draw the choice.

    Args:
        kept: what is in force; one of `DETECTORS`.
        key: of the widget.
    """
    return st.radio(
        "Face detector",
        DETECTORS,
        index=DETECTORS.index(kept),
        format_func=_NAMES.__getitem__,
        horizontal=True,
        help=explained(_NAMES, _CAPTIONS),
        key=key,
    )


def say_if_replaced(name: str) -> None:
    """Say it where another detector has to stand in for the chosen one."""
    _, sentence = shared_detector(name)
    if sentence:
        st.warning(literal(sentence), icon=":material/swap_horiz:")
