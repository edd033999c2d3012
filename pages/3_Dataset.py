"""What the classifier learned from: get a data set, look through it, find what is wrong with it."""

import streamlit as st

from ui.dataset.browse import browse
from ui.dataset.grid import pick
from ui.dataset.source import opened_dataset
from ui.dataset.understand import understand
from ui.shared import address
from ui.shared.resources import get_inspector
from ui.shared.theme import start_page, switch

VIEWS = {"browse": "Look through it", "map": "Map", "understand": "What is in it"}

start_page("Dataset", "Faces to learn from: look through them, and find what gives a class away.")
index = opened_dataset()
if index is not None and (inspector := get_inspector()) is not None:
    address.take("dataset", {"view": address.Field("ds_view", "browse", address.one_of(VIEWS))})
    view = switch("View", VIEWS, "ds_view", on_change=lambda: pick(None))
    if view in ("browse", "map"):
        browse(index, inspector, mapped=view == "map")
    else:
        address.say({"data": st.session_state.ds_folder, "view": view})
        understand(index)
st.caption(
    "Photos of people stay on the machine that runs this app. Mind the terms of the set they "
    "come from."
)
