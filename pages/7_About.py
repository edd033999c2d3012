"""What the model is, what it measured, and what it cannot do: the model card, as shipped."""

import streamlit as st

from core.artifacts import read_artifact
from core.errors import UserError
from ui.theme import start_page

start_page("About", "What the model is, how well it does, and where it fails.")
try:
    card = read_artifact("model_card").decode()
except UserError as error:
    st.error(str(error), icon=":material/error:")
else:
    st.markdown(card.split("\n", 1)[1])  # its title is the page's
    st.download_button(
        "Model card (Markdown)",
        card,
        file_name="MODEL_CARD.md",
        mime="text/markdown",
        on_click="ignore",
        icon=":material/description:",
    )
