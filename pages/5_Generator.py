"""Faces that no one has: paint them, take them apart, see how the painter learned."""

import streamlit as st

from ui.generator_faces import many_faces, one_face
from ui.generator_input import asked_for, set_link
from ui.generator_learning import how_good, how_it_learned
from ui.generator_paths import arithmetic, between
from ui.resources import get_inspector
from ui.theme import start_page

VIEWS = {
    "faces": ("Faces", many_faces),
    "one": ("One face", one_face),
    "between": ("Between two", between),
    "sums": ("Sums", arithmetic),
    "learning": ("How it learned", how_it_learned),
    "quality": ("How good it is", how_good),
}

start_page("Generator", "Faces that no one has, painted from random numbers. Turn the numbers.")
inspector = get_inspector()
linked = st.query_params.get("view")
if "gen_view" not in st.session_state:
    st.session_state.gen_view = linked if linked in VIEWS else "faces"
    if linked not in (None, *VIEWS):
        st.warning("The link's view is none of this page: left out.", icon=":material/link_off:")
view = st.segmented_control(
    "View",
    VIEWS,
    format_func=lambda name: VIEWS[name][0],
    required=True,
    key="gen_view",
    label_visibility="collapsed",
    persist_state="session",
)
request, generator = asked_for(view)
if generator is not None and inspector is not None:
    VIEWS[view][1](request, generator, inspector)
set_link(request, view)
st.caption(
    "Every face here is machine-made. The DCGAN learned from CelebA and FFHQ photos, "
    "MobileStyleGAN from FFHQ; both repeat the biases of these sets, and what they paint is for "
    "non-commercial use."
)
