"""The Dataset page's list of faces: what of it is shown, judged, tagged, and one face closely."""

import os
from dataclasses import replace

import numpy as np
import streamlit as st

from core.dataset.browse import Query, Verdicts, find, on_page, pages, to_csv
from core.dataset.index import DatasetIndex
from core.dataset.tags import TagBook
from core.evaluation.scorebook import ScoreBook
from core.inference.photo import Inspector
from ui.dataset.face import face_closely
from ui.dataset.face_map import chosen_area, face_map, said_of_map
from ui.dataset.filters import clear_filters, filters
from ui.dataset.grid import grid, pager
from ui.dataset.tags import tag_book, tag_the_list
from ui.shared.address import say
from ui.shared.names import literal
from ui.shared.progress import judge_all
from ui.shared.theme import empty_state
from ui.shared.widgets import download

_JUDGING = "ds_judging"  # set for one run of the page


def browse(index: DatasetIndex, inspector: Inspector, *, mapped: bool = False) -> None:
    """The grid, or the face that was picked in it.

    Args:
        index: the data set.
        inspector: for verdicts.
        mapped: with the map above, on which a part of the faces can be chosen.
    """
    above = st.container()  # the filters, which come before the map is drawn, are of the grid
    book, tags = _book(), tag_book(index.root)
    verdicts = book.verdicts(index.faces, inspector.calibration)
    query = filters(index, tags)
    tagged = [os.path.join(index.root, path) for path in tags.paths(query.tag)]
    rows = find(index.faces, query, verdicts, tagged)
    area = chosen_area(index) if mapped else None
    rows = rows if area is None else rows[np.isin(rows, area)]
    picked = _picked(index)
    if picked is not None:
        _link(index, query, index.relative(index.faces["path"].iloc[picked]), mapped=mapped)
        face_closely(index, rows, picked, inspector, tags)
        for _ in book.judge(index.faces.iloc[[picked]], inspector):  # the list tells it, too
            pass
        return
    shown, page = on_page(rows, query)
    st.session_state.ds_page = page
    if mapped:
        with above:
            face_map(index, verdicts, inspector)
    _link(index, replace(query, page=page), mapped=mapped)
    place = st.empty()
    judging = _head(index, rows, verdicts, book, tags)
    if len(rows):
        grid(index, shown, verdicts)
        pager(page, pages(len(rows), query.size))
    else:
        empty_state(*_why_none(query, verdicts))
        st.button("Clear all filters", icon=":material/filter_alt_off:", on_click=clear_filters)
    if judging:  # the faces stay in sight meanwhile
        with place.container():
            faces = index.faces.iloc[rows]
            judge_all(book.judge(faces, inspector), len(faces), "ds_cancel")


def _why_none(query: Query, verdicts: Verdicts) -> tuple[str, str]:
    """Title and hint where the filters leave no face."""
    if query.outcome != Query().outcome and not np.isfinite(verdicts.p_fake).any():
        return "No face is judged yet", "Clear the filters, press Judge them, then filter again."
    return "No face fits", "Loosen a filter, or clear them all."


@st.cache_resource
def _book() -> ScoreBook:
    return ScoreBook()


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


def _link(index: DatasetIndex, query: Query, face: str | None = None, *, mapped: bool) -> None:
    """Let the address bar name what is shown."""
    wanted = {"data": st.session_state.ds_folder, **query.link()}
    if mapped:
        wanted |= {"view": "map", **said_of_map(index)}
    if face is not None:
        wanted["face"] = face
    say(wanted)


def _head(
    index: DatasetIndex, rows: np.ndarray, verdicts: Verdicts, book: ScoreBook, tags: TagBook
) -> bool:
    """How many faces there are and what can be done with them; whether they are to be judged."""
    judged = int(np.isfinite(verdicts.p_fake[rows]).sum())
    judging = st.session_state.pop(_JUDGING, False)
    with st.container(horizontal=True, vertical_alignment="center"):
        lost = f"; {len(index.unreadable):,} files are unreadable" if len(index.unreadable) else ""
        st.markdown(
            f"**{len(rows):,}** of {len(index.faces):,} faces, {judged:,} of them judged{lost}"
        )
        st.button(
            "Judge them",
            icon=":material/gavel:",
            on_click=_judge,
            disabled=judging or judged == len(rows),
            help="The classifier looks at every face of the list. You may leave at "
            "any time: what is judged is kept.",
        )
        download(
            "List (CSV)",
            lambda: to_csv(index, rows, verdicts, tags.of),
            file_name="faces.csv",
            mime="text/csv",
            icon=":material/table:",
        )
    if failed := [path for path in index.faces["path"].iloc[rows] if path in book.failed]:
        st.caption(
            f"{len(failed)} of them cannot be judged: the first is "
            f"{literal(index.relative(failed[0]))}."
        )
    tag_the_list(index, rows, tags)
    return judging


def _judge() -> None:
    """Let the run that follows judge: it draws the button without life from the beginning."""
    st.session_state[_JUDGING] = True
