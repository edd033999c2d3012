"""Results as others want them: the JSON contract, a table, an annotated picture."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeAlias

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from core import tables
from core.imaging import encode
from core.inference.by_hand import BOX, UNSEEN, WHOLE, is_same
from core.inference.colors import CLASS_COLORS
from core.inference.geometry import Box
from core.inference.photo import FaceResult, PhotoResult
from core.inference.verdict import NO_FACE, SHORT_WORDS, WORDS, State, percent
from core.picture_files import as_text

MARKS = {
    BOX: "marked by hand",
    UNSEEN: "marked by hand; the detector sees no face of that size there, so the square is judged "
    "as drawn",
    WHOLE: "taken to be the whole picture, by hand",
}
OPINIONS = ("cnn", "second")
# Of a label's type, as a share of the picture's longer side: legible where a page shows it small.
FONT_SHARE, LEAST_FONT_PX = 0.03, 11
MOST_HIDDEN = 0.1  # of the picture's longer side: a label that is higher stands under it
OVERHANG = 1.15  # a label's width over its box' width, at most
CSV_COLUMNS = [
    *("file", "face", "verdict", "p_fake", "reason", "x", "y", "w", "h", "error", "notes", "says"),
]
# Pillow's own font is the latter where it was built without FreeType.
Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont


def to_contract(result: PhotoResult) -> dict:
    """One entry of the `classify --json` contract."""
    return {
        "path": result.name,
        "width": result.width,
        "height": result.height,
        "faces": [
            {
                "box": face.box.as_list(),
                "p_fake": round(face.p_fake, 6),
                "verdict": face.verdict.state,
                "reason": face.verdict.reason,
                "opinions": {name: _rounded(face.opinions.get(name)) for name in OPINIONS},
            }
            for face in result.faces
        ],
        "provenance": [asdict(claim) for claim in result.provenance],
        "notes": told(result),
        "error": result.error,
    }


def with_words(entry: dict) -> dict:
    """An entry of the contract, each of its faces with what its verdict `says` in plain words."""
    faces = [{**face, "says": WORDS[face["verdict"]]} for face in entry["faces"]]
    return {**entry, "faces": faces}


def _rounded(p_fake: float | None) -> float | None:
    return None if p_fake is None else round(p_fake, 6)


def mark_of(faces: Sequence[FaceResult], face: FaceResult) -> str:
    """How a person marked one of a photo's faces, and which it shows once more; "" if none did."""
    if face.marked is None:
        return ""
    for number, other in enumerate(faces, start=1):
        if other.marked is None and is_same(face.box, other.box):
            return f"{MARKS[face.marked]}: it is face {number} once more"
    return MARKS[face.marked]


def told(result: PhotoResult) -> list[str]:
    """What must be read with a verdict: that there is no face, marks by hand, the file's notes."""
    by_hand = [
        f"Face {number} was {mark_of(result.faces, face)}."
        for number, face in enumerate(result.faces, start=1)
        if face.marked
    ]
    return [*([NO_FACE] if result.no_face else []), *by_hand, *result.notes]


def to_table(results: list[PhotoResult]) -> pd.DataFrame:
    """A row a face; a file without a face or with an error has one row too.

    Returns:
        Columns file, face (from 1), verdict, p_fake, reason, x, y, w, h (pixels), error, notes,
        says (the verdict in plain words).
    """
    rows = []
    for result in results:
        name, notes = as_text(result.name), " ".join(told(result))
        for number, face in enumerate(result.faces, start=1):
            verdict = face.verdict
            row = (name, number, verdict.state, face.p_fake, verdict.reason)
            rows.append((*row, *face.box.as_list(), None, notes, WORDS[verdict.state]))
        if not result.faces:
            state, reason = (State.UNSURE, NO_FACE) if result.no_face else (None, None)
            row = (name, None, state, None, reason, *[None] * 4, result.error, notes)
            rows.append((*row, WORDS.get(state)))
    table = pd.DataFrame(rows, columns=CSV_COLUMNS)
    whole = ["face", "x", "y", "w", "h"]
    return table.astype({**dict.fromkeys(whole, "Int64"), "p_fake": "Float64"})


def to_csv(table: pd.DataFrame) -> bytes:
    """A table of verdicts as CSV, P(fake) to six decimals."""
    return tables.to_csv(table, decimals=6)


