"""What one can do with a run that is not in training: compare it, use it, delete it."""

import shlex
from pathlib import Path

import streamlit as st

from core.config import RUNS_DIR
from core.errors import UserError
from core.training.catalogue import RECIPES_OF
from core.training.histories import History
from core.training.launch import delete_run, may_delete
from ui.shared.names import literal
from ui.shared.widgets import say_error
from ui.training.trial import trial

FOLLOWED = "tr_followed"  # ids of jobs this window saw running: how they ended is told here
# What the view of the curves is asked: to show a run beside others; to show what is as usual.
BESIDE, AS_USUAL = "tr_beside", "tr_as_usual"
_TOLD = "tr_deleted"  # a sentence on the run that was deleted last
_AS = {"classifier": (), "dcgan": ("--as", "generator")}  # how a network is shipped


def say_what_was_deleted() -> None:
    """Tell how the last wish to delete a run ended, once."""
    if (told := st.session_state.pop(_TOLD, None)) is None:
        return
    if isinstance(told, UserError):
        say_error(told)
    else:
        st.toast(literal(told), icon=":material/delete:")


def with_a_run(run: Path, history: History | None, data: str, ended: Path | None = None) -> None:
    """Buttons to compare and to delete a run, commands that measure and ship it, and a trial.

    Args:
        run: its folder.
        history: None where it has none yet.
        data: the data set that commands are to name, "" for none.
        ended: the run whose training ended last, if the app trained it.
    """
    ours = run.parent.resolve() == RUNS_DIR.resolve()
    with st.container(horizontal=True):
        if ours and history is not None:
            st.button("Compare it", icon=":material/compare_arrows:", on_click=_compare,
                      args=(run.name,), help="Its curves beside those of other runs")  # fmt: skip
        if history is not None and (network := _network_of(history)) is not None:
            with st.popover("Use it", icon=":material/terminal:"):
                _how_to_use(run, data or "DIR", network)
        if ours and may_delete():
            with st.popover("Delete", icon=":material/delete:"):
                st.markdown(f"Delete **{literal(run.name)}** with its weights, for good?")
                st.button("Delete it", type="primary", on_click=_delete, args=(run, ended))
    if history is not None and _network_of(history) == "classifier":
        trial(run)


def _network_of(history: History) -> str | None:
    """What a run trained, if a run of it alone can be shipped."""
    recipe = history.settings.get("name")
    if "d_loss" in history.quantities:
        return "dcgan"
    return "classifier" if recipe in RECIPES_OF["classifier"] else None


def _how_to_use(run: Path, data: str, network: str) -> None:
    def show(*words: str) -> None:
        st.code(shlex.join(["python", "-m", "core", *words]), language=None, wrap_lines=True)

    if network == "classifier":
        st.markdown("Measure it on the test faces, and ship nothing:")
        show("evaluate", "--run", str(run), "--data", data)
    st.markdown("Measure it on the test faces and make it the app's own:")
    show("publish", str(run), "--data", data, *_AS[network])
    st.caption(
        "Then the app judges or paints with it. On the command line only: it replaces the "
        "networks of everybody who uses this app, and is as good as what it learned from; the "
        "demo set is for demonstration."
    )


def _compare(name: str) -> None:
    st.session_state[BESIDE] = name
    st.session_state.tr_view = "compare"


def _delete(run: Path, ended: Path | None) -> None:
    try:
        delete_run(RUNS_DIR, run, ended=ended)
        st.session_state[_TOLD] = f"{run.name} is deleted."
        if ended is not None and ended.resolve() == run.resolve():
            st.session_state.pop(FOLLOWED, None)  # how its training ended went with it
        if chosen := st.session_state.get("tr_runs"):
            left = [name for name in chosen if name != run.name]
            st.session_state.update({"tr_runs": left, AS_USUAL: not left})
    except UserError as error:
        st.session_state[_TOLD] = error
