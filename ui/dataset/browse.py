"""The Dataset page's grid: filters, pages, and one face closely."""

import base64
import html
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.browse import (
    MAX_SIDE_PX,
    ORDERS,
    OUTCOMES,
    PAGE_SIZES,
    Query,
    find,
    from_link,
    on_page,
    outcomes,
    pages,
    to_csv,
)
from core.dataset.index import DatasetIndex
from core.dataset.thumbnails import thumbnail
from core.errors import UserError
from core.evaluation.scorebook import ScoreBook
from core.inference.photo import Inspector
from core.inference.report import CLASS_COLORS, percent
from ui.dataset.face import face_closely
from ui.shared.address import moved, say
from ui.shared.names import literal
from ui.shared.progress import judge_all
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT, download

_ANY = ""
_MARKS = {"right": "✓ right", "wrong": "<b>✗ wrong</b>", "unsure": "unsure"}
_COLUMNS = {"split": ("Split", 110), "label": ("Class", 110), "source": ("Source", 150)}
CELL_PX = 103  # seven in a row, three on a phone


def browse(index: DatasetIndex, inspector: Inspector) -> None:
    """The grid, or the face that was picked in it."""
    book = _book()
    p_fake = book.p_fake(index.faces)
    query = _filters(index)
    rows = find(index.faces, query, p_fake, inspector.calibration)
    picked = _picked(index)
    if picked is not None:
        _link(query, index.relative(index.faces["path"].iloc[picked]))
        face_closely(index, rows, picked, inspector)
        return
    shown, page = on_page(rows, query)
    st.session_state.ds_page = page
    _link(replace(query, page=page))
    _head(index, rows, p_fake, inspector, book)
    if not len(rows):
        empty_state("No face fits", "Loosen a filter, or clear them all.")
        st.button("Clear all filters", icon=":material/filter_alt_off:", on_click=_clear)
        return
    _grid(index, shown, p_fake, inspector)
    _pager(page, pages(len(rows), query.size))


@st.cache_resource
def _book() -> ScoreBook:
    return ScoreBook()


def _filters(index: DatasetIndex) -> Query:
    _from_link()
    missing: list[str] = []
    with st.container(border=True):
        with st.container(horizontal=True):
            for name, (title, width) in _COLUMNS.items():
                choices = [_ANY, *sorted(index.faces[name].unique())]
                wanted = st.session_state[f"ds_{name}"]
                if wanted not in choices:
                    missing.append(f"{title} {wanted[:40]!r}")
                    st.session_state[f"ds_{name}"] = _ANY
                st.selectbox(title, choices, format_func=lambda value: value or "All",
                             key=f"ds_{name}", width=width, **KEPT)  # fmt: skip
            st.text_input("Name contains", key="ds_text", width=150, **KEPT)
            st.selectbox("Order", ORDERS, format_func=ORDERS.get, key="ds_order", width=190, **KEPT)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                "Verdict", OUTCOMES, format_func=OUTCOMES.get, key="ds_outcome", width=140, **KEPT
            )
            st.slider("P(fake)", 0.0, 1.0, step=0.01, key="ds_range", width=220, **KEPT)
            st.number_input(
                "Smallest side (px)", 0, MAX_SIDE_PX, step=32, key="ds_side", width=140, **KEPT
            )
            st.selectbox("A page", PAGE_SIZES, key="ds_size", width=90, **KEPT)
    if missing:
        st.warning(literal(f"Not in this data set, left out: {', '.join(missing)}."))
    return _query_of_widgets(index)


def _query_of_widgets(index: DatasetIndex) -> Query:
    """What the widgets ask for; another list than before begins at its first page."""
    state = st.session_state
    low, high = state.ds_range
    query = Query(
        split=state.ds_split,
        label=state.ds_label,
        source=state.ds_source,
        text=state.ds_text,
        min_side_px=state.ds_side,
        outcome=state.ds_outcome,
        p_low=low,
        p_high=high,
        order=state.ds_order,
        size=state.ds_size,
    )
    if state.get("ds_list") not in (None, (index.root, query)):
        state.ds_page, state.ds_face = 1, None
    state.ds_list = index.root, query
    return replace(query, page=state.ds_page)


def _from_link() -> None:
    """Take over what the link says, once a session and after Back."""
    if "ds_page" in st.session_state and not moved():
        return
    st.session_state.ds_face = st.session_state.ds_list = None
    query, complaints = from_link(st.query_params.to_dict())
    st.session_state.ds_linked_face = st.query_params.get("face")
    for name in ("split", "label", "source", "text", "outcome", "order", "size", "page"):
        st.session_state[f"ds_{name}"] = getattr(query, name)
    st.session_state.ds_range = (query.p_low, query.p_high)
    st.session_state.ds_side = query.min_side_px
    for complaint in complaints:
        st.warning(literal(complaint), icon=":material/link_off:")


