"""Robustness and generalization: tables that were measured once and shipped, as charts."""

import pandas as pd
import streamlit as st

from core.artifacts import load_registry, read_json
from core.errors import UserError
from core.evaluation.card_sections import HARDEST_PAIR, how_known
from core.evaluation.robustness import DAMAGES
from ui.evaluation_charts import damage_chart, generator_chart
from ui.theme import empty_state

_STILL = {"displayModeBar": False}
_MODELS = {"classifier": "this model", "original": "the authors' recipe"}
_MEASURES = {
    "accuracy": ("Accuracy", 0.45),
    "roc_auc": ("ROC AUC", 0.45),
    "tpr_at_1pct_fpr": ("TPR at 1% FPR", 0.0),
}
_SHOWN = {
    "n": "Faces",
    "roc_auc": "ROC AUC",
    "accuracy": "Accuracy",
    "tpr_at_1pct_fpr": "TPR at 1% FPR",
}


def robustness() -> None:
    """The shipped sweeps: a chart for each damage."""
    try:
        known = load_registry()
        sweeps = {
            label: read_json(f"{name}_robustness")
            for name, label in _MODELS.items()
            if f"{name}_robustness" in known
        }
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if not sweeps:
        empty_state(
            "Not measured yet",
            "Run: python -m core evaluate --data DIR --robustness --keep classifier",
        )
        return
    first = next(iter(sweeps.values()))
    pairs = list(first["rows"][0]["pairs"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = pairs.index(HARDEST_PAIR) if HARDEST_PAIR in pairs else 0
        pair = st.selectbox("Real / fake", pairs, index=start, width=260, key="ev_pair")
        measure = st.segmented_control(
            "Figure",
            _MEASURES,
            default="accuracy",
            format_func=lambda name: _MEASURES[name][0],
            required=True,
            key="ev_measure",
        )
    st.caption(
        f"Up to {first['per_source']} faces a source of {first['split']}, each damaged before "
        "the network sees it; judged with the calibration of clean faces."
    )
    tables = {label: _table(sweep, pair) for label, sweep in sweeps.items()}
    title, floor = _MEASURES[measure]
    columns = st.columns(2, gap="large")
    for place, (name, damage) in enumerate(DAMAGES.items()):
        parts = {
            label: table[table["damage"].isin(["none", name])] for label, table in tables.items()
        }
        with columns[place % 2]:
            st.markdown(f"**{damage.title}**")
            figure = damage_chart(parts, measure, title, damage.unit, floor)
            st.plotly_chart(figure, config=_STILL, key=f"ev_damage_{name}")
    with st.expander("All figures", icon=":material/table:"):
        joined = pd.concat([table.assign(model=label) for label, table in tables.items()])
        st.dataframe(joined, hide_index=True, width="stretch")


def _table(sweep: dict, pair: str) -> pd.DataFrame:
    """A row a level: damage, level (text; "none" for clean faces), and the pair's figures."""
    return pd.DataFrame(
        {
            "damage": row["damage"],
            "level": "none" if row["level"] is None else f"{row['level']:g}",
            **row["pairs"].get(pair, {}),
        }
        for row in sweep["rows"]
    )


def generalization() -> None:
    """The shipped table of every real source against every generator at hand."""
    try:
        known = "classifier_generalization" in load_registry()
        found = read_json("classifier_generalization") if known else None
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if found is None:
        empty_state("Not measured yet", "Run: python -m core generalization --data DIR --keep")
        return
    st.plotly_chart(generator_chart(found["rows"]), config=_STILL)
    st.caption(
        "ROC AUC of each generator against each source of photos, with 95% intervals; never "
        "averaged. At 0.5 the network guesses; below, it takes them for more real than photos."
    )
    if found["left_out_views"]:
        st.caption(
            "Left out: a network of the same layers, trained for this table without that "
            "generator, and much shorter than the one that is shipped."
        )
    rows = [
        {
            "Generator": row["generator"],
            "The network knows it": how_known(row),
            "Photos": row["real"],
            **{name: row[key] for key, name in _SHOWN.items()},
        }
        for row in found["rows"]
    ]
    number = st.column_config.NumberColumn(format="%.3f")
    config = {name: number for key, name in _SHOWN.items() if key != "n"}
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config=config)
