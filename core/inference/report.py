"""Results as others want them: the JSON contract, a table, an annotated picture."""

import cv2
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from core.inference.by_hand import BOX, UNSEEN, WHOLE
from core.inference.photo import PhotoResult
from core.inference.verdict import NO_FACE
from core.picture_files import as_text

CLASS_COLORS = {"real": "#1d6fd1", "fake": "#d9480f", "unsure": "#6b7280"}
MARKS = {
    BOX: "marked by hand",
    UNSEEN: "marked by hand; the detector sees no face there, so the square is judged as drawn",
    WHOLE: "taken to be the whole picture, by hand",
}
OPINIONS = ("cnn", "second")
CSV_COLUMNS = ["file", "face", "verdict", "p_fake", "reason", "x", "y", "w", "h", "error", "notes"]


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
        "notes": told(result),
        "error": result.error,
    }


def _rounded(p_fake: float | None) -> float | None:
    return None if p_fake is None else round(p_fake, 6)


def told(result: PhotoResult) -> list[str]:
    """What must be read with a verdict: that there is no face, marks by hand, the file's notes."""
    by_hand = [
        f"Face {number} was {MARKS[face.marked]}."
        for number, face in enumerate(result.faces, start=1)
        if face.marked
    ]
    return [*([NO_FACE] if result.no_face else []), *by_hand, *result.notes]


def to_table(results: list[PhotoResult]) -> pd.DataFrame:
    """A row a face; a file without a face or with an error has one row too.

    Returns:
        Columns file, face (from 1), verdict, p_fake, reason, x, y, w, h (pixels), error, notes.
    """
    rows = []
    for result in results:
        name, notes = as_text(result.name), " ".join(told(result))
        for number, face in enumerate(result.faces, start=1):
            verdict = face.verdict
            row = (name, number, verdict.state, face.p_fake, verdict.reason)
            rows.append((*row, *face.box.as_list(), None, notes))
        if not result.faces:
            state, reason = ("unsure", NO_FACE) if result.no_face else (None, None)
            rows.append((name, None, state, None, reason, *[None] * 4, result.error, notes))
    table = pd.DataFrame(rows, columns=CSV_COLUMNS)
    whole = ["face", "x", "y", "w", "h"]
    return table.astype({**dict.fromkeys(whole, "Int64"), "p_fake": "Float64"})


def to_csv(table: pd.DataFrame) -> bytes:
    """CSV that is safe to open in a spreadsheet: a cell never starts a formula."""
    texts = table.select_dtypes(include=["object", "string"]).columns
    safe = table.copy()
    for column in texts:
        safe[column] = safe[column].map(_defused)
    return safe.to_csv(index=False, float_format="%.6f").encode("utf-8-sig")


def _defused(cell):
    risky = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if risky else cell


def annotate(pixels: np.ndarray, result: PhotoResult) -> np.ndarray:
    """Draw each face's box, number and verdict on its photo, or on a smaller copy of it.

    Args:
        pixels: the photo, uint8 (height, width, 3), RGB.
        result: what was found in it.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    line = max(2, round(min(image.size) / 200))
    for number, face in enumerate(result.faces, start=1):
        color = CLASS_COLORS[face.verdict.state]
        box = face.box.scaled(image.width / result.width, image.height / result.height)
        pen.rectangle((box.x, box.y, box.x + box.w, box.y + box.h), outline=color, width=line)
        words = f"{number} {caption(face.verdict.state, face.p_fake)}"
        _label(pen, image.size, box, words + (" · by hand" if face.marked else ""), color)
    return np.asarray(image)


def caption(state: str, p_fake: float) -> str:
    """A verdict in two words, with the probability of fake as a whole percentage."""
    return f"{state} · P(fake) {percent(p_fake)}"


def percent(share: float) -> str:
    """A probability in words that never claim certainty: "<1%", "63%", ">99%"."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{share:.0%}"


def _label(pen: ImageDraw.ImageDraw, size: tuple[int, int], box, text: str, color: str) -> None:
    font = ImageFont.load_default(max(11, min(round(box.w / 9), round(min(size) / 22))))
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    pad = max(2, (bottom - top) // 4)
    wide, high = right - left + 2 * pad, bottom - top + 2 * pad
    x = max(0, min(box.x, size[0] - wide))
    y = box.y - high if box.y >= high else min(box.y + box.h, size[1] - high)
    pen.rectangle((x, y, x + wide, y + high), fill=color)
    pen.text((x + pad - left, y + pad - top), text, font=font, fill="white")


def to_png(pixels: np.ndarray) -> bytes:
    """uint8 (h, w, 3) RGB as the bytes of a PNG file."""
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not done:
        raise ValueError(f"The picture cannot be encoded. Received: shape={pixels.shape}")
    return data.tobytes()
