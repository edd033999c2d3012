"""Which faces are wanted: the Generator page's first row of widgets, and its link."""

import random

import streamlit as st

from core.generators import GENERATORS
from core.generators.base import FaceGenerator
from core.generators.files import MAX_SEED, PSI_RANGE
from core.generators.request import COUNTS, SLIDERS, FaceRequest, read_query
from ui.resources import get_generator

_NAMES = {"dcgan": "Our DCGAN (128 px)", "mobilestylegan": "MobileStyleGAN (1024 px)"}
_KEEP = {"persist_state": "session"}


def asked_for(view: str) -> tuple[FaceRequest, FaceGenerator | None]:
    """Draw the widgets; the link in the address bar follows them.

    Args:
        view: of the page; only what matters to it is asked.

    Returns:
        What is wanted, and the generator, or None after a sentence on why there is none.
    """
    _read_link()
    with st.container(border=True):
        which = st.segmented_control(
            "Generator",
            GENERATORS,
            format_func=_NAMES.get,
            required=True,
            key="gen_generator",
            label_visibility="collapsed",
            **_KEEP,
        )
        generator = get_generator(which)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            seed = st.number_input("Seed", 0, MAX_SEED, step=1, key="gen_seed", width=170, **_KEEP)
            st.button("Random", on_click=_roll, icon=":material/casino:")
            counts = COUNTS[which]
            if st.session_state.get("gen_count") not in counts:
                st.session_state.gen_count = counts[1]
            if view in ("faces", "learning"):
                st.segmented_control("Faces", counts, required=True, key="gen_count", **_KEEP)
            note = generator.truncation_note if generator else None
            options = {"help": note, "width": 260, **_KEEP}
            psi = st.slider("Truncation psi", *PSI_RANGE, step=0.05, key="gen_psi", **options)
    request = FaceRequest(
        generator=which,
        seed=seed,
        count=st.session_state.gen_count,
        psi=round(psi, 2),
        amounts=tuple(st.session_state[direction_key(n)] for n in range(SLIDERS)),
        edits=st.session_state.gen_edits,
    )
    return request, generator


def direction_key(number: int) -> str:
    """The key of a direction's slider."""
    return f"gen_direction_{number}"


def set_link(request: FaceRequest, view: str) -> None:
    """Let the address bar name what is shown, so that the link reproduces it."""
    wanted = {"view": view, **request.to_query()}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _read_link() -> None:
    """Take over what the link says, once a session."""
    if "gen_seed" in st.session_state:
        return
    request, problems = read_query(st.query_params.to_dict())
    st.session_state.update(
        gen_generator=request.generator,
        gen_seed=request.seed,
        gen_count=request.count,
        gen_psi=request.psi,
        gen_edits=dict(request.edits),
        **{direction_key(n): amount for n, amount in enumerate(request.amounts)},
    )
    for problem in problems:
        st.warning(problem, icon=":material/link_off:")


def _roll() -> None:
    st.session_state.gen_seed = random.randrange(1_000_000)
