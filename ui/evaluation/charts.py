"""Charts of faces, damages and generators; of several runs the first is solid, others dashed."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.config import CLASS_NAMES
from core.evaluation.metrics import GUESSING
from core.evaluation.robustness import SWEPT
from core.evaluation.sources import kind_of
from core.inference.verdict import CLASS_WORDS, Calibration
from ui.shared.charts import names_above, plain
from ui.shared.colors import class_colors, palette
from ui.shared.names import chart_text

Shares: TypeAlias = np.ndarray | Sequence[float]

_OTHERS = ("three", "two", "four")
_DASHES = ("dash", "dot", "dashdot")
SHARE = {"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1], "tickformat": ".0%"}


# Whose a sweep is -> which line it has in every chart, also where another sweep lacks a damage.
_SWEEP_LINES = {label: number for number, label in enumerate(SWEPT.values())}


def line_of(number: int) -> dict:
    """The line of the n-th run of a chart."""
    if number == 0:
        return {"color": palette()["one"], "width": 2.5}
    place = (number - 1) % len(_OTHERS)
    return {"color": palette()[_OTHERS[place]], "width": 2, "dash": _DASHES[place]}


def histogram(labels: np.ndarray, p_fake: np.ndarray, calibration: Calibration) -> go.Figure:
    """How P(fake) is spread in each class, with the threshold and the unsure band."""
    edges = np.linspace(0, 1, 21)
    figure = go.Figure()
    for label in np.unique(labels):
        name = CLASS_NAMES[label]
        counts, _ = np.histogram(p_fake[labels == label], edges)
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            name=CLASS_WORDS[name],
            marker={"color": class_colors()[name]},
            hovertemplate="P(fake) about %{x:.0%}: %{y} faces",
        )
    figure.add_vrect(
        calibration.unsure_low,
        calibration.unsure_high,
        fillcolor=palette()["unsure"],
        opacity=0.14,
        line_width=0,
    )
    dotted = {"color": palette()["one"], "width": 1.5, "dash": "dot"}
    figure.add_vline(calibration.threshold, line=dotted)
    figure.update_layout(barmode="group", bargap=0.08, bargroupgap=0)
    figure.update_xaxes(title="P(fake)", range=[0, 1.02], **SHARE)
    tallest = max((max(bar.y) for bar in figure.data), default=0)
    figure.update_yaxes(title="faces", dtick=1 if tallest <= 5 else None)
    return plain(figure)


def damage_chart(
    models: dict[str, pd.DataFrame], measure: str, title: str, axis: str, floor: float
) -> go.Figure:
    """A figure of merit over the levels of one damage.

    Args:
        models: whose, of `SWEPT` -> columns level and `measure`; the clean faces are a level named
            "none".
        measure: which column.
        title: of the y axis.
        axis: of the x axis.
        floor: what guessing gives, where the axis begins.
    """
    figure = go.Figure()
    for name, rows in models.items():
        figure.add_scatter(
            x=rows["level"],
            y=rows[measure],
            name=name,
            mode="lines+markers",
            line=line_of(_SWEEP_LINES[name]),
            hovertemplate="%{x}: %{y:.3f}",
        )
    order = next(iter(models.values()))["level"].tolist()
    figure.update_xaxes(title=axis, type="category", categoryorder="array", categoryarray=order)
    if floor:
        figure.add_hline(GUESSING, **_guessing("bottom right"))
    figure.update_yaxes(title=title, range=[floor, 1.02])
    return plain(figure)


def _guessing(place: str) -> dict:
    """How the line is drawn that a network without knowledge would stand on; words at its end."""
    line = {"color": palette()["gray"], "width": 1, "dash": "dot"}
    return {"line": line, "annotation_text": "guessing", "annotation_position": place}


def generator_chart(rows: list[dict]) -> go.Figure:
    """ROC AUC of each generator, a row each, with a point for each source of photos.

    Args:
        rows: as `core.evaluation.generalization` makes them.
    """
    table = pd.DataFrame(rows)
    kinds = table["generator"].map(kind_of)
    table["name"] = (kinds + np.where(table["left_out"], " (left out)", "")).map(chart_text)
    figure, lowest = go.Figure(), 0.4
    for number, (real, part) in enumerate(table.groupby("real")):
        bounds = np.array(part["roc_auc_ci95"].tolist(), np.float64)
        lowest = min(lowest, bounds.min())
        figure.add_scatter(
            x=part["roc_auc"],
            y=part["name"],
            name=f"against {chart_text(kind_of(str(real)))}",
            mode="markers",
            marker={"color": line_of(number)["color"], "size": 10, "symbol": number},
            error_x={
                "array": bounds[:, 1] - part["roc_auc"],
                "arrayminus": part["roc_auc"] - bounds[:, 0],
                "thickness": 1,
            },
            hovertemplate="%{y}: %{x:.3f}",
        )
    figure.add_vline(GUESSING, **_guessing("top"))
    figure.update_xaxes(title="ROC AUC", range=[lowest, 1.01])
    names = list(dict.fromkeys(table["name"]))[::-1]
    return names_above(plain(figure), names).update_yaxes(showgrid=True)


def add_line(figure: go.Figure, number: int, title: str, x: Shares, y: Shares) -> None:
    """Draw the curve of the n-th run; x and y are shares in [0, 1]."""
    figure.add_scatter(
        x=x,
        y=y,
        name=title,
        mode="lines",
        line=line_of(number),
        hovertemplate="%{x:.1%}, %{y:.1%}",
    )


def add_dot(figure: go.Figure, x: float, y: float, what: str = "at the threshold") -> None:
    """Mark where a threshold lies on a curve, or a verdict beside it; both in [0, 1]."""
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={
            "color": palette()["one"],
            "size": 11,
            "line": {"color": palette()["ground"], "width": 2},
        },
        name="now",
        cliponaxis=False,
        showlegend=False,
        hovertemplate=f"{what}: %{{x:.1%}}, %{{y:.1%}}<extra></extra>",
    )
