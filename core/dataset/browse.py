"""Filter, sort and page the faces of an index, as pure functions of its table."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from core import tables
from core.config import FAKE
from core.dataset.index import DatasetIndex, labels_of
from core.inference.verdict import Calibration, Doubt, State

ORDERS = {
    "mixed": "Mixed",
    "name": "Name",
    "uncertain": "Most uncertain first",
    "wrong": "Most wrong first",
    "small": "Smallest file first",
    "large": "Largest file first",
}
OUTCOMES = {
    "any": "Any",
    "right": "Right",
    "wrong": "Wrong",
    "unsure": "Unsure",
    "unjudged": "Not judged yet",
}
PAGE_SIZES = (21, 42, 84)  # full rows: seven faces on a screen, three on a phone
MAX_SIDE_PX = 10_000


@dataclass(frozen=True)
class Query:
    """Which faces of a data set to show, and how; the defaults show all of it.

    Attributes:
        split, label, source: only faces with this value; "" is any.
        text: only paths that contain it, in any case.
        min_side_px: only pictures whose shorter side has at least this many pixels.
        outcome: a key of `OUTCOMES`: the verdict compared with the label.
        p_low, p_high: only faces whose P(fake) lies between them; 0 and 1 keep faces that are
            not judged.
        order: a key of `ORDERS`; "mixed" is a shuffle with a fixed seed.
        page: from 1.
        size: faces per page; one of `PAGE_SIZES`.
        tag: only faces with this tag; "" is any.
    """

    split: str = ""
    label: str = ""
    source: str = ""
    text: str = ""
    min_side_px: int = 0
    outcome: str = "any"
    p_low: float = 0.0
    p_high: float = 1.0
    order: str = "mixed"
    page: int = 1
    size: int = PAGE_SIZES[0]
    tag: str = ""

    def link(self) -> dict[str, str]:
        """The query parameters of a link to this view: what differs from the defaults."""
        plain = asdict(Query())
        return {name: str(value) for name, value in asdict(self).items() if value != plain[name]}


def from_link(parameters: dict[str, str]) -> tuple[Query, list[str]]:
    """Read a query from the untrusted parameters of a link.

    Returns:
        The query, and a sentence for each parameter that is wrong and was left out.
    """
    query, complaints = Query(), []
    for field in fields(Query):
        if field.name not in parameters:
            continue
        text = parameters[field.name]
        try:
            value = field.type(text)  # ty: ignore[not-callable]  a class, not its name
            query = replace(query, **{field.name: _checked(field.name, value)})
        except (ValueError, OverflowError):
            complaints.append(f"The link's {field.name}={text[:40]!r} is not valid: left out.")
    if query.p_low > query.p_high:
        complaints.append("The link's range of P(fake) is empty: left out.")
        query = replace(query, p_low=0.0, p_high=1.0)
    return query, complaints


def _checked(name: str, value: Any) -> Any:
    choices = {"outcome": OUTCOMES, "order": ORDERS, "size": PAGE_SIZES}
    if name in choices and value not in choices[name]:
        raise ValueError
    if name in ("p_low", "p_high") and not 0 <= value <= 1:  # refuses NaN, too
        raise ValueError
    if name == "page" and not 0 <= value < 10**9:
        raise ValueError
    if name == "min_side_px" and not 0 <= value <= MAX_SIDE_PX:
        raise ValueError
    return value


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on n faces.

    Attributes:
        p_fake: float (n,) in [0, 1], NaN where a face is not judged.
        states: str (n,), each a `core.inference.verdict.State`, "" where a face is not judged.
        threshold: of P(fake), from which a face is called fake.
    """

    p_fake: np.ndarray
    states: np.ndarray
    threshold: float

    @classmethod
    def of(
        cls, p_fake: np.ndarray, calibration: Calibration, doubts: np.ndarray | int = Doubt.NONE
    ) -> "Verdicts":
        """The verdicts by the same rule as for a photo's faces.

        Args:
            p_fake: as above.
            calibration: its thresholds.
            doubts: int (n,), each a `Doubt`; ignored for a face that is not judged.
        """
        states = np.where(np.isnan(p_fake), "", calibration.states(p_fake, doubts))
        return cls(p_fake, states, calibration.threshold)


