"""A map of faces as a chart: a dot a face, coloured by a property that is chosen."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.dataset.browse import OUTCOMES
from core.inference.verdict import CLASS_WORDS
from ui.shared.colors import RUNS, class_colors, palette
from ui.shared.names import chart_text

HEIGHT_PX = 520
COLOURINGS = {"label": "Class", "source": "Source", "outcome": "Verdict"}
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x")
_OUTCOME_COLORS = {"right": "right", "wrong": "wrong", "unsure": "unsure", "unjudged": "gray"}
_WORDS = {"label": CLASS_WORDS, "outcome": OUTCOMES}
_FAINT = 0.15  # of dots that are not chosen


def map_chart(dots: pd.DataFrame, by: str, chosen: np.ndarray | None) -> go.Figure:
    """Draw the map.

    Args:
        dots: a row a face: row (in the index), x, y, name, label, source, outcome.
        by: one of `COLOURINGS`.
        chosen: rows of the index that stand out; None for all.
    """
    figure = go.Figure()
    for number, (value, part) in enumerate(dots.groupby(by)):
        color, symbol = _style(str(value), by, number)
        told = part[["row", "name", "label", "outcome"]].assign(
            name=part["name"].map(chart_text),
            label=part["label"].map(CLASS_WORDS),
            outcome=part["outcome"].map(OUTCOMES),
        )
        figure.add_scatter(
            x=part["x"],
            y=part["y"],
            name=_WORDS.get(by, {}).get(str(value)) or chart_text(str(value)),
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 8, "opacity": 0.8},
            customdata=told.to_numpy(),
            selectedpoints=None if chosen is None else np.flatnonzero(part["row"].isin(chosen)),
            unselected={"marker": {"opacity": _FAINT}},
            hovertemplate="%{customdata[1]}<br>%{customdata[2]}; verdict: %{customdata[3]}"
            "<extra></extra>",
        )
    bare = {"visible": False, "range": [-1.05, 1.05]}
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 0, "r": 0, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0},
        xaxis=bare,
        yaxis=bare,
        dragmode="lasso",
        uirevision="keep",
    )
    return figure


def _style(value: str, by: str, number: int) -> tuple[str, str]:
    """Colour and shape of a group's dots; sources are alike only after 36 of them."""
    if by == "label":
        return class_colors()[value], "circle" if value == "real" else "diamond"
    if by == "outcome":
        place = list(_OUTCOME_COLORS).index(value)
        return palette()[_OUTCOME_COLORS[value]], _SYMBOLS[place]
    turn, place = divmod(number, len(RUNS))
    return palette()[RUNS[place]], _SYMBOLS[(place + turn) % len(_SYMBOLS)]