def annotate(pixels: np.ndarray, result: PhotoResult) -> np.ndarray:
    """Draw each face's box, number and verdict on its photo, or on a smaller copy of it.

    Args:
        pixels: the photo, uint8 (height, width, 3), RGB.
        result: what was found in it.

    Returns:
        uint8 (height or more, width or more, 3), RGB. A label for which there is no room above or
        below its box stands on a strip under the picture, so that the face stays visible, and so
        does the verdict of a box too narrow for more than its number.
    """
    image = Image.fromarray(pixels)
    width, height = result.width or image.width, result.height or image.height
    pen = ImageDraw.Draw(image)
    line = max(2, round(min(image.size) / 200))
    font = ImageFont.load_default(max(LEAST_FONT_PX, round(max(image.size) * FONT_SHARE)))
    beneath: list[tuple[str, str]] = []
    for number, face in enumerate(result.faces, start=1):
        color = CLASS_COLORS[face.verdict.state]
        box = face.box.scaled(image.width / width, image.height / height)
        pen.rectangle((box.x, box.y, box.x + box.w, box.y + box.h), outline=color, width=line)
        text = _fitting(pen, font, number, face, box.w)
        fits = _has_room(pen, image.size, box, text, font)
        if fits:
            _label(pen, image.size, box, text, color, font)
        if not fits or text == str(number):  # no face is without its verdict
            beneath.append((f"{number} {caption(face.verdict.state, face.p_fake)}", color))
    return np.asarray(_with_strip(image, beneath, font) if beneath else image)


def _has_room(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], box: Box, text: str, font: Font
) -> bool:
    """Whether a label fits above or below its box, and is small beside the picture."""
    high = _label_size(pen, text, font)[1]
    fits = box.y >= high or box.y + box.h + high <= size[1]
    return fits and high <= MOST_HIDDEN * max(size)


def _label_size(pen: ImageDraw.ImageDraw, text: str, font: Font) -> tuple[int, int, int]:
    """Width and height of a label, and the margin around its text, in pixels."""
    left, top, right, bottom = (round(end) for end in pen.textbbox((0, 0), text, font=font))
    pad = max(2, (bottom - top) // 4)
    return right - left + 2 * pad, bottom - top + 2 * pad, pad


def _with_strip(image: Image.Image, labels: list[tuple[str, str]], font: Font) -> Image.Image:
    """The picture with labels, (text, colour) each, under it; a narrow one has them in lines.

    No label is cut: one that is wider than its picture juts out beside it.
    """
    pen = ImageDraw.Draw(image)
    lines = [
        (part, color)
        for text, color in labels
        for part in ([text] if _label_size(pen, text, font)[0] <= image.width
                     else text.split(" · "))
    ]  # fmt: skip
    high = max(_label_size(pen, text, font)[1] for text, _ in lines)
    wide = max(image.width, *(_label_size(pen, text, font)[0] for text, _ in lines))
    larger = Image.new("RGB", (wide, image.height + high * len(lines)), "white")
    larger.paste(image)
    pen = ImageDraw.Draw(larger)
    for row, (text, color) in enumerate(lines):
        y = image.height + row * high
        pad = _label_size(pen, text, font)[2]
        left, top, *_ = pen.textbbox((0, 0), text, font=font)
        pen.rectangle((0, y, larger.width, y + high), fill=color)
        pen.text((pad - left, y + pad - top), text, font=font, fill="white")
    return larger


def caption(state: str, p_fake: float) -> str:
    """A verdict in a few words, with the probability of fake as a whole percentage."""
    return f"{SHORT_WORDS[state]} · P(fake) {percent(p_fake)}"


def _fitting(pen: ImageDraw.ImageDraw, font: Font, number: int, face: FaceResult, wide: int) -> str:
    """As much of a face's label as its box has room for; its number in any case."""
    state, room = face.verdict.state, OVERHANG * wide
    by_hand = " · by hand" if face.marked else ""
    shorter = (
        f"{number} {caption(state, face.p_fake)}{by_hand}",
        f"{number} {caption(state, face.p_fake)}",
        f"{number} {SHORT_WORDS[state]}",
    )
    return next((text for text in shorter if pen.textlength(text, font=font) <= room), str(number))


def _label(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    box: Box,
    text: str,
    color: str,
    font: Font,
) -> None:
    left, top, *_ = pen.textbbox((0, 0), text, font=font)
    wide, high, pad = _label_size(pen, text, font)
    x = max(0, min(box.x, size[0] - wide))
    y = box.y - high if box.y >= high else box.y + box.h
    pen.rectangle((x, y, x + wide, y + high), fill=color)
    pen.text((x + pad - left, y + pad - top), text, font=font, fill="white")


def to_png(pixels: np.ndarray) -> bytes:
    """uint8 (h, w, 3) RGB as the bytes of a PNG file."""
    return encode(pixels, "PNG", compress_level=3)  # a tenth larger, and twice as fast
