"""What the networks can know, in words and as a table, from their measured figures."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.evaluation.knowledge import shipped_knowledge


def knowledge_line() -> None:
    """Beside a verdict: what the networks learned from, and how often they accuse a photo."""
    try:
        known = shipped_knowledge().sentence()
    except (UserError, KeyError):
        known = "The figures of the model are missing. About says how to restore them."
    st.caption(f"A verdict is a hint, never proof. {known} About has every figure.")


def where_people_try_it() -> None:
    """A row a source: what was said of its faces, never averaged into one number."""
    try:
        rows = shipped_knowledge().rows
    except (UserError, KeyError):
        return
    table = pd.DataFrame(
        [
            {
                "Source": row["source"],
                "These are": {"real": "photos", "fake": "generated"}[row["label"]],
                "Faces": row["n"],
                "Called fake": row["called_fake"],
                "Unsure": row["called_unsure"],
                "No trace found": row["called_real"],
            }
            for row in rows
        ]
    )
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    st.dataframe(
        table,
        hide_index=True,
        column_config=dict.fromkeys(("Called fake", "Unsure", "No trace found"), bar),
    )
