"""A page of a data set's faces as a grid: pictures to press, and ways to the other pages."""

import base64
import html
import os
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.browse import Verdicts, outcomes
from core.dataset.index import DatasetIndex
from core.dataset.thumbnails import thumbnail
from core.errors import UserError
from core.inference.colors import CLASS_COLORS
from core.inference.report import percent
from ui.shared.face_clicks import on_face_click
from ui.shared.names import literal

_MARKS = {"right": "✓ right", "wrong": "<b>✗ wrong</b>", "unsure": "unsure"}
CELL_PX = 103  # seven in a row, three on a phone


def grid(index: DatasetIndex, shown: np.ndarray, verdicts: Verdicts) -> None:
    """Draw faces; a press on one lets it be looked at closely.

    Args:
        index: the data set.
        shown: the rows to draw.
        verdicts: on all its faces.
    """
    faces = index.faces.iloc[shown]
    said = outcomes(faces, verdicts.states[shown])
    with st.container(horizontal=True, gap="small"):
        for place, (row, outcome) in enumerate(zip(shown, said, strict=True), start=1):
            face, chance = index.faces.iloc[row], verdicts.p_fake[row]
            with st.container(width=CELL_PX, gap=None):
                st.html(_cell(face, int(row), chance, outcome, _link_to(index, face.path)))
                st.button(
                    f"Look at {place}",
                    key=f"ds_pick_{row}",
                    on_click=pick,
                    args=(int(row),),
                    width="stretch",
                    type="tertiary",
                    help=literal(os.path.basename(face.path)),
                )
    on_face_click("ds_clicks", pick)


def pick(row: int | None) -> None:
    """Look at this face of the index closely; None closes it."""
    st.session_state.ds_face = row


def _link_to(index: DatasetIndex, path: str) -> str:
    """Where a picture leads in a new tab; a plain press stays in the session."""
    return "?" + urlencode({"data": st.session_state.ds_folder, "face": index.relative(path)})


def _cell(face: pd.Series, row: int, p_fake: float, outcome: str, link: str) -> str:
    """A face, its class in the class' colour, and what the classifier makes of it."""
    name = html.escape(os.path.basename(face.path))
    chance = ""
    if not np.isnan(p_fake):
        said = f"P(fake)&nbsp;{html.escape(percent(p_fake))}"
        chance = f"<span>{_MARKS[outcome]}</span><span>{said}</span>"
    return (
        f'<figure class="rf-face" title="{name}">'
        # the button below is the way for the keyboard: one stop a face
        f'<a class="rf-open" tabindex="-1" href="{html.escape(link)}" data-number="{row}" '
        f'target="_self">{picture_of(face)}</a><figcaption>'
        f'<span class="rf-short" style="background:{CLASS_COLORS[face.label]}">{face.label}</span>'
        f"{chance}</figcaption></figure>"
    )


def picture_of(face: pd.Series) -> str:
    """HTML of a small picture of a face, or of what is wrong with its file.

    Args:
        face: a row of an index.
    """
    name = html.escape(os.path.basename(face.path))
    try:
        return f'<img src="{_thumbnail(face.path, face.modified_ns)}" alt="{name}">'
    except UserError as error:
        return f'<div class="rf-missing">{html.escape(str(error))}</div>'


@st.cache_data(max_entries=5000, show_spinner=False)
def _thumbnail(path: str, modified_ns: int) -> str:
    return "data:image/webp;base64," + base64.b64encode(thumbnail(path)).decode()


def pager(page: int, last: int) -> None:
    """Ways to the other pages of a list; the arrow keys press them."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="center"):
        st.button(
            "Back",
            icon=":material/chevron_left:",
            on_click=_turn_to,
            args=(page - 1,),
            disabled=page <= 1,
            shortcut="Left",
        )
        st.session_state.ds_jump = page
        st.number_input(
            f"Page (1 to {last:,})",
            1,
            last,
            key="ds_jump",
            width=150,
            on_change=lambda: _turn_to(st.session_state.ds_jump),
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            on_click=_turn_to,
            args=(page + 1,),
            disabled=page >= last,
            shortcut="Right",
        )


def _turn_to(page: int) -> None:
    st.session_state.ds_page = page
