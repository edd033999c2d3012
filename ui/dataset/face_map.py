"""The Dataset page's map: faces that look alike to the second opinion lie close together."""

import hashlib
import os

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.dataset.browse import Verdicts, outcomes
from core.dataset.embedding import FEWEST, FaceFeatures, lay_out
from core.dataset.index import DatasetIndex
from core.dataset.properties import sample
from core.inference.photo import Inspector
from core.inference.second import SecondOpinion
from ui.dataset.area import from_word, to_word
from ui.dataset.map_chart import COLOURINGS, map_chart
from ui.shared.address import Field, moved, one_of, said, take
from ui.shared.progress import judge_all
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT

SIZES = (200, 500, 1000, 2000)  # faces; t-SNE takes seconds for the last
_AREA, _WORD = "ds_area", "area"  # in the session, in the address
_FIELDS = {
    "map": Field("ds_map_faces", SIZES[0], lambda text: int(one_of(tuple(map(str, SIZES)))(text))),
    "colour": Field("ds_map_by", "label", one_of(COLOURINGS)),
}


def said_of_map(index: DatasetIndex) -> dict[str, str]:
    """The map's state for the address."""
    told, chosen = said(_FIELDS), _kept_area(index)
    if chosen is not None:
        told[_WORD] = to_word(chosen, _shown(index).index.to_numpy(), index.version)
    return told


def chosen_area(index: DatasetIndex) -> np.ndarray | None:
    """The rows of the faces that were chosen on the map, by hand or by a link; None for none."""
    new = _AREA not in st.session_state or moved()
    take("map", _FIELDS)
    if new:
        _choose_by_link(index)
    return _kept_area(index)


def _kept_area(index: DatasetIndex) -> np.ndarray | None:
    version, rows = st.session_state.get(_AREA, (None, None))
    return rows if version == index.version else None


def _choose_by_link(index: DatasetIndex) -> None:
    """Take over what the address says was chosen."""
    _choose_none()
    if (word := st.query_params.get(_WORD)) is None:
        return
    rows = from_word(word, _shown(index).index.to_numpy(), index.version)
    if rows is None:
        st.warning(
            "The link's choice on the map is of other faces, or of another state of this folder: "
            "left out.",
            icon=":material/link_off:",
        )
        return
    st.session_state[_AREA] = index.version, rows


def _shown(index: DatasetIndex) -> pd.DataFrame:
    """The faces that the map is to show."""
    return sample(index.faces, st.session_state.ds_map_faces // index.faces["label"].nunique())


def face_map(index: DatasetIndex, verdicts: Verdicts, inspector: Inspector) -> None:
    """Draw the map, or the button that makes it.

    Args:
        index: the data set.
        verdicts: on all its faces.
        inspector: whose second opinion looks at the faces.
    """
    second = inspector.panel.second
    if second is None:
        empty_state("No map", "It shows faces as the second opinion sees them; none is shipped.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Faces at most", SIZES, key="ds_map_faces", width=130,
                     on_change=_choose_none, **KEPT)  # fmt: skip
        st.segmented_control("Colour", COLOURINGS, format_func=COLOURINGS.__getitem__,
                                  required=True, key="ds_map_by", **KEPT)  # fmt: skip
        place = st.container(horizontal=True)
    st.caption("The map is of the whole set. The filters hold for the list below it.")
    wanted = _shown(index)
    features = _features(index.version)
    waiting = features.missing(wanted)
    if len(waiting):
        _look(wanted, len(waiting), features, second, place)
    rows, seen = features.of(wanted)
    if len(rows) < FEWEST:
        empty_state("No map yet", "Press Make the map: the second opinion looks at each face once.")
        _how_many_chosen(index, len(wanted))
        return
    places = _places(hashlib.sha256(seen.tobytes()).hexdigest(), seen)
    _draw(index, rows, places, st.session_state.ds_map_by, verdicts)


@st.cache_resource(max_entries=4, show_spinner=False)
def _features(version: str) -> FaceFeatures:
    """By the version of an index, shared by all sessions."""
    return FaceFeatures()


@st.cache_data(max_entries=8, show_spinner="Laying out the map ...")
def _places(digest: str, _features: np.ndarray) -> np.ndarray:
    return lay_out(_features)


def _look(
    wanted: pd.DataFrame,
    missing: int,
    features: FaceFeatures,
    second: SecondOpinion,
    place: DeltaGenerator,
) -> None:
    """The button that has the second opinion look at the faces that it has not seen."""
    label = "Make the map" if missing == len(wanted) else f"Add {missing:,} faces"
    if place.button(label, type="primary", icon=":material/scatter_plot:"):
        judge_all(features.look(wanted, second), len(wanted), "ds_map_cancel", "Looked at")


def _draw(
    index: DatasetIndex, rows: np.ndarray, places: np.ndarray, by: str, verdicts: Verdicts
) -> None:
    faces = index.faces.iloc[rows]
    dots = faces[["label", "source"]].assign(
        row=rows,
        x=places[:, 0],
        y=places[:, 1],
        name=[os.path.basename(path) for path in faces["path"]],
        outcome=outcomes(faces, verdicts.states[rows]),
    )
    chosen = _kept_area(index)
    st.plotly_chart(
        map_chart(dots, by, chosen),
        key="ds_map",
        on_select=lambda: _choose(index.version),
        selection_mode=("lasso", "box", "points"),
        config={"displaylogo": False},
    )
    if chosen is None:
        st.caption(
            f"{len(rows):,} faces drawn at random, evenly from each class; alike ones lie close "
            "together (t-SNE of the second opinion's features), distances between groups mean "
            "little. Draw around faces with the lasso, or press one, to see only them below."
        )
        return
    _how_many_chosen(index, len(rows))


def _how_many_chosen(index: DatasetIndex, shown: int) -> None:
    """How many were chosen, if some were, and a way to choose none."""
    if (chosen := _kept_area(index)) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(chosen):,}** of {shown:,} faces chosen on the map")
        st.button("Choose none", icon=":material/deselect:", on_click=_choose_none)


def _choose(version: str) -> None:
    """Take over what was drawn around; what comes from the browser may be anything."""
    points = st.session_state.ds_map.selection.points
    rows = {int(point["customdata"][0]) for point in points if point.get("customdata")}
    st.session_state[_AREA] = (version, np.array(sorted(rows), np.int64)) if rows else (None, None)
    st.session_state.ds_page = 1


def _choose_none() -> None:
    st.session_state[_AREA] = (None, None)
