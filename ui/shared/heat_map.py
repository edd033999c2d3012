"""The heat map of a face: made on demand, kept for the session, drawn as strongly as wished."""

import numpy as np
import streamlit as st

from core.errors import UserError
from core.inference.colors import CLASS_COLORS
from core.inference.explain import EVIDENCE, Heat, heat_of, scale_of, views_of
from core.inference.networks import Panel
from core.inference.photo import FaceResult
from ui.shared.widgets import say_error

_HEAT = "heat_maps"
_KEPT = 40  # heat maps a session remembers
_STRENGTH = 0.6
_PICTURE_PX = 224
_VIEWS = {
    EVIDENCE: "Second opinion, traces",
    "conv3": "CNN, last layer (conv3)",
    "conv2": "CNN, middle layer (conv2)",
    "conv1": "CNN, first layer (conv1)",
}


def heat_switch(key: str) -> bool:
    """The switch of a card's heat map, and whether it is on."""
    return st.toggle("Heat map", key=f"heat_{key}", help="Where in the face the network looked")


def _made(face: FaceResult, key: str, panel: Panel, view: str) -> Heat | None:
    """The heat map of a face, made now if this session has none; None after a sentence why."""
    judge = f"{panel.name} {view}"
    if (known := _kept(face, key, judge)) is not None:
        return known
    try:
        with st.spinner("Looking where the network looked ..."):
            heat = heat_of(face.thumbnail, face.tensor, panel, view)
    except UserError as error:
        say_error(error)
        return None
    kept = st.session_state.setdefault(_HEAT, {})
    kept[key] = face.tensor, judge, heat
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
    return heat


def draw_heat(face: FaceResult, number: int, key: str, panel: Panel) -> None:
    """The face under its heat map, how strongly that is drawn, and what its colours say.

    Args:
        face: the judged face.
        number: its number in the photo, from 1.
        key: that its card has.
        panel: what judged it.
    """
    heat = _made(face, key, panel, _view(key, panel))
    if heat is None:
        return
    with st.container(horizontal=True):
        frame = st.container(width=_PICTURE_PX)
        with st.container(width="stretch"):
            st.slider(
                "Strength", 0.1, 1.0, _STRENGTH, 0.1, key=_strength_key(key), format="percent"
            )
            if heat.method == EVIDENCE:
                _colour_bar(scale_of(heat.values))
        frame.image(_under(face, heat, key), width="stretch", alt=f"Heat map of face {number}")
    st.caption(heat.note)


def _view(key: str, panel: Panel) -> str:
    """Which network and layer is asked; drawn where there is a choice."""
    views = views_of(panel)
    if len(views) == 1:
        return views[0]
    name = f"heat_view_{key}"
    if st.session_state.get(name) not in views:  # the verdict may stand on other networks now
        st.session_state[name] = views[0]
    return st.selectbox("Seen by", views, format_func=_VIEWS.__getitem__, key=name)


def _colour_bar(scale: float) -> None:
    real, fake = CLASS_COLORS["real"], CLASS_COLORS["fake"]
    st.html(
        f'<div class="rf-heat"><span>-{scale:.0f}</span><i style="background:linear-gradient('
        f'90deg,{real},#8880,{fake})"></i><span>+{scale:.0f}</span></div>'
        '<div class="rf-heat"><span>photograph</span><i></i><span>generated</span></div>'
    )


def _under(face: FaceResult, heat: Heat, key: str) -> np.ndarray:
    """The face under its heat map, as strong as the slider says: uint8 (256, 256, 3)."""
    return heat.over(face.thumbnail, strength=st.session_state.get(_strength_key(key), _STRENGTH))


def heat_map_of(face: FaceResult, key: str) -> tuple[np.ndarray, str] | None:
    """A face under its heat map, uint8 (256, 256, 3), and what that is, if this session made it.

    Args:
        face: the judged face.
        key: that its card has.
    """
    heat = _kept(face, key)
    return None if heat is None else (_under(face, heat, key), heat.note)


def _kept(face: FaceResult, key: str, asked: str | None = None) -> Heat | None:
    """What is kept of this very face, and of what was asked if that is named."""
    tensor, judge, heat = st.session_state.get(_HEAT, {}).get(key, (None, None, None))
    fits = tensor is not None and np.array_equal(tensor, face.tensor)
    return heat if fits and asked in (None, judge) else None


def _strength_key(key: str) -> str:
    return f"heat_strength_{key}"
