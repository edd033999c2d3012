"""What was measured when the networks were shipped: there before anybody measures anything."""

import plotly.graph_objects as go
import streamlit as st

from core.errors import UserError
from core.evaluation.knowledge import Knowledge, shipped_rocs
from core.evaluation.sources import kind_of
from ui.evaluation.charts import SHARE, add_dot, add_line
from ui.shared.charts import names_above, plain
from ui.shared.colors import class_colors
from ui.shared.knowledge import knowledge, where_people_try_it
from ui.shared.names import chart_text
from ui.shared.theme import facts
from ui.shared.widgets import STILL

_FACES = {"real": "real photos", "fake": "generated faces"}
_NETWORKS = {"both": "both networks", "cnn": "the CNN", "second": "the second opinion"}
_MOST_FPR = 0.3  # where all curves have nearly reached the top
_SAID = {"fake": "called generated", "unsure": "unsure", "real": "no trace found"}


def shipped_results() -> bool:
    """Draw how the shipped networks did on their test faces; whether that is known."""
    known = knowledge()
    if known is None or not known.rows:
        return False
    st.header("The shipped networks on faces they never learned from", anchor=False)
    _tiles(known)
    for label in ("real", "fake"):
        rows = [row for row in known.rows if row["label"] == label]
        if rows:
            faces = sum(row["n"] for row in rows)
            st.markdown(f"**{faces:,} {_FACES[label]}, by where they come from**")
            st.plotly_chart(_by_source(rows), config=STILL, key=f"ev_shipped_{label}")
    curves = _rocs(known)
    with st.expander("The same as a table, with 95% intervals"):
        where_people_try_it(known)
    more = "Other thresholds need" if curves else "Curves and other thresholds need"
    st.caption(
        f"Measured once when they were published, at the shipped threshold. {more} the faces: "
        "choose above what to judge, and press Measure."
    )
    return True


def _rocs(known: Knowledge) -> bool:
    """Draw the networks' ROC curves, if they were kept; whether they were."""
    try:
        curves = shipped_rocs()
    except (UserError, KeyError):
        return False
    if not curves:
        return False
    figure = go.Figure()
    for number, curve in enumerate(curves):
        name = f"{_NETWORKS[curve.network]} (ROC AUC {curve.auc:.3f})"
        add_line(figure, number, name, curve.fpr, curve.tpr)
    add_dot(figure, *curves[0].at_threshold)
    accused, caught = (known.rate(label, "fake") for label in ("real", "fake"))
    if accused is not None and caught is not None:
        add_dot(figure, accused.share, caught.share, what="called generated")
    figure.update_xaxes(title="photos above a threshold", range=[-0.005, _MOST_FPR], **SHARE)
    figure.update_yaxes(title="generated faces above it", range=[0, 1.02], **SHARE)
    st.markdown("**Generated faces and photos above each threshold of P(fake) (ROC)**")
    st.plotly_chart(plain(figure).update_layout(height=340), config=STILL, key="ev_shipped_roc")
    st.caption(
        "Towards the upper left is better; the rest of the axis is left out. The upper dot is the "
        "threshold between real and fake of the first network; the lower one its verdict 'called "
        "generated', which asks for more, and which faces left unsure do not get."
    )
    return True


def _tiles(known: Knowledge) -> None:
    shown = (
        ("real", "fake", "of 100 photos called generated"),
        ("fake", "fake", "of 100 generated called generated"),
        ("real", "unsure", "of 100 photos unsure"),
        ("fake", "unsure", "of 100 generated unsure"),
    )
    rates = [(known.rate(label, said), words) for label, said, words in shown]
    facts(
        [
            (words, rate.count, f"95%: {rate.interval}. {rate.n:,} faces.")
            for rate, words in rates
            if rate is not None
        ]
    )


def _by_source(rows: list[dict]) -> go.Figure:
    """Bars of what was said of each source, the most often wrong first.

    Args:
        rows: of one class, as the metrics have them: source, label, n, called_...
    """
    wrong = {"real": "fake", "fake": "real"}[rows[0]["label"]]
    rows = sorted(rows, key=lambda row: row[f"called_{wrong}"])
    names = [chart_text(f"{kind_of(row['source'])} ({row['n']:,})") for row in rows]
    figure = go.Figure()
    for state, words in _SAID.items():
        figure.add_bar(
            y=names,
            x=[row[f"called_{state}"] or 0.0 for row in rows],
            name=words,
            orientation="h",
            marker={"color": class_colors()[state]},
            hovertemplate="%{y}: %{x:.0%} " + words + "<extra></extra>",
        )
    plain(figure).update_layout(barmode="stack", bargap=0.68, legend_traceorder="normal")
    figure.update_xaxes(range=[0, 1], showgrid=False, **SHARE)
    return names_above(figure, names)
