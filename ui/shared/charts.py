"""Plotly charts that pages share."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.dataset.properties import FREQUENCIES
from core.inference.verdict import WORDS, Calibration
from ui.shared.colors import class_colors, palette

HEIGHT_PX = 260
HISTOGRAM_BINS = 40
_NAMED_ROW_PX, _NAME_PX = 40, 15  # of a row with its name; how far that stands above the middle
BAND_NOTE = (
    "A verdict is given outside the gray band and kept until the line is half-way back to the "
    "dotted line in it."
)
_LINES = ("solid", "dot", "dash", "dashdot", "longdash")


def p_fake_over_time(
    points: pd.DataFrame, calibration: Calibration, *, start_s: float, end_s: float
) -> go.Figure:
    """P(fake) of every face over time; dots have the colour of the verdict, ends its number.

    Args:
        points: columns time_s, track, p_fake, verdict.
        calibration: its unsure band is shaded, its threshold drawn.
        start_s, end_s: ends of the time axis, in seconds.
    """
    figure = go.Figure()
    for number, (track, rows) in enumerate(points.groupby("track")):
        figure.add_scatter(
            x=rows["time_s"],
            y=rows["p_fake"],
            mode="lines+markers",
            name=f"face {track}",
            line={"color": palette()["gray"], "width": 1.5, "dash": _LINES[number % len(_LINES)]},
            marker={"color": rows["verdict"].map(class_colors()).tolist(), "size": 5},
            customdata=rows["verdict"].map(WORDS).tolist(),
            hovertemplate="%{x:.1f} s: P(fake) %{y:.0%}, %{customdata}",
        )
        last = rows.iloc[-1]
        figure.add_annotation(
            x=last["time_s"],
            y=last["p_fake"],
            text=f"<b>{track}</b>",
            showarrow=False,
            xshift=10,
            font={"color": class_colors()[last["verdict"]], "size": 13},
        )
    low, high = calibration.unsure_low, calibration.unsure_high
    figure.add_hrect(low, high, fillcolor=palette()["unsure"], opacity=0.12, line_width=0)
    figure.add_hline(
        calibration.threshold, line={"color": palette()["one"], "width": 1, "dash": "dot"}
    )
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        xaxis={"title": "seconds", "range": [start_s, end_s], "zeroline": False},
        yaxis={"title": "P(fake)", "range": [0, 1], "tickformat": ".0%"},
        showlegend=False,
        uirevision="keep",  # a redraw must not undo the user's zoom
    )
    return figure


def gan_curves(history: pd.DataFrame, marked: int) -> go.Figure:
    """What the discriminator thinks of real and of generated faces, over the epochs.

    Args:
        history: columns epoch, d_real, d_fake (mean P(real), NaN while warming up).
        marked: epoch to draw a line at.
    """
    figure = go.Figure()
    for column, label, state in (
        ("d_real", "of real faces", "real"),
        ("d_fake", "of generated faces", "fake"),
    ):
        figure.add_scatter(
            x=history["epoch"],
            y=history[column],
            name=label,
            line={"color": class_colors()[state]},
            hovertemplate="epoch %{x}: %{y:.2f}",
        )
    figure.update_yaxes(title="mean P(real)", range=[0, 1], tickformat=".0%")
    return _by_epoch(figure, marked)


def loss_curves(history: pd.DataFrame, marked: int) -> go.Figure:
    """The losses of both networks over the epochs.

    Args:
        history: columns epoch, d_loss, g_loss.
        marked: epoch to draw a line at.
    """
    figure = go.Figure()
    lines = (("d_loss", "discriminator", "solid"), ("g_loss", "generator", "dot"))
    for column, label, dash in lines:
        figure.add_scatter(
            x=history["epoch"],
            y=history[column],
            name=label,
            line={"color": palette()["one"], "dash": dash},
            hovertemplate="epoch %{x}: %{y:.3f}",
        )
    figure.update_yaxes(title="loss")
    return _by_epoch(figure, marked)


def _by_epoch(figure: go.Figure, marked: int) -> go.Figure:
    figure.add_vline(marked, line={"color": palette()["gray"], "width": 1, "dash": "dash"})
    figure.update_xaxes(title="epoch")
    return plain(figure)


def quality_curve(
    rows: list[dict], baseline: list[dict] | None = None, *, marked: int
) -> go.Figure:
    """Fréchet distance over the images a generator has seen.

    Args:
        rows: a dict with images and frechet for each stored epoch.
        marked: images to draw a line at.
        baseline: the same of another recipe.
    """
    figure = go.Figure()
    parts = ((rows, "this recipe", "solid"), (baseline, "the authors' recipe", "dot"))
    for part, name, dash in parts:
        if part:
            figure.add_scatter(
                x=[row["images"] for row in part],
                y=[row["frechet"] for row in part],
                name=name,
                mode="lines+markers",
                line={"color": palette()["one"], "dash": dash},
                hovertemplate="%{x:,} images: %{y:.1f}",
            )
    figure.add_vline(marked, line={"color": palette()["gray"], "width": 1, "dash": "dash"})
    figure.update_yaxes(title="Fréchet distance", rangemode="tozero")
    figure.update_xaxes(title="faces seen")
    return plain(figure)


def spectrum_chart(means: dict[str, np.ndarray], face: np.ndarray | None = None) -> go.Figure:
    """Power by radial frequency: the mean of each class, and perhaps one face.

    Args:
        means: class -> log10 power at `core.dataset.properties.FREQUENCIES`.
        face: the same of one face.
    """
    figure = go.Figure()
    lines = [(f"mean of {name}", means[name], class_colors()[name]) for name in sorted(means)]
    if face is not None:
        lines.append(("this face", face, palette()["one"]))
    for name, power, color in lines:
        figure.add_scatter(
            x=FREQUENCIES[1:],
            y=power[1:],
            name=name,
            line={"color": color, "width": 1.5},
            hovertemplate="%{x:.2f}: %{y:.2f}",
        )
    figure.update_xaxes(title="cycles a pixel: coarse to fine")
    figure.update_yaxes(title="log10 power")
    return plain(figure)


def by_class(table: pd.DataFrame, column: str, title: str) -> go.Figure:
    """How a property is spread in each class.

    Args:
        table: columns label and `column`.
        column: which property.
        title: of its axis.
    """
    values = table[column].to_numpy(float)
    low, high = np.percentile(values, [0.5, 99.5])  # a few outliers must not flatten the rest
    edges = np.linspace(low, max(high, low + 1e-6), HISTOGRAM_BINS + 1)
    figure = go.Figure()
    for label, rows in table.groupby("label"):
        name = str(label)
        counts, _ = np.histogram(np.clip(rows[column], edges[0], edges[-1]), edges)
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts / len(rows),
            name=name,
            marker={"color": class_colors()[name]},
            opacity=0.6,
            hovertemplate="%{x:.3g}: %{y:.1%}",
        )
    figure.update_layout(barmode="overlay", bargap=0)
    figure.update_xaxes(title=title)
    figure.update_yaxes(title="share of the class", tickformat=".0%")
    return plain(figure)


def plain(figure: go.Figure) -> go.Figure:
    """The look of a small chart: the legend above the data, no wasted border."""
    return figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 12, "t": 34, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        uirevision="keep",
    )


def names_above(figure: go.Figure, names: list[str]) -> go.Figure:
    """Let each name of the y axis stand above its row, in front of lines that cross it.

    Beside the row, a phone would have no chart left.

    Args:
        figure: whose y axis has these categories.
        names: from the bottom to the top.
    """
    for name in names:
        figure.add_annotation(x=0, y=name, xref="paper", text=name, showarrow=False, xanchor="left",
                              yshift=_NAME_PX, borderpad=0,
                              bgcolor=palette()["ground"])  # fmt: skip
    figure.update_layout(height=90 + _NAMED_ROW_PX * len(names), margin={"l": 8, "r": 28})
    return figure.update_yaxes(showticklabels=False, categoryarray=names, showgrid=False)
