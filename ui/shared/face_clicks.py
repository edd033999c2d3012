"""Clicks on the pictures of a face grid, without leaving the session."""

from collections.abc import Callable

import streamlit as st

# The pictures are plain links, so that a new tab works as well; a plain click stays here.
_JS = """
export default function ({ setTriggerValue }) {
  const open = (event) => {
    const face = event.target.closest && event.target.closest("a.rf-open");
    if (!face || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("opened", Number(face.dataset.number));
  };
  document.addEventListener("click", open, true);
  return () => document.removeEventListener("click", open, true);
}
"""
_listener = st.components.v2.component("rf_face_clicks", js=_JS)


def on_face_click(key: str, opened: Callable[[int], object]) -> None:
    """Have a function called with the number of a linked picture that is clicked.

    Args:
        key: of this listener; one on a page.
        opened: told the number before the page runs again.
    """

    def tell() -> None:
        number = st.session_state[key].opened
        if isinstance(number, int | float) and number >= 0:
            opened(int(number))

    _listener(key=key, on_opened_change=tell)
