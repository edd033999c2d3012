"""The Generator page's lesson on psi: the nearer to the average face, the easier to tell."""

import plotly.graph_objects as go
import streamlit as st

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation.generators.judged import kept_judgement
from core.evaluation.generators.quality import opening_psi
from core.generators.base import FaceGenerator
from core.generators.request import FaceRequest
from core.inference.report import percent
from ui.shared.colors import palette
from ui.shared.widgets import STILL

HEIGHT_PX = 190
ONLY_DCGAN = "How many faces lie above the threshold at which psi was measured for the DCGAN only."


def shipped_psi() -> float:
    """The psi at which the shipped DCGAN is shown first; see `opening_psi`."""
    try:
        return opening_psi(read_json("generator_metrics"))
    except UserError:
        return 1.0


def psi_lesson(request: FaceRequest, generator: FaceGenerator) -> None:
    """Say why the page opens at this psi, and draw how many faces lie above the threshold."""
    if request.generator != "dcgan":
        st.caption(ONLY_DCGAN)
        return
    if request.psi == shipped_psi() != 1.0:
        st.caption(
            f"Opened at psi {request.psi:g} by a rule, from seed 0 on: of the psi measured, "
            "the one whose faces are nearest to real ones among those with nearly as many whole "
            "faces (eyes, nose and mouth in place) as photos the generator never saw."
        )
    rows = _judged(generator.version)
    if len(rows) < 2:
        return
    with st.container(border=True):
        st.markdown("**The freer, the harder to tell**" if _falls(rows) else "**Told by psi**")
        st.plotly_chart(_curve(rows), config=STILL)
        shares = ", ".join(f"{percent(row['caught'])} at psi {row['psi']:g}" for row in rows)
        st.caption(
            f"Above the threshold of {rows[0]['n']} fresh faces each, unsure ones among them: "
            f"{shares}; the bars are 95% intervals. Towards 0 every face comes near the average."
        )


def _judged(version: str) -> list[dict]:
    """What was measured of this very generator, in order of psi."""
    try:
        kept = kept_judgement(ARTIFACTS_DIR)
    except UserError:
        return []
    if kept.get("asked", {}).get("version") != version:
        return []
    return sorted(kept["by_psi"], key=lambda row: row["psi"])


def _falls(rows: list[dict]) -> bool:
    """Whether the measured shares say so beyond chance: the outer intervals do not meet."""
    return rows[-1]["caught_ci95"][1] < rows[0]["caught_ci95"][0]


def _curve(rows: list[dict]) -> go.Figure:
    caught = [row["caught"] for row in rows]
    low, high = zip(*(row["caught_ci95"] for row in rows), strict=True)
    figure = go.Figure(
        go.Scatter(
            x=[row["psi"] for row in rows],
            y=caught,
            mode="lines+markers",
            line={"color": palette()["fake"]},
            error_y={
                "array": [top - at for top, at in zip(high, caught, strict=True)],
                "arrayminus": [at - bottom for bottom, at in zip(low, caught, strict=True)],
            },
            hovertemplate="psi %{x}: %{y:.0%} above the threshold<extra></extra>",
        )
    )
    figure.update_layout(height=HEIGHT_PX, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%", title="above threshold")
    figure.update_xaxes(title="psi", tickvals=[row["psi"] for row in rows])
    return figure
