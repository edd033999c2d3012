"""What the models are, what they measured, and what they cannot do: the model cards, as shipped."""

import streamlit as st

from core.artifacts import read_artifact
from core.errors import UserError
from ui.names import literal
from ui.theme import start_page

CARDS = {
    "Classifier": ("model_card", "MODEL_CARD.md"),
    "Generator": ("generator_card", "GENERATOR_CARD.md"),
}
# What everyone should see; the rest opens on demand.
OPEN = ("What it cannot do", "Where people try it", "Results of the CNN alone", "Quality")


def _draw(card: str) -> None:
    head, *sections = card.split("\n## ")
    st.markdown(head.split("\n", 1)[1])  # its title is the tab's
    for section in sorted(sections, key=lambda text: not text.startswith(OPEN)):
        title, body = section.split("\n", 1)
        if title in OPEN:
            st.markdown(f"#### {title}\n{body}")
        else:
            with st.expander(title):
                st.markdown(body)


start_page("About", "What the models are, how well they do, and where they fail.")
for tab, (name, file_name) in zip(st.tabs(list(CARDS)), CARDS.values(), strict=True):
    with tab:
        try:
            card = read_artifact(name).decode()
        except UserError as error:
            st.error(literal(str(error)), icon=":material/error:")
            continue
        _draw(card)
        st.download_button(
            f"{file_name} (Markdown)",
            card,
            file_name=file_name,
            mime="text/markdown",
            on_click="ignore",
            icon=":material/description:",
        )
