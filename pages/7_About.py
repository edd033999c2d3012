"""What the models are, what they measured, and what they cannot do: the model cards, as shipped."""

import streamlit as st

from core.artifacts import read_artifact
from core.errors import UserError
from core.evaluation.knowledge import shipped_knowledge
from core.evaluation.plain_words import PLAIN_WORDS, plain_lines
from core.evaluation.tried import tried_line
from core.inference.networks import has_second, load_calibration
from ui.shared import address
from ui.shared.knowledge import MISSING
from ui.shared.names import literal
from ui.shared.theme import start_page
from ui.shared.widgets import download, say_error

CARDS = {
    "Classifier": ("model_card", "MODEL_CARD.md"),
    "Generator": ("generator_card", "GENERATOR_CARD.md"),
}


def _in_plain_words() -> None:
    """Ten lines for everyone, from the figures of the model that judges photos."""
    try:
        lines = plain_lines(
            shipped_knowledge(), load_calibration(name="both" if has_second() else "cnn")
        )
    except (UserError, KeyError):
        st.info(MISSING)
        return
    st.markdown("\n".join(f"1. {literal(line)}" for line in lines))


def _draw(card: str) -> None:
    head, *sections = card.split("\n## ")
    st.markdown(head.split("\n", 1)[1])  # its title is the tab's
    for section in sections:
        title, body = section.split("\n", 1)
        if title == PLAIN_WORDS:
            continue  # drawn above, from the figures as they are now
        with st.expander(title):
            st.markdown(body)


start_page("About", "What the models are, how well they do, and where they fail.")
address.say({})
# What is not looked at is not drawn: the cards are long.
tabs = st.tabs(list(CARDS), key="about_card", on_change="rerun")
for tab, (name, file_name) in zip(tabs, CARDS.values(), strict=True):
    if not tab.open:
        continue
    with tab:
        if name == "model_card":
            _in_plain_words()
        try:
            card = read_artifact(name).decode()
        except UserError as error:
            say_error(error)
            continue
        _draw(card)
        download(
            f"{file_name} (Markdown)",
            card,
            file_name=file_name,
            mime="text/markdown",
            icon=":material/description:",
        )
if tried := tried_line():
    st.caption(literal(tried))
