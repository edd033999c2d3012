"""What a photo's file says of itself, beside its verdict."""

import html

import streamlit as st

from core.provenance.claim import HOW_FAR, NOTHING, Claim

TITLE = "What the file says of itself"
KINDS = {
    "generator": "Generator",
    "credentials": "Content credentials",
    "source_type": "Kind of picture",
    "camera": "Camera",
    "software": "Program",
    "edited": "Editing",
    "date": "Date",
    "location": "Place",
    "compression": "Compression",
    "unread": "Not read",
}


def what_the_file_says(claims: tuple[Claim, ...]) -> None:
    """Draw a file's claims as a short list; nothing in them is markup.

    Args:
        claims: as `core.provenance.read.provenance_of` gives them; may be none.
    """
    lines = "".join(map(_line, claims)) or _spaced(html.escape(NOTHING))
    st.html(
        '<section class="rf-trust rf-claims" style="overflow-wrap: anywhere">'
        f'<b role="heading" aria-level="3">{TITLE}</b>{lines}{_spaced(html.escape(HOW_FAR))}'
        "</section>"
    )


def _line(claim: Claim) -> str:
    detail = html.escape(claim.detail)
    small = f'<small style="display: block; line-height: 1.35">{detail}</small>' if detail else ""
    return _spaced(f"<b>{KINDS[claim.kind]}.</b>{html.escape(claim.says)}{small}")


def _spaced(words: str) -> str:
    return f'<div style="margin-top: .4rem">{words}</div>'
