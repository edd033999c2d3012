"""The Training page's curves: shipped runs, the authors' run and run folders on the same axes."""

from dataclasses import dataclass

import streamlit as st

from core.config import RUNS_DIR
from core.errors import UserError
from core.jobs import job_status
from core.open_folder import served
from core.training.histories import (
    AUTHORS,
    QUANTITIES,
    History,
    authors_history,
    in_words,
    run_history,
    shipped_histories,
)
from core.training.launch import list_runs, running_run
from ui.shared.address import Field, number, one_of, said, take
from ui.shared.names import literal
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT, say_error
from ui.training.finished import AS_USUAL, BESIDE
from ui.training.history_chart import AXES, history_chart
from ui.training.history_tables import every_epoch, hyperparameters
from ui.training.runs import JOB

MAX_CHARTS = 6
REFRESH_S = 5.0


@dataclass(frozen=True)
class View:
    """How curves are drawn.

    Attributes:
        quantities: some of `QUANTITIES`, a chart each; at least one.
        axis, smoothing, log: as `history_chart` takes them.
    """

    quantities: list[str]
    axis: str
    smoothing: float
    log: bool


def compare() -> dict[str, str]:
    """Choose runs and quantities; see them on the same axes, in words, as a table, as a file.

    Returns:
        What the address is to say of it.
    """
    known = _histories()
    fields = _fields(list(known))
    take("curves", fields)
    _obey_others(fields["runs"].usual)
    wanted = [name for name in st.session_state.tr_runs if name]
    st.session_state.tr_runs = [name for name in wanted if name in known]
    if gone := [name for name in wanted if name not in known]:
        st.warning(literal(f"Not on this machine, left out: {', '.join(gone)[:200]}"),
                   icon=":material/link_off:")  # fmt: skip
    st.multiselect("Runs", list(known), key="tr_runs", placeholder="choose runs", **KEPT)
    chosen = st.session_state.tr_runs
    quantities = [
        name for name in QUANTITIES if any(name in known[run].quantities for run in chosen)
    ]
    if not quantities:
        empty_state("No run chosen", "Choose one or more runs above to see how they went.")
        return said(fields)
    view = _view(quantities)
    running = running_run(job_status(JOB))
    live = running is not None and running.name in chosen
    st.fragment(_curves, run_every=REFRESH_S if live else None)(chosen, view)
    return said(fields)


def _curves(chosen: list[str], view: View) -> None:
    """All that follows from the chosen runs; a run in progress goes on before one's eyes."""
    known = _histories()
    histories = [known[name] for name in chosen if name in known]
    _charts(histories, view)
    for history in histories:
        for note in history.notes:
            st.caption(literal(f"{history.name}: {note}"))
    hyperparameters(histories)
    with st.expander("The curves in words"):
        words = [
            f"- {literal(in_words(history, quantity))}"
            for quantity in view.quantities
            for history in histories
            if quantity in history.quantities
        ]
        st.markdown("\n".join(words))
    every_epoch(histories)


def _charts(histories: list[History], view: View) -> None:
    """A chart a quantity, two in a row; a run has the same line in all of them."""
    across = min(2, len(view.quantities))
    places: list = []
    for quantity in view.quantities:
        places = places or list(st.columns(across, gap="medium"))
        figure = history_chart(
            histories, quantity, axis=view.axis, smoothing=view.smoothing, log=view.log
        )
        with places.pop(0):
            st.markdown(f"**{QUANTITIES[quantity]}**")
            st.plotly_chart(figure, config={"displaylogo": False}, key=f"tr_curve_{quantity}")
            missing = [each.name for each in histories if quantity not in each.quantities]
            if missing:
                st.caption(f"Without this figure: {literal(', '.join(missing))}.")
    faint = " Faint lines are the raw figures." if view.smoothing else ""
    st.caption(f"After each epoch.{faint}")


def _obey_others(usual: list[str]) -> None:
    """Do what was asked for elsewhere on the page: a run beside others, or what is as usual."""
    state = st.session_state
    if state.pop(AS_USUAL, False):
        state.tr_runs = usual
    if name := state.pop(BESIDE, None):
        others = [run for run in state.tr_runs if run != name] or usual
        state.tr_runs = [*(run for run in others if run != name), name]


def _fields(names: list[str]) -> dict[str, Field]:
    """What stands in a link to these curves."""
    first = [name for name in names if "lassifier" in name or name == AUTHORS] or names[:3]
    switch = {"0": False, "1": True}
    return {
        "runs": Field("tr_runs", first, lambda text: text.split("|"), "|".join),
        "quantity": Field("tr_quantity", None, _quantities_of, "|".join),
        "along": Field("tr_axis", "epoch", one_of(AXES)),
        "smoothing": Field("tr_smooth", 0.0, number(0, 0.95, float), "{:g}".format),
        "log": Field(
            "tr_log", False, lambda text: switch[one_of(switch)(text)], lambda on: f"{on:d}"
        ),
    }


def _quantities_of(text: str) -> list[str]:
    return [one_of(QUANTITIES)(name) for name in text.split("|")]


def _histories() -> dict[str, History]:
    found = {AUTHORS: authors_history()}
    try:
        found |= {history.name: history for history in shipped_histories().values()}
    except UserError as error:
        say_error(error)
    for run in list_runs(served(str(RUNS_DIR))):
        try:
            history = run_history(run)
            found[history.name] = history
        except UserError:  # not begun yet, or damaged: "A run" shows it, with the reason
            continue
    return found


def _view(quantities: list[str]) -> View:
    """The widgets above the charts.

    Args:
        quantities: those that a chosen run has.
    """
    there = [name for name in st.session_state.get("tr_quantity") or [] if name in quantities]
    st.session_state.tr_quantity = there or _usual(quantities)
    with st.container(horizontal=True):
        chosen = st.multiselect(
            "Quantities",
            quantities,
            format_func=QUANTITIES.__getitem__,
            key="tr_quantity",
            max_selections=MAX_CHARTS,
            width=310,
            **KEPT,
        )
        st.segmented_control(
            "Along", AXES, format_func=AXES.__getitem__, required=True, key="tr_axis"
        )
        smoothing = st.slider("Smoothing", 0.0, 0.95, step=0.05, key="tr_smooth", width=130)
        log = st.toggle("Log scale", key="tr_log")
    return View(chosen or _usual(quantities), st.session_state.tr_axis, smoothing, log)


def _usual(quantities: list[str]) -> list[str]:
    """What is shown while nobody chose: how good it is, and its loss."""
    good = [name for name in ("val_accuracy", "frechet", "val_roc_auc") if name in quantities]
    loss = [name for name in ("loss", "g_loss") if name in quantities]
    return [*good[:1], *loss[:1]] or quantities[:1]
