"""What one half of the second opinion makes of sources it never saw, as a shipped table."""

import pandas as pd
import streamlit as st

from core.artifacts import load_registry, read_json
from core.errors import UserError
from core.evaluation.sources import WRONG, kind_of
from core.inference.verdict import CLASS_WORDS
from ui.evaluation.figure_names import SOURCE_PX
from ui.shared.widgets import say_error

TABLE = "second_generalization"
_HELP = {
    "Wrong verdict": "Share of the faces that got a verdict, and the wrong one, without the guard.",
    "Wrong": "The same once the guard has made faces unlike all of training unsure.",
    "Unsure": "Share of the faces that got no verdict.",
}
# Columns of shares and their widths: all columns together are no wider than the page at 1280.
_SHARES_PX = {"Wrong verdict": 98, "Wrong, guarded": 112, "Unsure": 62,
              "Unsure, guarded": 116}  # fmt: skip


def left_out() -> None:
    """The table, with what it says; nothing where it was not measured."""
    try:
        found = read_json(TABLE) if TABLE in load_registry() else None
    except UserError as error:
        say_error(error)
        return
    if found is None:
        return
    st.header("Sources it never saw", anchor=False)
    st.caption(
        "Each source in turn was left out of the training of the second opinion's head on DINOv2 "
        "and of its guard, and then judged by these alone, with no all-clear above P(fake) "
        f"{found['cleared_up_to']:.0%}. The guard turns a verdict on a face "
        "unlike all of training into unsure. ROC AUC is against all sources of the other class."
    )
    rows = pd.DataFrame(_row(row) for row in found["rows"])
    config = {
        name: st.column_config.NumberColumn(
            format="%.0f%%", help=_HELP[name.split(",")[0]], width=width
        )
        for name, width in _SHARES_PX.items()
    }
    config["ROC AUC"] = st.column_config.NumberColumn(format="%.3f", width=70)
    others = {"Left out": SOURCE_PX, "These are": 76, "Faces": 50}
    config |= {name: st.column_config.Column(width=width) for name, width in others.items()}
    st.dataframe(rows, hide_index=True, column_config=config)


def _row(row: dict) -> dict:
    wrong = WRONG[row["label"]]
    return {
        "Left out": kind_of(row["source"]),
        "ROC AUC": row["roc_auc"],
        "Wrong verdict": 100 * row[wrong],
        "Wrong, guarded": 100 * row[f"{wrong}_guarded"],
        "Unsure": 100 * row["unsure"],
        "Unsure, guarded": 100 * row["unsure_guarded"],
        "These are": CLASS_WORDS[row["label"]],
        "Faces": row["n"],
    }
