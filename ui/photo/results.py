"""The Photo page's results: counts, the table of photos, one photo closely."""

import cv2
import pandas as pd
import streamlit as st

from core.imaging import data_uri
from core.inference.networks import Panel
from core.inference.photo import Inspector, PhotoResult
from core.inference.report import annotate, mark_of
from core.inference.verdict import NO_FACE, SHORT_WORDS, percent
from core.provenance.sources import admissions
from ui.photo import session
from ui.photo.downloads import card_key, downloads
from ui.photo.marking import mark_a_face, marking, page_key, unmark_button
from ui.photo.provenance import what_the_file_says
from ui.photo.session import Judged
from ui.photo.uploads import origin_of
from ui.shared.face_card import face_card
from ui.shared.knowledge import beside_a_verdict, kinds_of_photos
from ui.shared.names import literal, name_heading
from ui.shared.pictures import enlarged, with_margins
from ui.shared.theme import verdict_counts
from ui.shared.widgets import say_error

SHOWN_FACES = 6  # cards drawn at once; a crowd is paged
_PICTURE, _HIGHEST = "Face", "P(fake)"
THUMBNAIL_PX = 48  # in the table
_NOT_LISTED = "Not listed: "  # so begins the detector's note on faces that are too small


def photo_results(items: list[Judged], inspector: Inspector) -> None:
    """Draw what was found in the judged photos (at least one)."""
    names = session.titles(items)
    judged_any = any(item.result.error is None for item in items)
    if judged_any:
        _counts(items)
        beside_a_verdict(inspector.panel.name)
    chosen = _overview(items, names)
    _detail(items[chosen], names[chosen], inspector)
    if judged_any:
        kinds_of_photos(inspector.panel.name)
    downloads(items, items[chosen], names[chosen], inspector)


def _counts(items: list[Judged]) -> None:
    verdict_counts([state for item in items for state in item.result.states])
    if without := sum(item.result.no_face for item in items):
        photos = "1 photo" if without == 1 else f"{without} photos"
        st.caption(f"No face to judge in {photos}: such a photo counts once, as unsure.")
    if unread := sum(item.result.error is not None for item in items):
        files = "1 file" if unread == 1 else f"{unread} files"
        counted = "is not counted" if unread == 1 else "are not counted"
        why = ": choose a row to see why" if len(items) > 1 else ""  # of one there is no table
        st.caption(f"{files} could not be read and {counted}{why}.")


def _overview(items: list[Judged], names: list[str]) -> int:
    """For several photos, a table to choose from; returns the chosen photo."""
    if len(items) == 1:
        return 0
    table = pd.DataFrame(
        {
            _PICTURE: [_thumbnail(item) for item in items],
            "Verdicts": [_verdicts(item) for item in items],
            _HIGHEST: [_highest(item) for item in items],
            "Photo": names,
            "Faces": [len(item.result.faces) for item in items],
        }
    )
    picked = st.dataframe(
        table.style.format({_HIGHEST: percent}, na_rep=""),
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key=session.upload_key("photo_table"),
        row_height=THUMBNAIL_PX,
        column_config={
            _PICTURE: st.column_config.ImageColumn(width=THUMBNAIL_PX),
            # A phone shows these three without scrolling.
            "Verdicts": st.column_config.TextColumn(width=140),
            _HIGHEST: st.column_config.Column(width=76, help="The highest of the photo's faces."),
        },
    )
    st.caption("Select a row to see that photo; until then it is the newest that could be read.")
    rows = picked.selection.rows
    if rows and rows[0] < len(items):
        return rows[0]
    read = [place for place, item in enumerate(items) if item.result.error is None]
    return read[-1] if read else len(items) - 1


def _thumbnail(item: Judged) -> str | None:
    """The first face of a photo as an address, for the table."""
    if not item.result.faces:
        return None
    small = cv2.resize(
        item.result.faces[0].thumbnail, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA
    )
    return data_uri(small)


