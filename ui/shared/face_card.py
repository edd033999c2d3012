"""A card for one judged face: what was judged, the verdict, the scale, the heat map."""

import html

import streamlit as st

from core.inference.networks import Panel
from core.inference.photo import FaceResult
from core.inference.verdict import WORDS, Calibration, Verdict, percent
from ui.shared.heat_map import draw_heat, heat_switch
from ui.shared.theme import p_fake_scale, tinted, verdict_pill

PICTURE_PX = 132
_NETWORK_NAMES = {"cnn": "CNN alone", "second": "Second opinion alone"}


def face_card(face: FaceResult, number: int, key: str, panel: Panel, marked: str = "") -> None:
    """Draw a face's card.

    Args:
        face: the judged face.
        number: its number in the photo, from 1.
        key: unique per face in the session.
        panel: what judged it, with the thresholds to draw.
        marked: how a person marked it, as `core.inference.report.mark_of` says it.
    """
    note = f"{marked.capitalize()}." if marked else ""
    alt = f"Face {number}: {WORDS[face.verdict.state].lower()}"
    with st.container(border=True):
        with st.container(horizontal=True):
            with st.container(width=PICTURE_PX):
                st.image(face.thumbnail, width="stretch", alt=alt)
                wanted = heat_switch(key)
            with st.container(width="stretch"):
                verdict_box(
                    f"Face {number}",
                    face.verdict,
                    face.p_fake,
                    panel.calibration,
                    note,
                    face.opinions,
                )
        if wanted:
            draw_heat(face, number, key, panel)


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
