"""Measurements side by side: pins, and the figures of runs and of pairs of sources as tables."""

import pandas as pd
import streamlit as st

from core.evaluation.measurement import Measurement
from core.evaluation.sources import kinds_of
from core.inference.verdict import Calibration
from ui.evaluation.figure_names import FIGURES
from ui.shared.names import literal

MAX_PINS = 3
_PINS = "ev_pins"
_COMPARED = (
    *("n", "detected", "recall_real", "roc_auc", "tpr_at_1pct_fpr"),
    *("ece", "brier", "answered", "accuracy_answered"),
)
_PAIR = (
    *("n", "accuracy", "roc_auc", "tpr_at_1pct_fpr"),
    *("ece_uncalibrated", "ece", "ece_by_chance", "answered", "accuracy_answered"),
)
_SCORES = ("roc_auc", "ece_uncalibrated", "ece", "ece_by_chance", "brier")  # not shares, nor is n


def pin_button(run: Measurement) -> None:
    """A button that keeps a run, to draw it beside the next ones."""
    pins = st.session_state.setdefault(_PINS, [])
    st.button(
        "Pinned" if run in pins else "Pin",
        on_click=pins.append,
        args=(run,),
        disabled=run in pins or len(pins) >= MAX_PINS,
        icon=":material/push_pin:",
        help=f"Keep this run, to draw it beside the next ones. Up to {MAX_PINS}.",
    )


def pinned_beside(run: Measurement) -> list[Measurement]:
    """Draw a line a pinned run, each with a button to let it go; the runs other than this one."""
    pins: list[Measurement] = st.session_state.get(_PINS, [])
    others = [pin for pin in pins if pin is not run]
    for name, pin in zip(names_of([run, *others])[1:], others, strict=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":material/push_pin: **{name}** {literal(pin.heading)}", width="stretch")
            st.button(f"Unpin {name}", key=f"ev_un{name}", on_click=pins.remove, args=(pin,),
                      type="tertiary", icon=":material/close:")  # fmt: skip
    if not others and pins:
        st.caption("Pinned: the next measurement is drawn beside this one.")
    return others


def names_of(runs: list[Measurement]) -> list[str]:
    """Short names of a run and of those pinned beside it."""
    return ["this run", *(f"pin {number}" for number in range(1, len(runs)))]


def compared(runs: list[Measurement], calibration: Calibration) -> None:
    """A row a run."""
    st.markdown("**Side by side**")
    rows = {name: run.figures(calibration) for name, run in zip(names_of(runs), runs, strict=True)}
    _figure_table("Run", rows, _COMPARED)


def pairs(run: Measurement, calibration: Calibration) -> None:
    """A row for each pair of sources, where there are several: their mean would hide a lot."""
    found = run.by_pair(calibration)
    if len(found) < 2:
        return
    st.markdown("**By pair of sources**")
    rows = {kinds_of(pair): row for pair, row in found.items()}
    _figure_table("Real / generated", rows, _PAIR)
    st.caption(
        "The figures above mix these pairs. ECE before calibration is that of the bare network."
    )


def _figure_table(title: str, rows: dict[str, dict], keys: tuple[str, ...]) -> None:
    table = pd.DataFrame(
        {title: name, **{FIGURES[key]: row[key] for key in keys}} for name, row in rows.items()
    )
    config = {title: st.column_config.TextColumn(pinned=True)}
    for key in keys:
        if key != "n":
            form = "%.3f" if key in _SCORES else "%.1f%%"
            config[FIGURES[key]] = st.column_config.NumberColumn(format=form)
            scale = 1 if key in _SCORES else 100
            table[FIGURES[key]] = scale * table[FIGURES[key]].astype(float)  # unknown stays blank
    st.dataframe(table, hide_index=True, width="stretch", column_config=config)
