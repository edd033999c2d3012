"""A report on one photo as one HTML file that needs nothing else."""

from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined

from core.imaging import data_uri
from core.inference.colors import CLASS_COLORS
from core.inference.report import percent
from core.inference.verdict import OPINION_WORDS, WORDS
from core.provenance.claim import NOTHING

_TEMPLATE = Path(__file__).with_name("photo.html")


@dataclass(frozen=True)
class Pictures:
    """What a report shows, all uint8 (height, width, 3), RGB.

    Attributes:
        photo: with a box around each face, at the size of a page; None if it cannot be decoded.
        faces: the square that was judged of each face.
        heat: number of a face (from 1) -> the same square under its heat map, and what that is.
    """

    photo: np.ndarray | None
    faces: tuple[np.ndarray, ...] = ()
    heat: dict[int, tuple[np.ndarray, str]] = field(default_factory=dict)


def to_html(report: dict, pictures: Pictures) -> str:
    """Write the report.

    Whatever comes from outside (the file's name, its notes) is escaped by the template, and the
    page forbids scripts and every address but those within itself.

    Args:
        report: as `photo_report` makes it.
        pictures: to show.
    """
    picture = partial(data_uri, kind="JPEG", quality=88)
    return _template().render(
        report=report,
        photo=None if pictures.photo is None else picture(pictures.photo),
        thumbnails=[picture(face) for face in pictures.faces],
        heat={number: (picture(face), note) for number, (face, note) in pictures.heat.items()},
        colours=CLASS_COLORS,
        words=WORDS,
        opinion_words=OPINION_WORDS,
        percent=percent,
        nothing_said=NOTHING,
    )


@cache
def _template():
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
