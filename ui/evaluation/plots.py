"""The plots of a measurement: each is a function, and a line in `PLOTS`, which the page draws.

A run is drawn solid, those that are pinned beside it dashed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.config import FAKE
from core.evaluation import curves
from core.evaluation.plain_words import BY_SIDE
from core.inference.verdict import Calibration
from ui.evaluation.charts import SHARE, add_dot, add_line, line_of
from ui.shared.charts import plain
from ui.shared.colors import palette

Run = tuple[str, np.ndarray, np.ndarray]
"""Title, labels int (n,), P(fake) float (n,)."""


@dataclass(frozen=True)
class Judged:
    """What a plot is drawn from.

    Attributes:
        runs: calibrated, each with faces of both classes; the first is the one that is looked at.
        raw_p_fake: P(fake) of the first run's faces before calibration, float (n,).
        answered: which of these faces get a verdict, bool (n,).
        calibration: with the threshold and the unsure band that the page's slider has set.
    """

    runs: list[Run]
    raw_p_fake: np.ndarray
    answered: np.ndarray
    calibration: Calibration


@dataclass(frozen=True)
class Plot:
    """Attributes: title, and a note of a sentence or two, stand beside what `draw` draws."""

    title: str
    draw: Callable[[Judged], go.Figure]
    note: str


def _roc(judged: Judged) -> go.Figure:
    """ROC curves; the dot is the threshold's place on the first one."""
    figure = go.Figure()
    _add_diagonal(figure, "guessing")
    for number, (title, labels, p_fake) in enumerate(judged.runs):
        curve = curves.roc(labels, p_fake)
        add_line(figure, number, title, curve.x, curve.y)
    _, labels, p_fake = judged.runs[0]
    called, fakes = p_fake >= judged.calibration.threshold, labels == FAKE
    add_dot(figure, called[~fakes].mean(), called[fakes].mean())
    figure.update_xaxes(title="real photos above the threshold", range=[-0.01, 1.01], **SHARE)
    figure.update_yaxes(title="generated faces above the threshold", range=[0, 1.02], **SHARE)
    return plain(figure)


def _precision_recall(judged: Judged) -> go.Figure:
    """Precision over recall; the dot is the threshold's place on the first one."""
    figure = go.Figure()
    for number, (title, labels, p_fake) in enumerate(judged.runs):
        curve = curves.precision_recall(labels, p_fake)
        add_line(figure, number, title, curve.x, curve.y)
    _, labels, p_fake = judged.runs[0]
    called, fakes = p_fake >= judged.calibration.threshold, labels == FAKE
    if called.any():
        add_dot(figure, called[fakes].mean(), fakes[called].mean())
    figure.update_xaxes(title="generated faces above the threshold", range=[0, 1.01], **SHARE)
    figure.update_yaxes(title="alarms that are right", range=[0, 1.02], **SHARE)
    return plain(figure)


def _reliability(judged: Judged) -> go.Figure:
    """How often P(fake) is what it says."""
    figure = go.Figure()
    _add_diagonal(figure, "perfect")
    points = curves.reliability(judged.runs[0][1], judged.raw_p_fake)
    figure.add_scatter(
        x=points.mean_p_fake,
        y=points.share_fake,
        name="before calibration",
        mode="lines+markers",
        line={"color": palette()["gray"], "dash": "dot"},
        marker={"symbol": "x"},
        hovertemplate="says %{x:.0%}, is %{y:.0%}",
    )
    for number, (title, labels, p_fake) in enumerate(judged.runs):
        points = curves.reliability(labels, p_fake)
        figure.add_scatter(
            x=points.mean_p_fake,
            y=points.share_fake,
            name=title,
            mode="lines+markers",
            line=line_of(number),
            error_y={
                "array": points.high - points.share_fake,
                "arrayminus": points.share_fake - points.low,
                "thickness": 1,
            },
            customdata=points.count,
            hovertemplate="says %{x:.0%}, is %{y:.0%} of %{customdata} faces",
        )
    figure.update_xaxes(title="P(fake) as told", range=[-0.01, 1.01], **SHARE)
    figure.update_yaxes(title="share that is generated", range=[-0.02, 1.02], **SHARE)
    return plain(figure)


def _coverage(judged: Judged) -> go.Figure:
    """Accuracy among the answered over the share that gets an answer."""
    calibration = judged.calibration
    figure = go.Figure()
    for number, (title, labels, p_fake) in enumerate(judged.runs):
        curve = curves.coverage_accuracy(labels, p_fake, calibration.threshold)
        first = min(len(curve.x) - 1, max(4, len(curve.x) // 50))  # a handful jumps about
        add_line(figure, number, title, curve.x[first:], curve.y[first:])
    _, labels, p_fake = judged.runs[0]
    hits = (p_fake >= calibration.threshold) == (labels == FAKE)
    if judged.answered.any():
        add_dot(figure, judged.answered.mean(), hits[judged.answered].mean())
    figure.update_xaxes(title="faces that get an answer", range=[0, 1.01], **SHARE)
    lowest = min((min(line.y) for line in figure.data if len(line.y)), default=0.5)
    floor = max(0.0, min(0.5, lowest - 0.02))  # the same for all but bad runs: heights compare
    figure.update_yaxes(title="answers that are right", range=[floor, 1.01], tickformat=".0%")
    return plain(figure)


def _add_diagonal(figure: go.Figure, name: str) -> None:
    """Where both axes say the same, to compare with."""
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        line={"color": palette()["gray"], "width": 1},
        mode="lines",
        name=name,
        hoverinfo="skip",
        showlegend=False,
    )


PLOTS = (
    Plot("ROC", _roc, f"Towards the upper left is better. The dot is the threshold; {BY_SIDE}."),
    Plot(
        "Precision and recall",
        _precision_recall,
        f"At this mix of real photos and generated faces; {BY_SIDE}.",
    ),
    Plot(
        "Reliability",
        _reliability,
        "On the diagonal, P(fake) means what it says. Bars: 95% intervals.",
    ),
    Plot(
        "Accuracy against coverage",
        _coverage,
        "If only the surest faces get an answer. The dot: those that do.",
    ),
)