def find(
    faces: pd.DataFrame,
    query: Query,
    verdicts: Verdicts,
    tagged: Collection[str] = (),
) -> np.ndarray:
    """The rows that match a query, in its order.

    Args:
        faces: `DatasetIndex.faces`.
        query: its page and size are ignored.
        verdicts: on all rows.
        tagged: the paths with the query's tag.

    Returns:
        int64 positions in `faces`.
    """
    keep = np.ones(len(faces), bool)
    for column in ("split", "label", "source"):
        if wanted := getattr(query, column):
            keep &= (faces[column] == wanted).to_numpy(bool)
    if query.tag:
        keep &= faces["path"].isin(list(tagged)).to_numpy(bool)
    if query.text:
        keep &= faces["path"].str.contains(query.text, case=False, regex=False).to_numpy(bool)
    if query.min_side_px:
        keep &= faces[["width", "height"]].min(axis=1).to_numpy() >= query.min_side_px
    if query.outcome != "any":
        keep &= outcomes(faces, verdicts.states) == query.outcome
    if (query.p_low, query.p_high) != (0.0, 1.0):  # NaN lies within no range
        keep &= (verdicts.p_fake >= query.p_low) & (verdicts.p_fake <= query.p_high)
    rows = np.flatnonzero(keep)
    keys = _keys(faces, query.order, verdicts.p_fake, verdicts.threshold)
    return rows[np.argsort(keys[rows], kind="stable")]


def outcomes(faces: pd.DataFrame, states: np.ndarray) -> np.ndarray:
    """The key of `OUTCOMES` for each of n faces: str (n,).

    Args:
        faces: rows of an index.
        states: str (n,), as in `Verdicts`.
    """
    kinds = [states == "", states == State.UNSURE, states == faces["label"].to_numpy()]
    return np.select(kinds, ["unjudged", "unsure", "right"], "wrong")


def _keys(faces: pd.DataFrame, order: str, p_fake: np.ndarray, threshold: float) -> np.ndarray:
    """The keys to sort by, ascending; faces that are not judged come last."""
    if order in ("small", "large"):
        return faces["bytes"].to_numpy() * (1 if order == "small" else -1)
    if order == "uncertain":
        return np.nan_to_num(np.abs(p_fake - threshold), nan=np.inf)
    if order == "wrong":
        of_label = np.where(labels_of(faces) == FAKE, p_fake, 1 - p_fake)
        return np.nan_to_num(of_label, nan=np.inf)
    if order == "mixed":
        return np.random.default_rng(0).permutation(len(faces))
    return np.zeros(len(faces))


def pages(count: int, size: int) -> int:
    """The number of pages for this many faces, at least 1."""
    return max(1, math.ceil(count / size))


def on_page(rows: np.ndarray, query: Query) -> tuple[np.ndarray, int]:
    """The rows of the query's page, and its number, limited to the pages there are."""
    page = min(max(1, query.page), pages(len(rows), query.size))
    return rows[(page - 1) * query.size : page * query.size], page


def to_csv(
    index: DatasetIndex,
    rows: np.ndarray,
    verdicts: Verdicts,
    tags: Callable[[str], Sequence[str]] = lambda path: (),
) -> bytes:
    """Rows of an index as CSV, with paths relative to its root, P(fake), verdict and tags.

    Args:
        index: the data set.
        rows: int positions in `index.faces`.
        verdicts: on all faces of the index.
        tags: gives the tags of a path relative to the root.
    """
    table = index.faces.iloc[rows].drop(columns="modified_ns")
    table["path"] = [index.relative(path) for path in table["path"]]
    table["p_fake"] = verdicts.p_fake[rows]
    table["verdict"] = verdicts.states[rows]
    table["tags"] = ["; ".join(tags(path)) for path in table["path"]]
    return tables.to_csv(table)
