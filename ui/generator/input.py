"""Which faces are wanted: the Generator page's first row of widgets, and its link."""

import random
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from core.generators import GENERATORS
from core.generators.base import FaceGenerator
from core.generators.files import MAX_SEED, PSI_RANGE
from core.generators.request import SLIDERS, FaceRequest, read_query
from ui.generator.link import USUAL, read_view, to_view_query
from ui.generator.psi import shipped_psi
from ui.shared.address import moved, say
from ui.shared.names import literal
from ui.shared.resources import get_generator
from ui.shared.widgets import KEPT

_OURS = "dcgan"


def asked_for(view: str) -> tuple[FaceRequest, FaceGenerator | None]:
    """Draw the widgets; the link in the address bar follows them.

    Args:
        view: of the page; only what matters to it is asked.

    Returns:
        What is wanted, and the generator, or None after a sentence on why there is none.
    """
    _read_link()
    if view == "quality":
        return FaceRequest(), get_generator(_OURS)
    with st.container(border=True):
        which = _which() if view != "learning" else _OURS
        generator = get_generator(which)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            seed, count, psi = 0, GENERATORS[which].counts[1], FaceRequest.psi
            if view != "sums":
                seed = _seed()
            if view == "faces":
                count = _count(which)
            if view != "sums":
                psi = _psi(generator)
    # What was changed on one face belongs to that face alone.
    request = FaceRequest(which, seed, count, psi)
    if view == "one":
        amounts = tuple(st.session_state[direction_key(n)] for n in range(SLIDERS))
        request = replace(request, amounts=amounts, edits=st.session_state.gen_edits)
    return request, generator


def _which() -> str:
    chosen = st.segmented_control(
        "Generator",
        list(GENERATORS),
        format_func=_title,
        required=True,
        key="gen_generator",
        label_visibility="collapsed",
        on_change=_forget_changes,
        **KEPT,
    )
    return chosen or next(iter(GENERATORS))


def _title(key: str) -> str:
    """What a generator is called where one is chosen."""
    known = GENERATORS[key]
    return f"{'Our ' * (key == _OURS)}{known.name} ({known.side} px)"


def _seed() -> int:
    seed = st.number_input(
        "Seed", 0, MAX_SEED, step=1, key="gen_seed", width=170, on_change=_forget_edits, **KEPT
    )
    st.button("Random", on_click=_roll, icon=":material/casino:")
    return seed


def _count(which: str) -> int:
    key = f"gen_count_{which}"
    counts = GENERATORS[which].counts
    if st.session_state.get(key) not in counts:
        st.session_state[key] = counts[1]
    return st.segmented_control("Faces", counts, required=True, key=key, **KEPT) or counts[1]


def _psi(generator: FaceGenerator | None) -> float:
    note = generator.truncation_note if generator else None
    psi = st.slider(
        "Truncation psi", *PSI_RANGE, step=0.05, key="gen_psi", help=note, width=260, **KEPT
    )
    return round(psi, 2)


def direction_key(number: int) -> str:
    """The key of a direction's slider."""
    return f"gen_direction_{number}"


def link_to(request: FaceRequest, seed: int) -> str:
    """The link to one face of a request."""
    return "?" + urlencode({"view": "one", **replace(request, seed=seed).to_query()})


def open_face(request: FaceRequest, number: int) -> None:
    """Show one of the faces of a request by itself; before the page is drawn again."""
    if number < len(request.seeds):
        _forget_changes()
        st.session_state.gen_seed = request.seeds[number]
        st.session_state.gen_view = "one"


def set_link(request: FaceRequest, view: str) -> None:
    """Let the address bar name what is shown, so that the link reproduces it."""
    values = {name: st.session_state.get(f"gen_{name}", USUAL[name]) for name in USUAL}
    query = {} if view in ("sums", "quality") else request.to_query()
    if view == "sums" and "generator" in request.to_query():
        query["generator"] = request.generator
    say({"view": view, **query, **to_view_query(view, values)})


def _read_link() -> None:
    """Take over what the link says, once a session and after Back."""
    if "gen_seed" in st.session_state and not moved():
        return
    query = st.query_params.to_dict()
    request, problems = read_query(query)
    values, more = read_view(query)
    st.session_state.update(
        gen_generator=request.generator,
        gen_seed=request.seed,
        gen_psi=_first_psi(query, request),
        gen_edits=dict(request.edits),
        **{f"gen_count_{request.generator}": request.count},
        **{f"gen_{name}": value for name, value in values.items()},
        **{direction_key(n): amount for n, amount in enumerate(request.amounts)},
    )
    for problem in problems + more:
        st.warning(literal(problem), icon=":material/link_off:")


def _first_psi(query: dict[str, str], request: FaceRequest) -> float:
    """The link's; where no link asks for faces, that at which the DCGAN is at its best."""
    asked = query.keys() & {"psi", "seed", "generator"}
    return request.psi if asked else shipped_psi()


def _roll() -> None:
    st.session_state.gen_seed = random.randrange(1_000_000)
    _forget_edits()


def _forget_edits() -> None:
    """Numbers set by hand belong to one seed of one generator."""
    st.session_state.gen_edits = {}


def _forget_changes() -> None:
    _forget_edits()
    for number in range(SLIDERS):
        st.session_state[direction_key(number)] = 0.0
