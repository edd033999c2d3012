"""A job that runs beside the app: how far it is, what it says, and a way to stop it."""

from pathlib import Path

import streamlit as st

from core.jobs import job_status, stop_job

LOG_LINES = 12


def job_panel(folder: Path, note: str) -> None:
    """Follow a running job; the whole page is drawn anew once it has ended.

    Args:
        folder: the job's.
        note: what is going on, in a sentence.
    """
    st.caption(note)
    _follow(folder)


@st.fragment(run_every=1.0)
def _follow(folder: Path) -> None:
    job = job_status(folder)
    if job is None or not job.running:
        st.rerun()
    st.progress(job.share or 0.0, "Starting ..." if job.share is None else f"{job.share:.0%} done")
    if st.button("Stop", key=f"stop_{folder.name}", icon=":material/stop:"):
        stop_job(folder)
    with st.expander("What it prints", icon=":material/terminal:"):
        st.code("\n".join(job.lines[-LOG_LINES:]) or "Nothing yet.", language=None)
