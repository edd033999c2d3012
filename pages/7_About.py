"""What the models are, what they measured, and what they cannot do: the model cards, as shipped."""

import streamlit as st

from core.artifacts import read_artifact
from core.errors import UserError
from ui.theme import start_page

CARDS = {
    "Classifier": ("model_card", "MODEL_CARD.md"),
    "Generator": ("generator_card", "GENERATOR_CARD.md"),
}

start_page("About", "What the models are, how well they do, and where they fail.")
for tab, (name, file_name) in zip(st.tabs(list(CARDS)), CARDS.values(), strict=True):
    with tab:
        try:
            card = read_artifact(name).decode()
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            continue
        st.markdown(card.split("\n", 1)[1])  # its title is the tab's
        st.download_button(
            f"{file_name} (Markdown)",
            card,
            file_name=file_name,
            mime="text/markdown",
            on_click="ignore",
            icon=":material/description:",
        )
