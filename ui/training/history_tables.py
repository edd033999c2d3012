"""The Training page's tables: the settings of runs beside each other, and every epoch of each."""

import streamlit as st

from core.tables import to_csv
from core.training.histories import QUANTITIES, History, settings_table, to_long
from core.training.meanings import meanings, titled
from ui.shared.names import literal
from ui.shared.widgets import download


def hyperparameters(histories: list[History]) -> None:
    """The settings of the runs beside each other."""
    several = len(histories) > 1
    st.markdown("**Hyperparameters**")
    differing = several and st.toggle("Only those that differ", True, key="tr_differing")
    table = settings_table(histories, differing=differing)
    if table.empty:
        st.caption("They are the same in all of these runs." if differing else "None are known.")
        return
    st.dataframe(table, height=min(35 * (len(table) + 1) + 3, 400))
    with st.expander("What they mean"):
        for network, told in _meanings(histories).items():
            shown = {name: told[name] for name in told if titled(name) in table.index}
            if shown:
                st.markdown(f"**Of a {network}**")
                lines = (f"- **{titled(name)}**: {text}" for name, text in shown.items())
                st.markdown("\n".join(lines))


def _meanings(histories: list[History]) -> dict[str, dict[str, str]]:
    """What was trained -> what the hyperparameters of all its runs mean."""
    found: dict[str, dict[str, str]] = {}
    for history in histories:
        network, told = meanings(history.settings)
        found.setdefault(network, {}).update(told)
    return found


def every_epoch(histories: list[History]) -> None:
    """The figures of each run epoch by epoch, and all of them as one file."""
    with st.expander("Every epoch"):
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
    download(
        "All figures of these runs (CSV)",
        to_csv(to_long(histories)),
        file_name="training_scalars.csv",
        mime="text/csv",
        icon=":material/download:",
    )
