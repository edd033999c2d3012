"""The Training page's live part: start a run, follow it, stop it, go on with it."""

from pathlib import Path

import streamlit as st
from tqdm import tqdm

from core.config import CACHE_DIR, RUNS_DIR
from core.errors import UserError
from core.jobs import JobStatus, job_status
from core.open_folder import served
from core.picture_files import plural
from core.training.histories import QUANTITIES, History, run_history
from core.training.launch import (
    StartRun,
    ended_run,
    list_runs,
    progress_since,
    run_of,
    running_run,
)
from core.training.run_folder import RunFolder
from ui.shared.job_panel import stop_button
from ui.shared.names import literal
from ui.shared.theme import empty_state, facts
from ui.shared.widgets import KEPT, STILL, say_error
from ui.training.data import data_of
from ui.training.finished import FOLLOWED, say_what_was_deleted, with_a_run
from ui.training.history_chart import history_chart
from ui.training.line import ask_for, began_by, is_mine, say_what_was_asked, waiting_line
from ui.training.start import RECIPES, run_form

JOB = CACHE_DIR / "jobs" / "training"
REFRESH_S = 2.0
WATCH_S = 5.0
LOG_LINES = 14
_CURVES = {"classifier": ("loss", "accuracy", "val_accuracy"), "dcgan": ("d_loss", "g_loss")}


def runs() -> None:
    """The job that runs, or a form to start one; below it the run that is looked at."""
    job = job_status(JOB)
    busy = job is not None and job.running
    say_what_was_asked(JOB)
    if job is not None and busy:
        _running(job)
    elif job is not None and job.id in st.session_state.get(FOLLOWED, ()):
        _outcome(job)
    waiting_line(JOB, job)
    run_form(JOB, RUNS_DIR, busy=busy)
    _look_at_a_run()


def _running(job: JobStatus) -> None:
    st.session_state.setdefault(FOLLOWED, set()).add(job.id)
    run = run_of(job)
    name = literal(run.name) if run else "A run"
    st.markdown(f"**{name}** is being trained.{began_by(JOB, job.id)}")
    _follow()


@st.fragment(run_every=REFRESH_S)
def _follow() -> None:
    job = job_status(JOB)
    if job is None or not job.running:
        st.rerun()
    run = RunFolder(folder) if (folder := running_run(job)) else None
    _bar(run, job.started_s or 0.0)
    kept = "The last finished epoch is kept."
    stop_button(JOB, job, kept=kept, mine=is_mine(JOB, job.id))
    if run is not None and run.begun:
        _progress_of(run.folder, key="live")
    _log(job)


def _bar(run: RunFolder | None, since_s: float) -> None:
    """What the run itself says of how far it is, since its job was started."""
    told = progress_since(run, since_s) if run else None
    if told is None or told.share is None:
        st.progress(0.0, "Reading the data ...")
        return
    left = "" if told.eta_s is None else f", {tqdm.format_interval(told.eta_s)} left"
    st.progress(told.share, f"{told.phase.capitalize()}: {told.share:.0%} done{left}")


def _outcome(job: JobStatus) -> None:
    run = run_of(job)
    if job.exit_code == 0 and run is not None and not run.exists():
        return  # it was deleted since
    name = literal(run.name) if run else "the last run"
    if job.stopped:
        began = run is not None and RunFolder(run).has_history
        kept = (
            "Its last finished epoch is kept."
            if began
            else "It had not finished an epoch, so there is nothing to continue."
        )
        st.info(f"Stopped {name}. {kept}", icon=":material/stop:")
    elif job.exit_code == 0:
        st.success(f"Finished {name}.", icon=":material/check:")
    else:
        why = next((line for line in reversed(job.lines) if line.startswith("Error")), "")
        st.error(f"{name} ended early. {literal(why)}", icon=":material/error:")
        _log(job)


def _log(job: JobStatus) -> None:
    with st.expander("What it prints"):
        st.code("\n".join(job.lines[-LOG_LINES:]) or "Nothing yet.", language=None)


