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
from core.inference.verdict import exact
from ui.shared.charts import plain
from ui.shared.colors import palette
from ui.shared.widgets import STILL

HEIGHT_PX = 190
ONLY_DCGAN = "How hard faces are to tell at which psi was measured for the DCGAN only."


def shipped_psi() -> float:
    """The psi at which the shipped DCGAN is shown first; see `opening_psi`."""
    try:
        return opening_psi(read_json("generator_metrics"))
    except UserError:
        return 1.0


def psi_lesson(request: FaceRequest, generator: FaceGenerator) -> None:
    """Say why the page opens at this psi, and draw how many faces are taken for fakes, and how many
    are left unsure."""
    if request.generator != "dcgan":
        st.caption(ONLY_DCGAN)
        return
    if request.psi == shipped_psi() != 1.0:
        st.caption(
            f"Opened at psi {request.psi:g} by a rule, from seed 0 on: of the psi measured, "
            "the one whose faces are nearest to real ones among those with nearly as many whole "
            "faces (eyes, nose and mouth in place) as photos the generator never saw."
        )
    rows, threshold = _judged(generator.version)
    if len(rows) < 2:
        return
    above = f"P(fake) above {exact(threshold)}"
    with st.container(border=True):
        st.markdown("**The freer, the harder to tell**" if _falls(rows) else "**Told by psi**")
        st.plotly_chart(_curve(rows, above), config=STILL)
        shares = ", ".join(
            f"{exact(row['caught'])} at psi {row['psi']:g}, {exact(row['unsure'])} left unsure"
            for row in rows
        )
        st.caption(
            f"Of {rows[0]['n']} fresh faces each have {above}: {shares}; the bars are 95% "
            "intervals. To be called generated takes more than that. Towards psi 0 every face "
            "comes near the average."
        )


def _judged(version: str) -> tuple[list[dict], float]:
    """What was measured of this very generator, in order of psi, and at which threshold."""
    try:
        kept = kept_judgement(ARTIFACTS_DIR)
    except UserError:
        return [], 0.0
    asked = kept.get("asked", {})
    if asked.get("version") != version:
        return [], 0.0
    return sorted(kept["by_psi"], key=lambda row: row["psi"]), asked["threshold"]


def _falls(rows: list[dict]) -> bool:
    """Whether the measured shares say so beyond chance: the outer intervals do not meet."""
    return rows[-1]["caught_ci95"][1] < rows[0]["caught_ci95"][0]


def _curve(rows: list[dict], above: str) -> go.Figure:
    caught, psis = [row["caught"] for row in rows], [row["psi"] for row in rows]
    low, high = zip(*(row["caught_ci95"] for row in rows), strict=True)
    bars = {
        "array": [top - at for top, at in zip(high, caught, strict=True)],
        "arrayminus": [at - bottom for bottom, at in zip(low, caught, strict=True)],
    }
    figure = go.Figure()
    for name, shares, color, error in (
        (above, caught, "fake", bars),
        ("left unsure", [row["unsure"] for row in rows], "unsure", None),
    ):
        figure.add_scatter(
            x=psis,
            y=shares,
            name=name,
            mode="lines+markers",
            line={"color": palette()[color], "dash": "solid" if error else "dot"},
            error_y=error,
            hovertemplate="psi %{x}: %{y:.0%}",
        )
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%", title="of the faces")
    figure.update_xaxes(title="psi", tickvals=psis)
    return plain(figure).update_layout(height=HEIGHT_PX)
