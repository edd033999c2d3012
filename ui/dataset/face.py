"""One face of a data set closely: picture, verdict, heat map, spectrum, neighbours in the list."""

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.index import DatasetIndex
from core.dataset.properties import radial_spectrum
from core.dataset.tags import TagBook
from core.errors import UserError
from core.evaluation.sources import titled
from core.imaging import decode_image
from core.inference.photo import Inspector
from core.inference.verdict import State
from ui.dataset.measures import measured
from ui.dataset.tags import tags_of_a_face
from ui.shared.charts import spectrum_chart
from ui.shared.face_card import face_card
from ui.shared.knowledge import trust_line
from ui.shared.pictures import display_picture
from ui.shared.widgets import STILL, say_error


def face_closely(
    index: DatasetIndex, rows: np.ndarray, row: int, inspector: Inspector, tags: TagBook
) -> None:
    """Draw a face of the list, with ways to the ones beside it.

    Args:
        index: the data set.
        rows: the list it was picked from.
        row: its row in the index.
        inspector: for the verdict.
        tags: the data set's.
    """
    face = index.faces.iloc[row]
    _steps(rows, row)
    left, right = st.columns([1, 1.25], gap="large")
    try:
        photo = decode_image(Path(face.path).read_bytes())
    except (UserError, OSError) as error:
        why = error if isinstance(error, UserError) else "The file is gone. Read the folder again."
        say_error(why, "broken_image")
        return
    (result,) = inspector.judge(photo, aligned=True)
    with left:
        shown = display_picture(photo.pixels)
        st.image(shown, width=360, alt=f"A {face.label} face of {face.source}")
        st.dataframe(_facts(face, index), width="stretch")
        tags_of_a_face(index.relative(face.path), tags)
    with right:
        face_card(result, 1, f"ds_{row}", inspector.panel)
        st.markdown(_outcome(face.label, result.verdict.state))
        trust_line(inspector.panel.name)
        spectra = measured(index).spectra
        st.plotly_chart(
            spectrum_chart(spectra, radial_spectrum(result.tensor)),
            config=STILL,
        )
        st.caption(
            "Power of this face by fineness of detail (gray), beside the mean of each class. "
            "Generators often leave too much or too little at the fine end."
        )


def _outcome(label: str, verdict: str) -> str:
    if verdict == State.UNSURE:
        return f"Filed as **{label}**: the classifier does not decide."
    word = "right" if verdict == label else "wrong"
    return f"Filed as **{label}**: the classifier is **{word}**."


def _steps(rows: np.ndarray, row: int) -> None:
    """Buttons to the grid and to the faces before and after; the arrow keys press them."""
    places = np.flatnonzero(rows == row)
    place = int(places[0]) if len(places) else 0
    last = len(rows) - 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All faces", icon=":material/grid_view:", on_click=_go, args=(None,))
        for label, symbol, to, key in (
            ("Previous", ":material/chevron_left:", place - 1, "Left"),
            ("Next", ":material/chevron_right:", place + 1, "Right"),
        ):
            there = 0 <= to <= last
            target = int(rows[to]) if there else None
            st.button(
                label, icon=symbol, on_click=_go, args=(target,), disabled=not there, shortcut=key
            )
        st.caption(f"{place + 1:,} of {len(rows):,}")


def _go(row: int | None) -> None:
    st.session_state.ds_face = row


def _facts(face: pd.Series, index: DatasetIndex) -> pd.DataFrame:
    values = {
        "File": index.relative(face.path),
        "Class": face.label,
        "Source": titled(face.source),
        "Split": face.split,
        "Size": f"{face.width} x {face.height} px, {face.bytes / 1024:.1f} KB",
        "Changed": pd.Timestamp(face.modified_ns).strftime("%Y-%m-%d %H:%M"),
    }
    return pd.DataFrame({"": values})
