"""How the networks learned: curves of runs, a run in progress, and what is inside them."""

import streamlit as st

from ui.resources import get_inspector
from ui.theme import start_page
from ui.training_histories import compare
from ui.training_models import models
from ui.training_runs import runs

VIEWS = {"compare": "Compare runs", "runs": "Train", "models": "The networks"}

start_page("Training", "How the networks learned, what is inside them, and a run of your own.")
linked = st.query_params.get("view")
st.session_state.setdefault("tr_view", linked if linked in VIEWS else "compare")
view = st.segmented_control(
    "View",
    VIEWS,
    format_func=VIEWS.get,
    required=True,
    key="tr_view",
    label_visibility="collapsed",
    persist_state="session",
)
if st.query_params.get("view") != view:
    st.query_params["view"] = view
if view == "compare":
    compare()
elif view == "runs":
    runs()
elif (inspector := get_inspector()) is not None:
    models(inspector)
