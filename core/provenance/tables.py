"""The program that may have saved a JPEG last, by its quantization tables."""

from functools import cache
from typing import cast

from PIL import JpegPresets

from core.provenance.claim import Claim
from core.provenance.fields import Fields

# Annex K of the JPEG standard (ITU-T T.81), which libjpeg scales by a quality from 1 to 100.
_LUMA = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99),
    *(99,) * 32,
)
_LAST = "It tells who saved the file last, not who made the picture."


def of_tables(fields: Fields) -> list[Claim]:
    """Whose quantization tables a JPEG has: one claim; none for other formats."""
    if not fields.tables:
        return []
    tables = tuple(tuple(table) for table in fields.tables)
    quality, preset = _standard().get(tables), _photoshop().get(tables)
    if quality is not None:
        says = (
            f"Compressed with the standard JPEG tables at quality {quality}, as most programs and "
            "sites and many cameras do."
        )
    elif preset is not None:
        says = f'Compressed with the JPEG tables of Adobe Photoshop\'s setting "{preset}".'
    else:
        says = (
            "Compressed with JPEG tables of its own: many cameras, phones, editors and sites "
            "have some."
        )
    return [Claim("compression", says, _LAST)]


@cache
def _standard() -> dict[tuple, int]:
    """The standard tables (of gray and of coloured pictures) -> quality."""
    found = {}
    for quality in range(1, 101):
        percent = 5000 // quality if quality < 50 else 200 - 2 * quality
        luma, chroma = (
            tuple(min(255, max(1, (percent * step + 50) // 100)) for step in table)
            for table in (_LUMA, _CHROMA)
        )
        found[luma,] = found[luma, chroma] = found[luma, chroma, chroma] = quality
    return found


@cache
def _photoshop() -> dict[tuple, str]:
    """The tables of Photoshop's settings, as Pillow knows them -> the setting's name."""
    found = {}
    for name, preset in JpegPresets.presets.items():
        quantization = cast(list[list[int]], preset["quantization"])
        tables = tuple(tuple(table) for table in quantization)
        found[tables] = found[tables[:1]] = name.replace("_", " ")
    return found
