"""The Training page's form: what to train, on what, for how long."""

from pathlib import Path

import streamlit as st

from core.dataset.sources.demo import DEMO_DIR, is_made
from core.errors import UserError
from core.open_folder import served
from core.picture_files import counted
from core.training.histories import pace
from core.training.launch import StartRun, free_name, list_runs, new_run
from ui.shared.names import literal
from ui.shared.widgets import KEPT, say_error
from ui.training.line import ask_for, names_in_use, who_field

_NETWORKS = {"classifier": "Classifier", "dcgan": "DCGAN"}
_GET_ONE = "If you have none, get one on the Dataset page."
_TAKEN = "tr_name_taken"
_OFFERED = "tr_data_offered"  # what the field for the data set was filled with last
_RECIPES_MEAN = (
    "All settings of a training. The authors are those of the project whose layers the classifier "
    "and the DCGAN have; their recipe is as they published it. Ours is what came out of trying "
    "what helps with far fewer faces."
)
RECIPES = {"original": "The authors' (short epochs)", "ours": "Ours (long epochs)"}


def run_form(job: Path, runs: Path, *, busy: bool) -> None:
    """Ask what to train, and begin it or let it wait.

    Args:
        job: the folder of the job.
        runs: the folder of all runs.
        busy: whether a training goes on.
    """
    title = "Let another run wait in line" if busy else "Start a run"
    with st.expander(title, expanded=not busy):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            network = st.segmented_control(
                "Network",
                _NETWORKS,
                format_func=_NETWORKS.__getitem__,
                default="classifier",
                required=True,
                key="tr_network",
            )
            recipe = st.selectbox("Recipe", RECIPES, format_func=RECIPES.__getitem__,
                                  key="tr_recipe", width=230, help=_RECIPES_MEAN,
                                  **KEPT)  # fmt: skip
            epochs = st.number_input("Epochs", 1, 1000, 3, key="tr_epochs", width=120)
            _suggest_a_name(job, runs)
            name = st.text_input("Name of the run", key="tr_name", width=160)
        data = _data_field()
        who_field()
        st.caption(
            "It runs in a process of its own: the app can be used meanwhile. On the demo set "
            "three epochs of the authors' recipe are enough to see it move, far too few to be "
            "good; the time left stands beside its bar once it is measured. "
            f"{_how_long(runs, network, recipe, int(epochs))}"
        )
        label = "Wait in line" if busy else "Start"
        if not data:
            st.caption(f"{label} can be pressed once a data set is named above. {_GET_ONE}")
        if st.button(label, type="primary", icon=":material/play_arrow:", disabled=not data):
            try:
                run = StartRun(network, recipe, int(epochs), served(data), new_run(runs, name))
            except UserError as error:
                say_error(error)
                return
            if ask_for(job, run):
                st.session_state[_TAKEN] = True
                st.rerun()


def _data_field() -> str:
    _offer_what_is_open()
    return st.text_input(
        "Data set: a folder on the machine that runs this app",
        key="tr_data",
        placeholder="get one on the Dataset page",
        **KEPT,
    )


def _offer_what_is_open() -> None:
    """Fill the field with what was opened on the Dataset page, unless something was typed."""
    state = st.session_state
    before, now = state.get(_OFFERED), state.get("ds_folder") or _demo()
    if now != before and state.get("tr_data") in (None, "", before):
        state.tr_data = now
    state[_OFFERED] = now
    state.setdefault("tr_data", now)


def _suggest_a_name(job: Path, runs: Path) -> None:
    """At first, and once the one that was suggested is in use."""
    if st.session_state.pop(_TAKEN, False) or "tr_name" not in st.session_state:
        st.session_state.tr_name = free_name(runs, names_in_use(job))


def _how_long(runs: Path, network: str, recipe: str, epochs: int) -> str:
    """What an earlier run tells of the time it will take."""
    known = pace(list_runs(served(str(runs))), recipe, gan=network == "dcgan")
    if known is None:
        return ""
    name, minutes = known
    return (
        f"{literal(name)} took {minutes:.1f} minutes an epoch here with this recipe: "
        f"{counted(epochs, 'epoch')} would take about "
        f"{counted(round(minutes * epochs), 'minute')}, on as many faces."
    )


def _demo() -> str:
    return str(DEMO_DIR) if is_made() else ""
