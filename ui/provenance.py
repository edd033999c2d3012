"""What a photo's file says of itself, beside its verdict."""

import html

import streamlit as st

from core.provenance.claim import HOW_FAR, NOTHING, Claim

TITLE = "What the file says of itself"


def what_the_file_says(claims: tuple[Claim, ...]) -> None:
    """Draw a file's claims as a short list; nothing in them is markup.

    Args:
        claims: as `core.provenance.read.provenance_of` gives them; may be none.
    """
    lines = "".join(map(_line, claims)) or f"<div>{html.escape(NOTHING)}</div>"
    st.html(
        f'<section class="rf-trust rf-claims" aria-label="{TITLE}"><b>{TITLE}</b>{lines}'
        f"<div><i>{html.escape(HOW_FAR)}</i></div></section>"
    )


def _line(claim: Claim) -> str:
    detail = f" <span>{html.escape(claim.detail)}</span>" if claim.detail else ""
    return f"<div>{html.escape(claim.says)}{detail}</div>"
