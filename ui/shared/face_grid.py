"""Many small faces with their verdicts, as a grid that fits any screen."""

import base64
import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from core.imaging import encode
from core.inference.report import percent
from core.inference.verdict import Verdict
from ui.shared.theme import short_pill

SHOWN_SIDE = 256
FEW = 9  # so many are shown larger


def face_grid(
    faces: np.ndarray | Sequence[np.ndarray | bytes],
    titles: list[str],
    verdicts: list[tuple[float, Verdict]] | None = None,
    links: list[str] | None = None,
    *,
    large: bool | None = None,
) -> None:
    """Draw a grid of faces.

    Args:
        faces: n pictures, each uint8 (side, side, 3), RGB, or a WebP file's bytes.
        titles: a line under each.
        verdicts: P(fake) and the verdict on each, or None for none.
        links: where a click on each leads, unless `ui.shared.face_clicks` catches it; None for
            nowhere.
        large: whether to draw them larger; None does so where they are `FEW`.
    """
    cells = []
    for number, (face, title) in enumerate(zip(faces, titles, strict=True)):
        pill, name = "", html.escape(title)
        if verdicts is not None:
            p_fake, verdict = verdicts[number]
            pill = short_pill(verdict.state, percent(p_fake), verdict.reason)
        picture = f'<img src="{_data_uri(face)}" alt="{name}">'
        if links is not None:
            there = html.escape(links[number])
            picture = (
                f'<a class="rf-open" href="{there}" data-number="{number}" target="_self" '
                f'title="Open {name}">{picture}</a>'
            )
        cells.append(
            f'<figure class="rf-face">{picture}'
            f'<figcaption><b title="{name}">{name}</b>{pill}</figcaption></figure>'
        )
    few = " few" if (len(cells) <= FEW if large is None else large) else ""
    st.html(f'<div class="rf-faces{few}">{"".join(cells)}</div>')


def picture_grid(pictures: np.ndarray | Sequence[np.ndarray], titles: list[str]) -> None:
    """Draw a grid of small pictures, each uint8 (h, w, 3), RGB, with a line under each."""
    cells = [
        f'<figure class="rf-face"><img src="{_data_uri(picture)}" alt="{html.escape(title)}">'
        f"<figcaption>{html.escape(title)}</figcaption></figure>"
        for picture, title in zip(pictures, titles, strict=True)
    ]
    st.html(f'<div class="rf-faces">{"".join(cells)}</div>')


def _data_uri(face: np.ndarray | bytes) -> str:
    content = face if isinstance(face, bytes) else webp(face)
    return "data:image/webp;base64," + base64.b64encode(content).decode()


def webp(face: np.ndarray) -> bytes:
    """A face as a grid shows it, for those who draw one again and again.

    Args:
        face: uint8 (side, side, 3), RGB.
    """
    image = Image.fromarray(face)
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    return encode(image, "WEBP", quality=90)
