"""A job that runs beside the app: how far it is, what it says, and a way to stop it."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from core.jobs import GRACE_S, JobStatus, job_status, stop_job

LOG_LINES = 12
_MINE = "jobs_started_here"  # ids
_ASKED = "job_asked_about"


def remember_mine(known_by: str) -> None:
    """Keep in mind that this browser window started a job; it may stop it without a word."""
    st.session_state.setdefault(_MINE, set()).add(known_by)


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
    st.progress(job.share or 0.0, how_far(job))
    stop_button(folder, job)
    with st.expander("What it prints"):
        st.code("\n".join(job.lines[-LOG_LINES:]) or "Nothing yet.", language=None)


def how_far(job: JobStatus) -> str:
    """How much of a job is done, with the time left where its own bar tells it."""
    if job.share is None:
        return "Starting ..."
    left = f", {job.left} left" if job.left else ""
    return f"{job.share:.0%} done{left}"


def stop_button(
    folder: Path, job: JobStatus, kept: str | None = None, *, mine: bool = False
) -> None:
    """Stop a job: at once from the window that started it, from another one after a question.

    Args:
        folder: the job's.
        job: what is known of it; it runs.
        kept: what stays of its work, in a sentence.
        mine: whether it is known otherwise that this browser started it.
    """
    words, key, symbol = (folder, job.id), f"stop_{folder.name}", ":material/stop:"
    if job.stopping:
        st.button("Stopping ...", key=f"{key}_now", icon=":material/hourglass:", disabled=True)
        st.caption(f"What has not ended within {GRACE_S:.0f} seconds is ended by force.")
        return
    mine = mine or job.id in st.session_state.get(_MINE, ())
    st.button(
        "Stop", on_click=stop_job if mine else _ask, args=words, key=key, icon=symbol, help=kept
    )
    if not mine and st.session_state.get(_ASKED) == words:
        began = (
            "" if job.started_s is None else f" at {datetime.fromtimestamp(job.started_s):%H:%M}"
        )
        st.warning(
            f"This was started from another browser window{began}: somebody may be waiting for it.",
            icon=":material/group:",
        )
        with st.container(horizontal=True):
            st.button("Stop it all the same", on_click=stop_job, args=words, key=f"{key}_sure")
            st.button("Let it go on", on_click=_ask, args=(None, None), key=f"{key}_no")


def _ask(folder: Path | None, known_by: str | None) -> None:
    st.session_state[_ASKED] = folder, known_by