def _picked(index: DatasetIndex) -> int | None:
    """The row of the face to look at closely, picked in the grid or named by the link."""
    named = st.session_state.pop("ds_linked_face", None)
    if named is not None:
        rows = np.flatnonzero(index.faces["path"] == os.path.join(index.root, named))
        st.session_state.ds_face = int(rows[0]) if len(rows) else None
        if not len(rows):
            st.warning(
                "The link's face is not in this folder: left out.", icon=":material/link_off:"
            )
    picked = st.session_state.get("ds_face")
    return picked if picked is not None and picked < len(index.faces) else None


def _link(query: Query, face: str | None = None) -> None:
    """Let the address bar name what is shown."""
    wanted = {"data": st.session_state.ds_folder, **query.link()}
    if face is not None:
        wanted["face"] = face
    say(wanted)


def _head(
    index: DatasetIndex, rows: np.ndarray, p_fake: np.ndarray, inspector: Inspector, book: ScoreBook
) -> None:
    judged = int(np.isfinite(p_fake[rows]).sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        lost = f"; {len(index.unreadable):,} files are unreadable" if len(index.unreadable) else ""
        st.markdown(
            f"**{len(rows):,}** of {len(index.faces):,} faces, {judged:,} of them judged{lost}"
        )
        start = st.button(
            "Judge them",
            icon=":material/gavel:",
            disabled=judged == len(rows),
            help="The classifier looks at every face of the list. Leave any time: what is judged "
            "stays.",
        )
        download(
            "List (CSV)",
            lambda: to_csv(index, rows, p_fake),
            file_name="faces.csv",
            mime="text/csv",
            icon=":material/table:",
        )
    if start:
        judge_all(book.judge(index.faces.iloc[rows], inspector), len(rows), "ds_cancel")
    if failed := [path for path in index.faces["path"].iloc[rows] if path in book.failed]:
        st.caption(
            f"{len(failed)} of them cannot be judged: the first is "
            f"{literal(index.relative(failed[0]))}."
        )


def _clear() -> None:
    """Show the whole set again."""
    plain = Query()
    for name in ("split", "label", "source", "text", "outcome"):
        st.session_state[f"ds_{name}"] = getattr(plain, name)
    st.session_state.ds_range = (plain.p_low, plain.p_high)
    st.session_state.ds_side = plain.min_side_px


def _grid(index: DatasetIndex, shown: np.ndarray, p_fake: np.ndarray, inspector: Inspector) -> None:
    faces = index.faces.iloc[shown]
    said = outcomes(faces, p_fake[shown], inspector.calibration)
    with st.container(horizontal=True, gap="small"):
        for place, (row, outcome) in enumerate(zip(shown, said, strict=True), start=1):
            face = index.faces.iloc[row]
            with st.container(width=CELL_PX, gap=None):
                st.html(_cell(face, p_fake[row], outcome))
                st.button(
                    f"Look at {place}",
                    key=f"ds_pick_{row}",
                    on_click=_pick,
                    args=(int(row),),
                    width="stretch",
                    type="tertiary",
                    help=literal(os.path.basename(face.path)),
                )


def _pick(row: int) -> None:
    st.session_state.ds_face = row


def _cell(face: pd.Series, p_fake: float, outcome: str) -> str:
    """A face, its class in the class' colour, and what the classifier makes of it."""
    name = html.escape(os.path.basename(face.path))
    chance = ""
    if not np.isnan(p_fake):
        said = f"P(fake)&nbsp;{html.escape(percent(p_fake))}"
        chance = f"<span>{_MARKS[outcome]}</span><span>{said}</span>"
    try:
        picture = f'<img src="{_thumbnail(face.path, face.modified_ns)}" alt="{name}">'
    except UserError as error:
        picture = f'<div class="rf-missing">{html.escape(str(error))}</div>'
    return (
        f'<figure class="rf-face" title="{name}">{picture}<figcaption>'
        f'<span class="rf-short" style="background:{CLASS_COLORS[face.label]}">{face.label}</span>'
        f"{chance}</figcaption></figure>"
    )


@st.cache_data(max_entries=5000, show_spinner=False)
def _thumbnail(path: str, modified_ns: int) -> str:
    return "data:image/webp;base64," + base64.b64encode(thumbnail(path)).decode()


def _pager(page: int, last: int) -> None:
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
