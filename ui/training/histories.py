"""The Training page's curves: shipped runs, the authors' run and run folders on the same axes."""

import pandas as pd
import streamlit as st

from core.config import RUNS_DIR
from core.errors import UserError
from core.open_folder import served
from core.tables import to_csv
from core.training.histories import (
    AUTHORS,
    QUANTITIES,
    History,
    authors_history,
    in_words,
    run_history,
    shipped_histories,
    to_long,
)
from core.training.run_folder import list_runs
from ui.shared.address import Field, number, one_of, said, take
from ui.shared.names import literal
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT, download, say_error
from ui.training.history_chart import AXES, history_chart


def compare() -> dict[str, str]:
    """Choose runs and a quantity; see them on the same axes, in words, as a table, as a file.

    Returns:
        What the address is to say of it.
    """
    known = _histories()
    names = list(known)
    fields = _fields(names)
    take("curves", fields)
    st.session_state.tr_runs = [name for name in st.session_state.tr_runs if name in known]
    chosen = st.multiselect("Runs", names, key="tr_runs", placeholder="choose runs", **KEPT)
    histories = [known[name] for name in chosen]
    quantities = [name for name in QUANTITIES if any(name in h.quantities for h in histories)]
    if not quantities:
        empty_state("No run chosen", "Choose one or more runs above to see how they went.")
        return said(fields)
    quantity, axis, smoothing, log = _view(quantities)
    shown = [history for history in histories if quantity in history.quantities]
    figure = history_chart(shown, quantity, axis=axis, smoothing=smoothing, log=log)
    st.plotly_chart(figure, config={"displaylogo": False})
    faint = " Faint lines are the raw figures." if smoothing else ""
    missing = [history.name for history in histories if history not in shown]
    without = f" Without this figure: {literal(', '.join(missing))}." if missing else ""
    st.caption(f"{QUANTITIES[quantity]} after each epoch.{faint}{without}")
    for history in shown:
        for note in history.notes:
            st.caption(literal(f"{history.name}: {note}"))
    with st.expander("The curves in words", icon=":material/notes:"):
        st.markdown("\n".join(f"- {literal(in_words(history, quantity))}" for history in shown))
    _table(histories)
    return said(fields)


def _fields(names: list[str]) -> dict[str, Field]:
    """What stands in a link to these curves."""
    first = [name for name in names if "lassifier" in name or name == AUTHORS] or names[:3]
    switch = {"0": False, "1": True}
    return {
        "runs": Field("tr_runs", first, lambda text: text.split("|"), "|".join),
        "quantity": Field("tr_quantity", None, one_of(QUANTITIES)),
        "along": Field("tr_axis", "epoch", one_of(AXES)),
        "smoothing": Field("tr_smooth", 0.0, number(0, 0.95, float), "{:g}".format),
        "log": Field(
            "tr_log", False, lambda text: switch[one_of(switch)(text)], lambda on: f"{on:d}"
        ),
    }


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


def _view(quantities: list[str]) -> tuple[str, str, float, bool]:
    if st.session_state.get("tr_quantity") not in quantities:
        preferred = [name for name in ("val_accuracy", "frechet") if name in quantities]
        st.session_state.tr_quantity = (preferred or quantities)[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quantity = st.selectbox(
            "Quantity",
            quantities,
            format_func=QUANTITIES.get,
            key="tr_quantity",
            width=240,
            **KEPT,
        )
        axis = st.segmented_control(
            "Along", AXES, format_func=AXES.get, required=True, key="tr_axis"
        )
        smoothing = st.slider("Smoothing", 0.0, 0.95, step=0.05, key="tr_smooth", width=180)
        log = st.toggle("Log scale", key="tr_log")
    return quantity, axis, smoothing, log


def _table(histories: list[History]) -> None:
    with st.expander("Every epoch", icon=":material/table:"):
        for history in histories:
            st.markdown(f"**{literal(history.name)}**")
            table = history.table[["epoch", *history.quantities, "minutes"]]
            st.dataframe(
                table.rename(columns=QUANTITIES),
                hide_index=True,
                column_config=dict.fromkeys(
                    QUANTITIES.values(), st.column_config.NumberColumn(format="%.4g")
                ),
                height=min(36 * (len(table) + 1) + 2, 300),
            )
    long: pd.DataFrame = to_long(histories)
    download(
        "All figures of these runs (CSV)",
        to_csv(long),
        file_name="training_scalars.csv",
        mime="text/csv",
        icon=":material/download:",
    )