def _verdicts(item: Judged) -> str:
    if item.result.error:
        return "could not be read"
    if item.result.no_face:
        return "1 unsure: no face"
    states = item.result.states
    words = [
        f"{states.count(state)} {word}" for state, word in SHORT_WORDS.items() if state in states
    ]
    told = ["file says generated"] if admissions(item.result.provenance) else []
    return ", ".join([*words, *told])


def _highest(item: Judged) -> float:
    return max((face.p_fake for face in item.result.faces), default=float("nan"))


def _detail(item: Judged, name: str, inspector: Inspector) -> None:
    result = item.result
    with st.container(horizontal=True, vertical_alignment="center", key="photo_head"):
        name_heading(name)
        st.button(
            "Remove",
            on_click=session.remove,
            args=(item.digest, result.name),
            icon=":material/close:",
            type="tertiary",
            help="Remove this photo and its verdicts",
        )
    if result.error:
        say_error(result.error, "broken_image")
        return
    too_small = _too_small(result)
    _notes(result, too_small)
    # of one face a phone shows the verdict first, of several the picture with their numbers
    order = "photo" if len(result.faces) > 1 else "cards"
    with st.container(key=f"{order}_first"):
        photo, cards = st.columns([1, 1.15], gap="large")
    with photo:
        if marking(item):
            mark_a_face(item, inspector)
        else:
            _annotated(item, name)
        unmark_button(item)
    with cards:
        if result.no_face:
            st.warning(_why_none(too_small), icon=":material/face_retouching_off:")
        _cards(item, inspector.panel)
    with photo if order == "cards" else cards:  # on a phone behind both
        what_the_file_says(result.provenance)


def _notes(result: PhotoResult, said_below: str | None) -> None:
    """What must be known before the verdicts are read."""
    for note in result.notes:
        if note != said_below:
            st.info(literal(note), icon=":material/info:")
    if admitted := admissions(result.provenance):
        says = literal(" ".join(admitted))
        st.warning(
            f"**The file itself:** {says} The verdict below does not rest on it.",
            icon=":material/label:",
        )


def _too_small(result: PhotoResult) -> str | None:
    """The note on faces that are too small to judge, of a photo in which there is no other."""
    notes = result.notes if result.no_face else ()
    return next((note for note in notes if note.startswith(_NOT_LISTED)), None)


def _why_none(too_small: str | None) -> str:
    if too_small is None:
        mark = "If there is one, mark it yourself"
        return f"Unsure. {NO_FACE} {mark}: **Mark a face**, above the picture."
    seen = too_small.removeprefix(_NOT_LISTED)
    return (
        f"Unsure. All that was found: {seen} Take a larger picture of it, or mark another face "
        "yourself: **Mark a face**, above the picture."
    )


def _annotated(item: Judged, name: str) -> None:
    result = item.result
    picture = annotate(enlarged(session.small_picture(item)), result)
    st.image(with_margins(picture), width="stretch", alt=f"{name} with a box around each face")
    marked = ", or you marked one" if any(face.marked for face in result.faces) else ""
    words = f"Boxes: where the detector saw a face{marked}." if result.faces else ""
    st.caption(f"{result.width} x {result.height} px. {words}")
    if origin := origin_of(item.digest):
        st.caption(f"This example really is: {literal(origin)}")


def _cards(item: Judged, panel: Panel) -> None:
    faces = item.result.faces
    first = 0
    if len(faces) > SHOWN_FACES:
        starts = range(0, len(faces), SHOWN_FACES)
        if st.session_state.setdefault(page_key(item), 0) not in starts:
            st.session_state[page_key(item)] = starts[-1]
        first = (
            st.segmented_control(
                "Faces",
                starts,
                required=True,
                format_func=lambda start: f"{start + 1} to {min(start + SHOWN_FACES, len(faces))}",
                key=page_key(item),
            )
            or 0
        )
    for number, face in list(enumerate(faces, start=1))[first : first + SHOWN_FACES]:
        face_card(face, number, card_key(item, number), panel, mark_of(faces, face))
