"""Curves of training runs on shared axes: raw lines faint, smoothed ones on top."""

import plotly.graph_objects as go

from core.training.histories import QUANTITIES, History, smoothed
from ui.shared.colors import RUNS, palette
from ui.shared.names import chart_text

HEIGHT_PX = 380
AXES = {"epoch": "Epoch", "minutes": "Minutes of training"}
# Runs are no classes: their lines have neutral colours, told apart by dash and marker as well.
_STYLES = (
    ("solid", "circle"),
    ("dash", "square"),
    ("dot", "diamond"),
    ("dashdot", "x"),
    ("longdash", "triangle-up"),
    ("longdashdot", "cross"),
)
_SHARES = {"accuracy", "val_accuracy", "val_roc_auc", "d_real", "d_fake"}  # in [0, 1]
_LOSSES = {"loss", "val_loss", "d_loss", "g_loss"}  # some have values below 0
_FAINT = 0.25
FEW_EPOCHS = 10  # so many have a tick each; of more, plotly chooses whole ones


def history_chart(
    histories: list[History], quantity: str, *, axis: str, smoothing: float, log: bool
) -> go.Figure:
    """One quantity of several runs.

    Args:
        histories: the runs; one without the quantity is left out, the others keep their lines.
        quantity: one of `QUANTITIES`.
        axis: one of `AXES`.
        smoothing: weight of the past, in [0, 1); the raw line stays, faint.
        log: whether the quantity's axis is logarithmic.
    """
    figure = go.Figure()
    for number, history in enumerate(histories):
        if quantity not in history.quantities:
            continue
        rows = history.table[[axis, quantity]].dropna()
        color, dash, symbol = _style(number)
        line = {"color": color, "dash": dash, "width": 2}
        hover = f"%{{x:.4g}}: %{{y:.4g}}<extra>{chart_text(history.name)}</extra>"
        if smoothing:
            figure.add_scatter(
                x=rows[axis],
                y=rows[quantity],
                line={**line, "width": 1},
                opacity=_FAINT,
                mode="lines",
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=rows[axis],
            y=smoothed(rows[quantity].to_numpy(), smoothing),
            name=chart_text(history.name),
            line=line,
            mode="lines+markers" if len(rows) < 60 else "lines",
            marker={"symbol": symbol, "size": 5},
            hovertemplate=hover,
        )
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        uirevision=f"{quantity} {axis} {log}",
    )
    figure.update_yaxes(title=QUANTITIES[quantity], type="log" if log else "linear")
    if not log:
        _from_0(figure, quantity)
    figure.update_xaxes(title=AXES[axis])
    if axis == "epoch":
        _whole_epochs(figure)
    return figure


def _from_0(figure: go.Figure, quantity: str) -> None:
    """Begin at 0 where it is the least; plotly would draw one point on an axis of -0.5 to 1.5."""
    if quantity in _SHARES:
        figure.update_yaxes(range=[0, 1])
    elif quantity in _LOSSES and all(value >= 0 for line in figure.data for value in line.y):
        figure.update_yaxes(rangemode="tozero")


def _whole_epochs(figure: go.Figure) -> None:
    """From 0 to the last epoch, with no tick between two of them."""
    last = max((int(max(line.x)) for line in figure.data if len(line.x)), default=1)
    figure.update_xaxes(range=[0, last + max(0.2, last / 40)])
    if last <= FEW_EPOCHS:
        figure.update_xaxes(dtick=1, tick0=0)


def _style(number: int) -> tuple[str, str, str]:
    """Colour, dash and marker of a run; alike only after 36 of them."""
    turn, place = divmod(number, len(_STYLES))
    dash = _STYLES[(place + turn) % len(_STYLES)][0]
    return palette()[RUNS[place]], dash, _STYLES[place][1]
