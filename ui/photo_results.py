"""The Photo page's results: counts, the table of photos, one photo closely, downloads."""

import json

import pandas as pd
import streamlit as st

from core.imaging import decode_image
from core.inference.photo import Inspector
from core.inference.report import annotate, to_contract, to_csv, to_png, to_table
from core.inference.verdict import NO_FACE, Calibration
from ui import results
from ui.face_card import face_card
from ui.names import literal, name_heading
from ui.photo_marking import mark_a_face, marking, page_key, unmark_button
from ui.pictures import with_margins
from ui.results import Judged
from ui.theme import verdict_counts

SHOWN_FACES = 6  # cards drawn at once; a crowd is paged


def photo_results(items: list[Judged], inspector: Inspector) -> None:
    """Draw what was found in the judged photos (at least one)."""
    names = results.titles(items)
    chosen = _overview(items, names)
    _detail(items, chosen, names[chosen], inspector)


def _overview(items: list[Judged], names: list[str]) -> int:
    """Counts and, for several photos, a table to choose from; returns the chosen photo."""
    verdict_counts([state for item in items for state in item.result.states])
    if without := sum(item.result.no_face for item in items):
        photos = "1 photo" if without == 1 else f"{without} photos"
        st.caption(f"No face was found in {photos}: such a photo counts once, as unsure.")
    if len(items) == 1:
        return 0
    table = pd.DataFrame(
        {
            "Photo": names,
            "Faces": [len(item.result.faces) for item in items],
            "Verdicts": [_verdicts(item) for item in items],
            "Highest P(fake)": [_highest(item) for item in items],
        }
    )
    picked = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=results.upload_key("photo_table"),
        column_config={
            "Highest P(fake)": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0
            )
        },
    )
    st.caption("Select a row to see that photo. The newest one is shown first.")
    rows = picked.selection.rows
    return rows[0] if rows and rows[0] < len(items) else len(items) - 1


def _verdicts(item: Judged) -> str:
    if item.result.error:
        return "not judged"
    if item.result.no_face:
        return "1 unsure: no face"
    states = item.result.states
    return ", ".join(f"{states.count(s)} {s}" for s in ("real", "fake", "unsure") if s in states)


def _highest(item: Judged) -> float | None:
    return max((face.p_fake for face in item.result.faces), default=None)


def _detail(items: list[Judged], chosen: int, name: str, inspector: Inspector) -> None:
    item, result = items[chosen], items[chosen].result
    name_heading(name)
    if result.error:
        st.error(literal(result.error), icon=":material/broken_image:")
        _downloads(items, item, name)
        return
    for note in result.notes:
        st.info(literal(note), icon=":material/info:")
    photo, cards = st.columns([1, 1.15], gap="large")
    with photo:
        if marking(item):
            mark_a_face(item, inspector)
        else:
            _annotated(item, name)
        unmark_button(item)
        _downloads(items, item, name)
    with cards:
        if result.no_face:
            st.warning(
                f"Unsure. {NO_FACE} If there is one, mark it yourself: **Mark a face**, above the "
                "picture.",
                icon=":material/face_retouching_off:",
            )
        _cards(item, inspector.calibration)


def _annotated(item: Judged, name: str) -> None:
    result = item.result
    picture = annotate(results.small_picture(item), result)
    st.image(with_margins(picture), width="stretch", alt=f"{name} with a box around each face")
    marked = ", or you marked one" if any(face.marked for face in result.faces) else ""
    words = f"Boxes: where the detector saw a face{marked}." if result.faces else ""
    st.caption(f"{result.width} x {result.height} px. {words}")


def _cards(item: Judged, calibration: Calibration) -> None:
    faces = item.result.faces
    first = 0
    if len(faces) > SHOWN_FACES:
        starts = range(0, len(faces), SHOWN_FACES)
        if st.session_state.setdefault(page_key(item), 0) not in starts:
            st.session_state[page_key(item)] = starts[-1]
        first = st.segmented_control(
            "Faces",
            starts,
            required=True,
            format_func=lambda start: f"{start + 1} to {min(start + SHOWN_FACES, len(faces))}",
            key=page_key(item),
        )
    for number, face in list(enumerate(faces, start=1))[first : first + SHOWN_FACES]:
        face_card(face, number, f"{item.digest}_{number}", calibration)


def _annotated_png(item: Judged) -> bytes:
    return to_png(annotate(decode_image(item.data).pixels, item.result))


def _downloads(items: list[Judged], item: Judged, name: str) -> None:
    everything = [each.result for each in items]
    report = [to_contract(result) for result in everything]
    with st.container(horizontal=True):
        if item.result.error is None:
            st.download_button(
                "Annotated photo (PNG)",
                lambda: _annotated_png(item),
                file_name=f"{name.rsplit('.', 1)[0]}_judged.png",
                mime="image/png",
                on_click="ignore",
                icon=":material/image:",
            )
        st.download_button(
            "All verdicts (CSV)",
            to_csv(to_table(everything)),
            file_name="verdicts.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/table:",
        )
        st.download_button(
            "All verdicts (JSON)",
            json.dumps(report, indent=2),
            file_name="verdicts.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/data_object:",
        )
        st.button("Clear results", on_click=results.clear, icon=":material/delete:")
