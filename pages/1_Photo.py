"""Photos in, a verdict for every face out."""

import json

import pandas as pd
import streamlit as st

from core.imaging import decode_image
from core.inference.report import annotate, to_contract, to_csv, to_png, to_table
from core.inference.verdict import NO_FACE, Calibration
from ui import results
from ui.face_card import face_card
from ui.photo_input import photo_input
from ui.resources import get_inspector
from ui.results import Judged
from ui.theme import empty_state, start_page, verdict_counts

SHOWN_FACES = 6  # cards drawn at once; a crowd is paged


def _annotated_png(item: Judged) -> bytes:
    return to_png(annotate(decode_image(item.data).pixels, item.result))


def _overview(items: list[Judged], names: list[str]) -> int:
    """Counts and, for several photos, a table to choose from; returns the chosen photo."""
    states = [face.verdict.state for item in items for face in item.result.faces]
    verdict_counts(states)
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
    states = [face.verdict.state for face in item.result.faces]
    counts = [f"{states.count(s)} {s}" for s in ("real", "fake", "unsure") if s in states]
    return ", ".join(counts) or "unsure: no face"


def _highest(item: Judged) -> float | None:
    return max((face.p_fake for face in item.result.faces), default=None)


def _detail(items: list[Judged], chosen: int, name: str, calibration: Calibration) -> None:
    item, result = items[chosen], items[chosen].result
    st.subheader(name, anchor=False)
    if result.error:
        st.error(result.error, icon=":material/broken_image:")
        _downloads(items, item, name)
        return
    for note in result.notes:
        st.info(note, icon=":material/info:")
    photo, cards = st.columns([1, 1.15], gap="large")
    with photo:
        picture = annotate(decode_image(item.data).pixels, result)
        st.image(picture, width="stretch", alt=f"{name} with a box around each face")
        st.caption(f"{result.width} x {result.height} px. Boxes: where the detector saw a face.")
        _downloads(items, item, name)
    with cards:
        if not result.faces:
            st.warning(f"Unsure. {NO_FACE}", icon=":material/face_retouching_off:")
        _cards(item, calibration)


def _cards(item: Judged, calibration: Calibration) -> None:
    faces = item.result.faces
    first = 0
    if len(faces) > SHOWN_FACES:
        starts = range(0, len(faces), SHOWN_FACES)
        first = st.segmented_control(
            "Faces",
            starts,
            default=0,
            required=True,
            format_func=lambda start: f"{start + 1} to {min(start + SHOWN_FACES, len(faces))}",
            key=f"faces_{item.digest}",
        )
    for number, face in list(enumerate(faces, start=1))[first : first + SHOWN_FACES]:
        face_card(face, number, f"{item.digest}_{number}", calibration)


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


start_page(
    "Photo",
    "Drop photos and read, for every face, how likely it is that a machine made it.",
)
photo_input()
judged, inspector = results.judged(), get_inspector()
if not judged:
    empty_state("No photo judged yet", "Drop a photo above, or try one under Examples.")
elif inspector is not None:
    titles = results.titles(judged)
    chosen = _overview(judged, titles)
    _detail(judged, chosen, titles[chosen], inspector.calibration)
    st.caption(
        "A verdict is a hint, never proof. The model knows faces of the StyleGAN family and no "
        "diffusion models; see About for what it measured and where it fails."
    )
