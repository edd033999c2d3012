"""A card for one judged face: what was judged, the verdict, the scale, the heat map."""

import html

import streamlit as st

from core.inference.networks import Panel
from core.inference.photo import FaceResult
from core.inference.report import MARKS
from core.inference.verdict import WORDS, Calibration, Verdict, percent
from ui.shared.heat_map import heat_legend, heat_switch, make_heat, under_heat
from ui.shared.theme import p_fake_scale, tinted, verdict_pill

PICTURE_PX = 132
_NETWORK_NAMES = {"cnn": "CNN alone", "second": "Second opinion alone"}
HEAT_PX = 224  # of the picture under its heat map


def face_card(face: FaceResult, number: int, key: str, panel: Panel) -> None:
    """Draw a face's card.

    Args:
        face: the judged face.
        number: its number in the photo, from 1.
        key: unique per face in the session.
        panel: what judged it, with the thresholds to draw.
    """
    state, calibration = face.verdict.state, panel.calibration
    wanted = st.session_state.get(f"heat_{key}", False)
    with st.container(border=True, horizontal=True):
        picture = st.container(width=HEAT_PX if wanted else PICTURE_PX)
        words = st.container(width="stretch")
        with words:
            note = f"{MARKS[face.marked].capitalize()}." if face.marked else ""
            verdict_box(
                f"Face {number}", face.verdict, face.p_fake, calibration, note, face.opinions
            )
        with picture:
            frame = st.empty()
            heat = make_heat(face, key, panel) if heat_switch(key) else None
            shown = face.thumbnail if heat is None else under_heat(face, heat, key)
            frame.image(shown, width="stretch", alt=f"Face {number}: {WORDS[state].lower()}")
        if heat is not None:
            with words:
                heat_legend(heat, key)


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
    title = f'<b style="color:var(--rf-{state})">{name}</b>{verdict_pill(state)}'
    tinted(state, f'<div class="rf-head">{title}</div>{why}{scale}{_opinions(opinions or {})}')


def _opinions(opinions: dict[str, float]) -> str:
    if len(opinions) < 2:
        return ""
    cells = "".join(
        f"<span>{_NETWORK_NAMES[name]} <b>{html.escape(percent(p_fake))}</b></span>"
        for name, p_fake in opinions.items()
    )
    return f'<div class="rf-opinions" title="P(fake) of each network by itself">{cells}</div>'
