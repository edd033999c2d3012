"""The Training page's line: who trains now, who waits, and a way to take one's own run back."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from core.errors import UserError
from core.jobs import JobStatus, job_status
from core.picture_files import counted
from core.training.launch import StartRun, running_run
from core.training.waiting import Asked, TrainingLine
from ui.shared.names import literal
from ui.shared.visitor import visitor
from ui.shared.widgets import KEPT, say_error

LOOK_S = 1.0
MOST_SIGNS = 30  # of a name
_ASKED = "tr_asked"  # a sentence on what was asked for last


@st.cache_resource(max_entries=8)
def _line_at(job: str, _folder: Path) -> TrainingLine:
    return TrainingLine(_folder)


def _line_of(job: Path) -> TrainingLine:
    """The one line of a server; Streamlit knows it by the folder's name."""
    return _line_at(str(job), job)


def who_field() -> str:
    """A field for what the person wants to be called by the others."""
    return st.text_input(
        "Your name, for those who wait",
        key="tr_who",
        max_chars=MOST_SIGNS,
        placeholder="may stay empty",
        width=220,
        **KEPT,
    ).strip()


def ask_for(job: Path, run: StartRun) -> bool:
    """Begin a run, or let it wait in line; whether that went well, which is said otherwise."""
    who = st.session_state.get("tr_who", "").strip()
    try:
        began = _line_of(job).ask(Asked(run, visitor(), who))
    except UserError as error:
        say_error(error)
        return False
    if not began:
        st.session_state[_ASKED] = f"{run.out.name} waits in line and begins by itself."
    return True


def say_what_was_asked(job: Path) -> None:
    """Tell, once, that a run waits now, and why one of this person's could not begin."""
    if told := st.session_state.pop(_ASKED, None):
        st.toast(literal(told), icon=":material/hourglass_empty:")
    if refused := _line_of(job).refusal(visitor()):
        say_error(refused)


def names_in_use(job: Path) -> set[str]:
    """The names of the runs that wait, and of the one in training, which may have no folder yet."""
    names = {asked.run.out.name for asked in _line_of(job).waiting()}
    running = running_run(job_status(job))
    return names if running is None else names | {running.name}


def is_mine(job: Path, known_by: str) -> bool:
    """Whether this browser asked for a job that began here, also before a reload."""
    asked = _line_of(job).whose(known_by)
    return asked is not None and asked.owner == visitor()


def began_by(job: Path, known_by: str) -> str:
    """Who asked for a job, in words that follow a sentence's end; "" where nobody knows."""
    asked = _line_of(job).whose(known_by)
    return f" Started by {_whose(asked)}." if asked is not None else ""


def waiting_line(job: Path, now: JobStatus | None) -> None:
    """Those that wait, while there are any; the page is drawn anew once the next one begins.

    Args:
        job: the folder of the job.
        now: what the page shows of it.
    """
    if _line_of(job).waiting():
        running = now.id if now is not None and now.running else ""
        st.fragment(_waiting, run_every=LOOK_S)(job, running)


def _waiting(job: Path, running: str) -> None:
    line, now = _line_of(job), job_status(job)
    waiting = line.waiting()
    if not waiting or running != (now.id if now is not None and now.running else ""):
        st.rerun()
    st.markdown(f"**In line: {counted(len(waiting), 'run')}**")
    for place, asked in enumerate(waiting, start=1):
        with st.container(horizontal=True, vertical_alignment="center"):
            run = asked.run
            what = f"{run.network}, recipe {run.recipe}, {counted(run.epochs, 'epoch')}"
            st.markdown(f"{place}\\. **{literal(run.out.name)}**: {what}. By {_whose(asked)}.")
            if asked.owner == visitor():
                st.button("Take it back", key=f"tr_back_{asked.id}", icon=":material/undo:",
                          on_click=line.take_back, args=(asked.id, asked.owner))  # fmt: skip
    st.caption("The next one begins by itself. The line is lost if the app is started anew.")


def _whose(asked: Asked) -> str:
    at = f"at {datetime.fromtimestamp(asked.at_s):%H:%M}"
    name = literal(asked.who) if asked.who else ""
    if asked.owner == visitor():
        return f"you, {at}" if not name else f"you ({name}), {at}"
    return f"{name or 'another browser'}, {at}"
