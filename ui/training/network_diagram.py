"""A network drawn from its table: boxes as tall as a layer's maps, as wide as its channels."""

import math

import pandas as pd
import plotly.graph_objects as go

from ui.shared.colors import palette

_COLORS = {
    "Conv2D": "two",
    "Conv2DTranspose": "five",
    "MaxPooling2D": "four",
    "Dense": "three",
}
_OTHER = "line"
_HIDDEN = ("Dropout", "LeakyReLU", "BatchNormalization", "Activation", "Reshape", "Flatten")
_NAMES = {
    "Conv2D": "convolution",
    "Conv2DTranspose": "transposed convolution",
    "MaxPooling2D": "max pooling",
    "Dense": "dense",
}
HEIGHT_PX = 250
LEAST_SIDE = 5  # at which a layer without maps is drawn


def network_diagram(table: pd.DataFrame) -> go.Figure:
    """The layers that change shape, from left to right.

    Args:
        table: of `core.models.describe`.
    """
    rows = table[~table["kind"].isin(_HIDDEN)]
    figure, left, named, colors = go.Figure(), 0.0, set(), palette()
    lowest = -max(rows["side"].max(), LEAST_SIDE) / 2  # under all bars: no label meets a bar
    for row in rows.itertuples():
        width = 2 + 1.5 * math.log2(max(row.channels, 2))
        half = max(row.side, LEAST_SIDE) / 2
        figure.add_scatter(
            x=[left, left + width, left + width, left, left],
            y=[-half, -half, half, half, -half],
            fill="toself",
            mode="lines",
            line={"color": colors["ground"], "width": 1},
            fillcolor=colors[_COLORS.get(row.kind, _OTHER)],
            name=_NAMES.get(row.kind, row.kind),
            legendgroup=row.kind,
            showlegend=row.kind not in named,
            hoveron="fills",
            hoverinfo="text",
            text=f"{row.layer}: {row.output}, {row.parameters:,} parameters",
        )
        figure.add_annotation(
            x=left + width / 2, y=lowest, yshift=-8, text=row.output.replace(" x ", "x"),
            showarrow=False, font={"size": 10, "color": colors["soft"]}, textangle=-30,
            xanchor="right", yanchor="top",
        )  # fmt: skip
        named.add(row.kind)
        left += width + 3
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 30, "b": 30},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"visible": False},
        yaxis={"visible": False, "range": [-105, 70]},
        dragmode=False,
    )
    return figure
