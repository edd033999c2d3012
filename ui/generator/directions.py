"""The Generator page's sliders: what changes a face most, with names that were measured."""

from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image

from core.artifacts import read_json
from core.errors import UserError
from core.generators.base import FaceGenerator
from core.generators.request import SLIDERS, FaceRequest
from core.imaging import encode
from ui.generator.input import direction_key
from ui.shared.widgets import KEPT

END_PX = 56
_QUICK_SIDE = 256  # a larger face takes half a second: no pictures at the ends


def directions(request: FaceRequest, generator: FaceGenerator) -> None:
    """Draw a slider for each of the strongest directions, the two extremes at its ends."""
    head, reset = st.columns([2, 1], vertical_alignment="center")
    head.markdown("**What changes a face most**")
    reset.button("Reset", on_click=_reset, icon=":material/restart_alt:")
    names = _measured(request.generator)
    quick = generator.side <= _QUICK_SIDE
    for number in range(SLIDERS):
        known = names[number] if number < len(names) else {}
        ends = _ends(request, generator, number) if quick else None
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
            if ends:
                st.image(ends[0], width=END_PX, alt=_end(known, "low"))
            st.slider(
                _title(known, number),
                -1.0,
                1.0,
                step=0.01,
                key=direction_key(number),
                help=_help(known),
                **KEPT,
            )
            if ends:
                st.image(ends[1], width=END_PX, alt=_end(known, "high"))
    st.caption(_how_found(names, generator))


def _title(known: dict, number: int) -> str:
    if not known.get("trait"):
        return f"Direction {number + 1}"
    return f"{known['trait'].capitalize()}: {known['low']} to {known['high']}"


def _end(known: dict, which: str) -> str:
    """An extreme in words."""
    named = known.get("trait")
    return f"{named}: {known[which]}" if named else "An extreme of this direction"


def _help(known: dict) -> str | None:
    if not known:
        return None
    if not known["trait"]:
        return "Nothing that was measured of the faces goes with it reliably enough for a name."
    return (
        f"Named by measurement: over {known['faces']} faces painted along it, the steps and what "
        f"is measured of the face correlate by {abs(known['correlation']):.2f}."
    )


def _how_found(names: list[dict], generator: FaceGenerator) -> str:
    if names:
        return (
            f"{generator.directions_note} Nobody named them: each has the name of what small "
            "measuring functions see change along it (landmarks, brightness, colour)."
        )
    return f"{generator.directions_note} Nobody named them: drag and see."


def _measured(generator: str) -> list[dict]:
    """What was measured of the shipped DCGAN's directions when it was published."""
    if generator != "dcgan":
        return []
    try:
        return read_json("generator_metrics").get("directions", [])
    except UserError:
        return []


def _ends(request: FaceRequest, generator: FaceGenerator, number: int) -> list[bytes]:
    pictures = []
    for end in (-1.0, 1.0):
        amounts = (*request.amounts[:number], end, *request.amounts[number + 1 :])
        code = replace(request, amounts=amounts).edited_code(generator)
        pictures.append(_small(generator.version, code.tobytes(), generator))
    return pictures


@st.cache_data(max_entries=512, show_spinner=False)
def _small(version: str, code: bytes, _generator: FaceGenerator) -> bytes:
    """A face as a small file."""
    (face,) = _generator.paint(np.frombuffer(code, np.float32)[None])
    image = Image.fromarray(face).resize((2 * END_PX, 2 * END_PX), Image.Resampling.LANCZOS)
    return encode(image, "WEBP", quality=85)


def _reset() -> None:
    for number in range(SLIDERS):
        st.session_state[direction_key(number)] = 0.0
    st.session_state.gen_edits = {}
