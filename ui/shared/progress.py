"""Judging many faces within a page's run, with a way out."""

from collections.abc import Iterator

import streamlit as st


def judge_all(steps: Iterator[int], total: int, key: str) -> None:
    """Take every step with a progress bar, then draw the page anew.

    A press of Cancel, or of anything else, ends this run of the page: the steps taken count.

    Args:
        steps: yields how many faces are done.
        total: faces.
        key: of the Cancel button.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Judging ...", width=420)
        st.button("Cancel, keep what is done", icon=":material/stop_circle:", key=key)
    st.caption("Pressing or changing anything else on this page stops it as well.")
    for done in steps:
        bar.progress(done / total, f"Judged {done:,} of {total:,} faces")
    st.rerun()  # the bar and its button are done with