def _look_at_a_run() -> None:
    st.header("Runs on this machine", anchor=False)
    job = job_status(JOB)
    say_what_was_deleted()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state.setdefault("tr_folder", str(RUNS_DIR))
        folder = st.text_input("Folder with runs", key="tr_folder", width=320, **KEPT)
        found = {run.name: run for run in _runs_in(folder)}
        if found:
            _choose_the_newest(found)
            st.selectbox("Run", list(found), key="tr_run", width=240, **KEPT)
    if not found:
        if job is not None and job.running:
            empty_state("No other run yet", "The one in training is shown above.")
        else:
            empty_state("No run yet", "Start one above, or train on the command line into runs/.")
        return
    run = found[st.session_state.tr_run]
    if running_run(job) == run:
        st.caption("This is the run being trained: see above.")
        return
    _watch(run)
    try:
        history = run_history(run)
    except UserError:  # said above
        history = None
    data = ""
    if history is not None:
        data = data_of(run)
        _go_on(run, history, data)
    with_a_run(run, history, data, ended_run(job_status(JOB)))


def _choose_the_newest(found: dict[str, Path]) -> None:
    """Show the run that the page started last, once, and otherwise leave the choice."""
    state, job = st.session_state, job_status(JOB)
    started = run_of(job)
    known = started is not None and started.name in found
    if job is not None and known and state.get("tr_shown") != job.words:
        state.tr_run, state.tr_shown = started.name, job.words
    if state.get("tr_run") not in found:
        state.tr_run = next(iter(found))


def _runs_in(folder: str) -> list[Path]:
    try:
        return list_runs(served(folder))
    except UserError as error:
        say_error(error, "folder_off")
        return []


@st.fragment(run_every=WATCH_S)
def _watch(run: Path) -> None:
    """A run that somebody may be training elsewhere."""
    _progress_of(run, key="old")


def _progress_of(run: Path, key: str) -> None:
    """The figures, curves and samples of a run so far."""
    try:
        history = run_history(run)
    except UserError as error:
        st.info(literal(str(error)), icon=":material/hourglass_empty:")
        return
    last = history.table.iloc[-1]
    done = int(last["epoch"])
    shown = [(f"{plural(done, 'epoch')} finished", f"{done:,}", "in this run's folder")]
    shown += [
        (QUANTITIES[name], f"{last[name]:.3g}", "after the last epoch")
        for name in history.quantities[:4]
    ]
    facts([*shown, ("minutes", f"{last['minutes']:.1f}", "of training so far")])
    network = _network_of(history)
    for column, quantity in zip(st.columns(3), _CURVES[network], strict=False):
        if quantity in history.quantities:
            chart = history_chart([history], quantity, axis="epoch", smoothing=0, log=False)
            chart.update_layout(height=230, showlegend=False)
            column.plotly_chart(chart, config=STILL, key=f"tr_{key}_{quantity}")
    for note in history.notes:
        st.caption(literal(note))
    if grid := RunFolder(run).latest_samples():
        st.image(grid, width=512, alt="Faces of the same 64 seeds")
        st.caption("Faces of the same 64 seeds after the last checkpoint.")


def _network_of(history: History) -> str:
    return "dcgan" if "d_loss" in history.quantities else "classifier"


def _go_on(run: Path, history: History, data: str) -> None:
    """A way to train a stopped run further, on its own data set."""
    settings = RunFolder(run).settings()
    recipe = settings.get("recipe", {}).get("name")
    if recipe not in RECIPES:
        return
    done = int(history.table["epoch"].iloc[-1])
    network = _network_of(history)
    falls = network == "classifier" and settings["recipe"].get("cosine", True)
    planned = settings["recipe"].get("epochs") if falls else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if planned is None:  # rates that do not fall: it may go on for as long as one likes
            epochs = st.number_input("Up to epoch", done + 1, 10_000, done + 3, width=150)
        else:
            epochs = int(planned)
        if st.button("Go on with it", icon=":material/resume:", disabled=done >= epochs):
            _resume(run, network, recipe, int(epochs), data)
    if done >= epochs:
        st.caption(
            f"{_all_of(epochs)} that it was to have {'is' if epochs == 1 else 'are'} done: "
            "nothing is left to go on with."
        )


def _all_of(epochs: int) -> str:
    return "The one epoch" if epochs == 1 else f"All {epochs} epochs"


def _resume(run: Path, network: str, recipe: str, epochs: int, data: str) -> None:
    try:
        if not data:
            raise UserError("Name the data set it was trained on.")
        again = StartRun(network, recipe, epochs, served(data), run, resume=True)
    except UserError as error:
        say_error(error)
        return
    if ask_for(JOB, again):
        st.rerun()
