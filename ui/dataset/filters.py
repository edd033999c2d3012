"""The Dataset page's filters: what of a data set to show, from widgets and from the link."""

from dataclasses import replace

import streamlit as st

from core.dataset.browse import MAX_SIDE_PX, ORDERS, OUTCOMES, PAGE_SIZES, Query, from_link
from core.dataset.index import DatasetIndex
from core.dataset.tags import TagBook
from core.evaluation.sources import titled
from ui.shared.address import moved
from ui.shared.names import literal
from ui.shared.widgets import KEPT

_ANY = ""
_COLUMNS = {"split": ("Split", 110), "label": ("Class", 110), "source": ("Source", 150)}
_CLEARED = ("split", "label", "source", "text", "outcome", "tag")


def filters(index: DatasetIndex, tags: TagBook) -> Query:
    """Draw the filters; what they ask for, or the link at first and after Back."""
    _from_link()
    missing: list[str] = []
    with st.container(border=True):
        with st.container(horizontal=True):
            for name, (title, width) in _COLUMNS.items():
                _choice(name, title, width, sorted(index.faces[name].unique()), missing)
            if tags.names or st.session_state.ds_tag:
                _choice("tag", "Tag", 130, tags.names, missing)
            st.text_input("Name contains", key="ds_text", width=150, **KEPT)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                "Order", ORDERS, format_func=ORDERS.__getitem__, key="ds_order", width=185, **KEPT
            )
            st.selectbox(
                "Verdict",
                OUTCOMES,
                format_func=OUTCOMES.__getitem__,
                key="ds_outcome",
                width=130,
                **KEPT,
            )
            st.slider("P(fake)", 0.0, 1.0, step=0.01, key="ds_range", width=150, **KEPT)
            st.number_input(
                "Smallest side (px)", 0, MAX_SIDE_PX, step=32, key="ds_side", width=130, **KEPT
            )
            st.selectbox("A page", PAGE_SIZES, key="ds_size", width=90, **KEPT)
    if missing:
        st.warning(literal(f"Not in this data set, left out: {', '.join(missing)}."))
    return _query_of_widgets(index)


def _choice(name: str, title: str, width: int, there: list[str], missing: list[str]) -> None:
    """One of the values that there are, or any; a value that is not there is told in `missing`."""
    choices, key = [_ANY, *there], f"ds_{name}"
    if (wanted := st.session_state[key]) not in choices:
        missing.append(f"{title} {wanted[:40]!r}")
        st.session_state[key] = _ANY
    st.selectbox(
        title,
        choices,
        format_func=lambda value: titled(value) if value else "All",
        key=key,
        width=width,
        **KEPT,
    )


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
        tag=state.ds_tag,
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
    for name in (*_CLEARED, "order", "size", "page"):
        st.session_state[f"ds_{name}"] = getattr(query, name)
    st.session_state.ds_range = (query.p_low, query.p_high)
    st.session_state.ds_side = query.min_side_px
    for complaint in complaints:
        st.warning(literal(complaint), icon=":material/link_off:")


def clear_filters() -> None:
    """Show the whole set again."""
    plain = Query()
    for name in _CLEARED:
        st.session_state[f"ds_{name}"] = getattr(plain, name)
    st.session_state.ds_range = (plain.p_low, plain.p_high)
    st.session_state.ds_side = plain.min_side_px
