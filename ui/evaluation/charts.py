"""Charts of one or more measurements; the first is drawn solid, the others dashed."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.config import CLASS_NAMES, FAKE
from core.evaluation import curves
from core.inference.verdict import Calibration
from ui.shared.charts import plain
from ui.shared.colors import class_colors, palette
from ui.shared.names import chart_text

_OTHERS = ("three", "two", "four")
_DASHES = ("dash", "dot", "dashdot")
_SHARE = {"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1], "tickformat": ".0%"}
Run = tuple[str, np.ndarray, np.ndarray]
"""Title, labels int (n,), P(fake) float (n,)."""


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
            name=f"{name} faces",
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
    figure.update_xaxes(title="P(fake)", range=[0, 1.02], **_SHARE)
    tallest = max((max(bar.y) for bar in figure.data), default=0)
    figure.update_yaxes(title="faces", dtick=1 if tallest <= 5 else None)
    return plain(figure)


def roc_chart(runs: list[Run], threshold: float) -> go.Figure:
    """ROC curves; the dot is the threshold's place on the first one."""
    figure = go.Figure()
    _add_diagonal(figure, "guessing")
    for number, (title, labels, p_fake) in enumerate(runs):
        _add_curve(figure, number, title, curves.roc(labels, p_fake))
    _, labels, p_fake = runs[0]
    called, fakes = p_fake >= threshold, labels == FAKE
    _add_dot(figure, called[~fakes].mean(), called[fakes].mean())
    figure.update_xaxes(title="real faces called fake", range=[-0.01, 1.01], **_SHARE)
    figure.update_yaxes(title="fakes caught", range=[0, 1.02], **_SHARE)
    return plain(figure)


def precision_recall_chart(runs: list[Run], threshold: float) -> go.Figure:
    """Precision over recall; the dot is the threshold's place on the first one."""
    figure = go.Figure()
    for number, (title, labels, p_fake) in enumerate(runs):
        _add_curve(figure, number, title, curves.precision_recall(labels, p_fake))
    _, labels, p_fake = runs[0]
    called, fakes = p_fake >= threshold, labels == FAKE
    if called.any():
        _add_dot(figure, called[fakes].mean(), fakes[called].mean())
    figure.update_xaxes(title="fakes caught", range=[0, 1.01], **_SHARE)
    figure.update_yaxes(title="alarms that are right", range=[0, 1.02], **_SHARE)
    return plain(figure)


def reliability_chart(
    runs: list[Run], raw: tuple[np.ndarray, np.ndarray] | None = None
) -> go.Figure:
    """How often P(fake) is what it says.

    Args:
        runs: calibrated.
        raw: labels and P(fake) of the first run as they were before calibration.
    """
    figure = go.Figure()
    _add_diagonal(figure, "perfect")
    if raw is not None:
        points = curves.reliability(*raw)
        figure.add_scatter(
            x=points.mean_p_fake, y=points.share_fake, name="before calibration",
            mode="lines+markers", line={"color": palette()["gray"], "dash": "dot"},
            marker={"symbol": "x"}, hovertemplate="says %{x:.0%}, is %{y:.0%}",
        )  # fmt: skip
    for number, (title, labels, p_fake) in enumerate(runs):
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
    figure.update_xaxes(title="P(fake) as told", range=[-0.01, 1.01], **_SHARE)
    figure.update_yaxes(title="share that is fake", range=[-0.02, 1.02], **_SHARE)
    return plain(figure)


def coverage_chart(runs: list[Run], calibration: Calibration) -> go.Figure:
    """Accuracy among the answered over the share that gets an answer."""
    figure = go.Figure()
    for number, (title, labels, p_fake) in enumerate(runs):
        curve = curves.coverage_accuracy(labels, p_fake, calibration.threshold)
        first = min(len(curve.x) - 1, max(4, len(curve.x) // 50))  # a handful jumps about
        _add_curve(figure, number, title, curves.Curve(*(v[first:] for v in vars(curve).values())))
    _, labels, p_fake = runs[0]
    answered = ~calibration.in_band(p_fake)
    hits = (p_fake >= calibration.threshold) == (labels == FAKE)
    if answered.any():
        _add_dot(figure, answered.mean(), hits[answered].mean())
    figure.update_xaxes(title="faces that get an answer", range=[0, 1.01], **_SHARE)
    lowest = min((min(line.y) for line in figure.data if len(line.y)), default=0.5)
    floor = max(0.0, min(0.5, lowest - 0.02))  # the same for all but bad runs: heights compare
    figure.update_yaxes(title="answers that are right", range=[floor, 1.01], tickformat=".0%")
    return plain(figure)


def damage_chart(
    models: dict[str, pd.DataFrame], measure: str, title: str, axis: str, floor: float
) -> go.Figure:
    """A figure of merit over the levels of one damage.

    Args:
        models: model -> columns level and `measure`, the clean faces as a level named "none".
        measure: which column.
        title: of the y axis.
        axis: of the x axis.
        floor: what guessing gives, where the axis begins.
    """
    figure = go.Figure()
    for number, (name, rows) in enumerate(models.items()):
        figure.add_scatter(
            x=rows["level"],
            y=rows[measure],
            name=name,
            mode="lines+markers",
            line=line_of(number),
            hovertemplate="%{x}: %{y:.3f}",
        )
    order = next(iter(models.values()))["level"].tolist()
    figure.update_xaxes(title=axis, type="category", categoryorder="array", categoryarray=order)
    if floor:
        figure.add_hline(0.5, line={"color": palette()["gray"], "width": 1, "dash": "dot"})
    figure.update_yaxes(title=title, range=[floor, 1.02])
    return plain(figure)


def generator_chart(rows: list[dict]) -> go.Figure:
    """ROC AUC of each generator, a column of points for each source of photos.

    Args:
        rows: as `core.evaluation.generalization` makes them.
    """
    table = pd.DataFrame(rows)
    table["name"] = table["generator"] + np.where(table["left_out"], " (left out)", "")
    figure = go.Figure()
    for number, (real, part) in enumerate(table.groupby("real")):
        bounds = np.array(part["roc_auc_ci95"].tolist(), np.float64)
        figure.add_scatter(
            x=part["name"].map(chart_text),
            y=part["roc_auc"],
            name=f"against {chart_text(real)}",
            mode="markers",
            marker={"color": line_of(number)["color"], "size": 10, "symbol": number},
            error_y={
                "array": bounds[:, 1] - part["roc_auc"],
                "arrayminus": part["roc_auc"] - bounds[:, 0],
                "thickness": 1,
            },
            hovertemplate="%{x}: %{y:.3f}",
        )
    figure.add_hline(0.5, line={"color": palette()["gray"], "width": 1, "dash": "dot"})
    figure.update_yaxes(title="ROC AUC", range=[0, 1.04])
    return plain(figure).update_layout(height=340)


def _add_curve(figure: go.Figure, number: int, title: str, curve: curves.Curve) -> None:
    figure.add_scatter(
        x=curve.x,
        y=curve.y,
        name=title,
        mode="lines",
        line=line_of(number),
        hovertemplate="%{x:.1%}, %{y:.1%}",
    )


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


def _add_dot(figure: go.Figure, x: float, y: float) -> None:
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
        hovertemplate="at the threshold: %{x:.1%}, %{y:.1%}",
    )
