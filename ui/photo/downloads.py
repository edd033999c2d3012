"""What can be taken along: a report on the photo, its picture, the verdicts on all photos."""

import json
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import UserError
from core.imaging import decode_image
from core.inference.photo import Inspector
from core.inference.report import annotate, to_contract, to_csv, to_table, with_words
from core.report.page import Pictures, to_html
from core.report.photo import photo_report
from core.report.stamp import Stamp, stamp_of, stamped_png, stamped_table
from ui.photo import session
from ui.photo.session import Judged
from ui.photo.settings import photo_settings
from ui.shared.heat_map import heat_map_of
from ui.shared.knowledge import chosen_kind, knowledge
from ui.shared.pictures import enlarged
from ui.shared.widgets import download, say_error


def card_key(item: Judged, number: int) -> str:
    """What a face's card is known by in the session."""
    return f"{item.digest}_{number}"


def downloads(items: list[Judged], item: Judged, name: str, inspector: Inspector) -> None:
    """Draw the buttons.

    Args:
        items: all judged photos.
        item: the one that is shown.
        name: of that one, as no other photo has it.
        inspector: what judged them.
    """
    try:
        made = stamp_of(inspector, item.judged_at)
    except UserError as error:
        say_error(error)
        return
    stamps = [replace(made, judged_at=each.judged_at) for each in items]
    stem = name.rsplit(".", 1)[0]
    with st.container(horizontal=True):
        _one_photo(item, stem, made)
        csv, listed = lambda: _csv(items, stamps), lambda: _json(items, stamps)
        _button("All verdicts (CSV)", csv, "verdicts.csv", "text/csv", "table")
        _button("All verdicts (JSON)", listed, "verdicts.json", "application/json", "data_object")
        st.button("Clear results", on_click=session.clear, icon=":material/delete:")


def _one_photo(item: Judged, stem: str, stamp: Stamp) -> None:
    """The report on a photo, and the photo with its boxes.

    The session is asked here: what runs at the click has none.
    """
    heat, kind, photo = _heat_maps(item), chosen_kind(), None
    if item.result.error is None:
        photo = annotate(enlarged(session.small_picture(item)), item.result)
    pictures = Pictures(photo, tuple(face.thumbnail for face in item.result.faces), heat)

    own = photo_settings().threshold is not None  # asked here, for the click has no session

    def report() -> dict:
        return photo_report(
            item.result,
            stamp,
            knowledge(stamp.network),
            sha256=item.digest,
            size_bytes=item.size_bytes,
            source=kind,
            heat_maps=tuple(heat),
            own_threshold=own,
        )

    def page() -> str:
        return to_html(report(), pictures)

    def facts() -> str:
        return json.dumps(report(), indent=2)

    _button("Report (HTML)", page, f"{stem}_report.html", "text/html", "article")
    _button("Report (JSON)", facts, f"{stem}_report.json", "application/json", "data_object")
    if photo is not None:

        def drawn() -> bytes:
            return stamped_png(annotate(decode_image(item.data).pixels, item.result), stamp)

        _button("Annotated photo (PNG)", drawn, f"{stem}_judged.png", "image/png", "image")


def _button(label: str, content: Any, file_name: str, mime: str, symbol: str) -> None:
    """A download that is made when somebody asks for it."""
    download(
        label,
        content,
        file_name=file_name,
        mime=mime,
        icon=f":material/{symbol}:",
    )


def _heat_maps(item: Judged) -> dict:
    """Number of a face -> the face under its heat map and what that is, of those made."""
    found = {
        number: heat_map_of(face, card_key(item, number))
        for number, face in enumerate(item.result.faces, start=1)
    }
    return {number: heat for number, heat in found.items() if heat is not None}


def _csv(items: list[Judged], stamps: list[Stamp]) -> bytes:
    rows = [
        stamp
        for item, stamp in zip(items, stamps, strict=True)
        for _ in range(max(1, len(item.result.faces)))
    ]
    return to_csv(stamped_table(to_table([item.result for item in items]), rows))


def _json(items: list[Judged], stamps: list[Stamp]) -> str:
    """As `classify --json` says it, in plain words too, and what judged each photo."""
    told = [
        {**with_words(to_contract(item.result)), "sha256": item.digest, "model": stamp.short()}
        for item, stamp in zip(items, stamps, strict=True)
    ]
    return json.dumps(told, indent=2)
