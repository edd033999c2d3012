"""A card for one judged face: what was judged, the verdict, the scale, the heat map."""

import html

import numpy as np
import streamlit as st

from core.errors import UserError
from core.inference.photo import FaceResult
from core.inference.report import CLASS_COLORS, MARKS
from core.inference.verdict import WORDS, Calibration, Verdict, percent
from ui.names import literal
from ui.theme import p_fake_scale, tinted, verdict_pill

PICTURE_PX = 132
_NETWORK_NAMES = {"cnn": "CNN alone", "second": "Second opinion alone"}
_HEAT = "heat_maps"
HEAT_KEPT = 40  # heat maps a session remembers, each of 260 kB
_HEAT_NOTE = (
    "Bright regions raised P(fake) of the CNN most (Grad-CAM). A hint at what the network used, "
    "not proof of anything in the picture."
)


def face_card(face: FaceResult, number: int, key: str, calibration: Calibration) -> None:
    """Draw a face's card.

    Args:
        face: the judged face.
        number: its number in the photo, from 1.
        key: unique per face in the session.
        calibration: the thresholds to draw.
    """
    state = face.verdict.state
    with st.container(border=True, horizontal=True):
        picture, words = st.container(width=PICTURE_PX), st.container(width="stretch")
        with words:
            note = f"{MARKS[face.marked].capitalize()}." if face.marked else ""
            verdict_box(
                f"Face {number}", face.verdict, face.p_fake, calibration, note, face.opinions
            )
        with picture:
            frame = st.empty()
            wanted = st.toggle("Heat map", key=f"heat_{key}", help=_HEAT_NOTE)
            shown = _with_heat(face, key) if wanted else face.thumbnail
            alt = f"Face {number}: {WORDS[state].lower()}"
            frame.image(shown, width="stretch", alt=alt)
        if wanted:
            words.caption(_HEAT_NOTE)


def verdict_box(
    name: str,
    verdict: Verdict,
    p_fake: float | None,
    calibration: Calibration,
    note: str = "",
    opinions: dict[str, float] | None = None,
) -> None:
    """Draw a verdict with its reason and scale, on its tint.

    Args:
        name: of the face, such as "Face 2".
        verdict: what to make of it.
        p_fake: probability in [0, 1]; None leaves the scale out.
        calibration: the thresholds to draw.
        note: a sentence to add.
        opinions: P(fake) of each network by itself; shown where there are several.
    """
    state = verdict.state
    scale = ""
    if p_fake is not None:
        scale = p_fake_scale(
            p_fake,
            state,
            threshold=calibration.threshold,
            low=calibration.unsure_low,
            high=calibration.unsure_high,
        )
    words = " ".join(part for part in (verdict.reason, note) if part)
    why = f'<div class="rf-reason">{html.escape(words)}</div>' if words else ""
    title = f'<b style="color:{CLASS_COLORS[state]}">{name}</b>{verdict_pill(state)}'
    tinted(state, f'<div class="rf-head">{title}</div>{why}{scale}{_opinions(opinions or {})}')


def _opinions(opinions: dict[str, float]) -> str:
    if len(opinions) < 2:
        return ""
    cells = "".join(
        f"<span>{_NETWORK_NAMES[name]} <b>{html.escape(percent(p_fake))}</b></span>"
        for name, p_fake in opinions.items()
    )
    return f'<div class="rf-opinions" title="P(fake) of each network by itself">{cells}</div>'


def heat_map_of(face: FaceResult, key: str) -> np.ndarray | None:
    """A face under its heat map, uint8 (256, 256, 3), if that was made in this session.

    Args:
        face: the judged face.
        key: that its card has.
    """
    kept = st.session_state.get(_HEAT, {}).get(key)
    return kept[1] if kept and np.array_equal(kept[0], face.tensor) else None


def _with_heat(face: FaceResult, key: str) -> np.ndarray:
    from core.inference.explain import grad_cam, overlay

    if (known := heat_map_of(face, key)) is not None:
        return known
    try:
        with st.spinner("Looking where the network looked ..."):
            drawn = overlay(face.thumbnail, grad_cam(face.tensor))
    except UserError as error:
        st.error(literal(str(error)))
        return face.thumbnail
    kept = st.session_state.setdefault(_HEAT, {})
    kept[key] = face.tensor, drawn
    while len(kept) > HEAT_KEPT:
        del kept[next(iter(kept))]
    return drawn
