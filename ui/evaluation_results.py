"""What a measurement found: figures, curves that one threshold moves together, faces, files."""

import io
import json
import re

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from core.config import CLASS_NAMES, FAKE, REAL
from core.evaluation import curves
from core.evaluation.calibration import ERROR_RATE
from core.evaluation.measurement import Measurement
from core.inference.photo import Inspector
from core.inference.report import to_csv
from core.inference.verdict import Calibration, Verdict, sigmoid
from ui import evaluation_charts as charts
from ui.face_grid import face_grid
from ui.progress import judge_all
from ui.theme import empty_state, facts

_STILL = {"displayModeBar": False}
_RUN, _PINS = "ev_run", "ev_pins"
MAX_PINS = 3
_PAIR = {
    "n": "Faces",
    "accuracy": "Accuracy",
    "roc_auc": "ROC AUC",
    "tpr_at_1pct_fpr": "TPR at 1% FPR",
    "ece_uncalibrated": "ECE before calibration",
    "ece": "ECE",
    "answered": "Answered",
    "accuracy_answered": "Right of these",
}
GALLERY = 8
_COMPARED = {
    "n": "Faces",
    "detected": "Fakes caught",
    "recall_real": "Real called real",
    "roc_auc": "ROC AUC",
    "tpr_at_1pct_fpr": "TPR at 1% FPR",
    "ece": "ECE",
    "brier": "Brier",
    "answered": "Answered",
    "accuracy_answered": "Right of these",
}


def measure(measurement: Measurement, inspector: Inspector) -> None:
    """Run a measurement with progress; pressing Cancel keeps what is done."""
    st.session_state[_RUN] = measurement
    judge_all(measurement.run(inspector.predictor), measurement.total, "ev_cancel")


def results(inspector: Inspector) -> None:
    """Draw the last measurement, beside those that were pinned."""
    run: Measurement | None = st.session_state.get(_RUN)
    if run is None or not run.judged.size:
        if run is not None and run.failed:
            st.error(f"No face could be judged: {next(iter(run.failed.values()))}")
        empty_state("Nothing measured yet", "Choose above what to judge, and press Measure.")
        return
    _heading(run)
    base = inspector.calibration
    threshold = st.slider(
        "Threshold: P(fake) from which a face is called fake",
        0.01,
        0.99,
        round(base.threshold, 2),
        key="ev_threshold",
        persist_state="session",
        help="Moves every figure and chart below. The unsure band moves along.",
    )
    calibration = base.with_threshold(threshold)
    figures = run.figures(calibration)
    _figures(figures)
    pins = [pin for pin in st.session_state.get(_PINS, []) if pin is not run]
    _charts(run, pins, calibration)
    _pairs(run, calibration)
    if pins:
        _comparison([run, *pins], calibration)
    _galleries(run, calibration)
    _downloads(run, calibration, figures)


def _heading(run: Measurement) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(run.title, anchor=False, width="stretch")
        pins = st.session_state.setdefault(_PINS, [])
        st.button(
            "Pin",
            on_click=_pin,
            args=(run,),
            disabled=run in pins or len(pins) >= MAX_PINS,
            icon=":material/push_pin:",
            help=f"Keep this run, to draw it beside the next ones. Up to {MAX_PINS}.",
        )
        if pins:
            st.button(f"Unpin {len(pins)}", on_click=pins.clear, icon=":material/keep_off:")
    if run.judged.size + len(run.failed) < run.total:
        st.info(
            f"Stopped early: {run.judged.size:,} of {run.total:,} faces were judged.",
            icon=":material/info:",
        )
    if run.failed:
        name, why = next(iter(run.failed.items()))
        st.warning(
            f"{len(run.failed)} faces could not be judged; the first: {name}: {why}",
            icon=":material/broken_image:",
        )


def _pin(run: Measurement) -> None:
    st.session_state[_PINS].append(run)


def _figures(figures: dict) -> None:
    items = []
    if figures["detected"] is not None:
        low, high = figures["detected_ci95"]
        interval = f"95% interval {low:.0%} to {high:.0%} (Wilson)"
        items.append((f"fakes caught ({low:.0%} to {high:.0%})", f"{figures['detected']:.0%}",
                      interval))  # fmt: skip
    if figures["recall_real"] is not None:
        items.append(("real called real", f"{figures['recall_real']:.0%}", "of the real faces"))
    if figures["roc_auc"] is not None:
        low, high = figures["roc_auc_ci95"]
        items += [
            (f"ROC AUC ({low:.2f} to {high:.2f})", f"{figures['roc_auc']:.3f}",
             "Chance that a fake face scores above a real one; 95% interval."),
            ("TPR at 1% FPR", f"{figures['tpr_at_1pct_fpr']:.0%}",
             "Fakes caught if one real face in a hundred may be called fake."),
        ]  # fmt: skip
    ece = f"Calibration error; before calibration {figures['ece_uncalibrated']:.3f}."
    items += [
        ("ECE", f"{figures['ece']:.3f}", ece),
        ("Brier", f"{figures['brier']:.3f}", "Mean squared error of P(fake)."),
        ("get an answer", f"{figures['answered']:.0%}",
         "The others lie in the unsure band, which was chosen on the validation faces so that at "
         f"most {ERROR_RATE:.0%} of the answers are wrong there."),
    ]  # fmt: skip
    facts(items)


def _charts(run: Measurement, pins: list[Measurement], calibration: Calibration) -> None:
    labels, p_fake = run.labels(), run.p_fake(calibration)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(charts.histogram(labels, p_fake, calibration), config=_STILL)
        st.caption("Faces by P(fake). Dotted: the threshold; gray: the unsure band.")
    with right:
        _confusion(labels, p_fake, calibration)
    shown = [run, *pins]
    runs = [
        (name, item.labels(), item.p_fake(calibration))
        for name, item in zip(_names_of(shown), shown, strict=True)
    ]
    both = [item for item in runs if len(np.unique(item[1])) == 2]
    if len(np.unique(labels)) < 2:
        empty_state(
            "Only one class was judged",
            "ROC, precision, calibration and coverage need real and fake faces: name a folder "
            "with real ones above.",
        )
        return
    for column, figure, note in zip(
        [*st.columns(2, gap="large"), *st.columns(2, gap="large")],
        [
            charts.roc_chart(both, calibration.threshold),
            charts.precision_recall_chart(both, calibration.threshold),
            charts.reliability_chart(both, (labels, sigmoid(run.log_odds[run.judged]))),
            charts.coverage_chart(both, calibration),
        ],
        [
            "ROC: towards the upper left is better. The dot is the threshold.",
            "Precision and recall, at this mix of real and fake faces.",
            "Reliability: on the diagonal, P(fake) means what it says. Bars: 95% intervals.",
            "If only the surest faces get an answer. The dot is the unsure band.",
        ],
        strict=True,
    ):
        with column:
            st.plotly_chart(figure, config=_STILL)
            st.caption(note)


def _names_of(runs: list[Measurement]) -> list[str]:
    """Short names of a run and of those pinned beside it."""
    return ["this run", *(f"pin {number}" for number in range(1, len(runs)))]


def _confusion(labels: np.ndarray, p_fake: np.ndarray, calibration: Calibration) -> None:
    table = curves.confusion(labels, p_fake, calibration.threshold)
    shown = pd.DataFrame(
        table,
        index=[f"is {name}" for name in CLASS_NAMES],
        columns=[f"called {name}" for name in CLASS_NAMES],
    )
    st.markdown("**Who was called what**")
    st.table(shown[table.sum(axis=1) > 0])
    wrong = int(table[FAKE, REAL] + table[REAL, FAKE])
    st.caption(
        f"{wrong:,} of {len(labels):,} faces are called wrong at this threshold, not counting "
        "that some of them would be answered with unsure."
    )


def _pairs(run: Measurement, calibration: Calibration) -> None:
    """A row for each pair of sources, where there are several: their mean would hide a lot."""
    found = run.by_pair(calibration)
    if len(found) < 2:
        return
    st.markdown("**By pair of sources**")
    table = pd.DataFrame(
        {"Real / fake": pair, **{name: row[key] for key, name in _PAIR.items()}}
        for pair, row in found.items()
    )
    _figure_table(table, [name for key, name in _PAIR.items() if key != "n"])
    st.caption(
        "The figures above mix these. Expected calibration error (ECE) is the gap between "
        "P(fake) and the share of fakes; before calibration it is that of the bare network."
    )


def _figure_table(table: pd.DataFrame, figures: list[str]) -> None:
    config = dict.fromkeys(figures, st.column_config.NumberColumn(format="%.3f"))
    st.dataframe(table, hide_index=True, width="stretch", column_config=config)


def _comparison(runs: list[Measurement], calibration: Calibration) -> None:
    st.markdown("**Side by side**")
    rows = [run.figures(calibration) for run in runs]
    table = pd.DataFrame(
        {"Run": f"{name}: {row['title']}", **{_COMPARED[key]: row[key] for key in _COMPARED}}
        for name, row in zip(_names_of(runs), rows, strict=True)
    )
    _figure_table(table, list(_COMPARED.values())[1:])


def _galleries(run: Measurement, calibration: Calibration) -> None:
    for label in (FAKE, REAL):
        if not (run.labels() == label).any():
            continue
        name, other = CLASS_NAMES[label], CLASS_NAMES[1 - label]
        wrong = run.most_wrong(label, calibration, GALLERY)
        st.markdown(f"**{name.capitalize()} faces taken for {other}, the worst first**")
        if wrong:
            _grid(run, wrong, calibration)
        else:
            st.caption("None at this threshold.")
        if sure := run.surest(label, calibration, GALLERY):
            with st.expander(f"{name.capitalize()} faces it is surest of", icon=":material/check:"):
                _grid(run, sure, calibration)


def _grid(run: Measurement, numbers: list[int], calibration: Calibration) -> None:
    faces = [
        np.asarray(Image.open(io.BytesIO(run.thumbnails[number])).convert("RGB"))
        for number in numbers
    ]
    chances = calibration.p_fake(run.log_odds[numbers])
    states = [CLASS_NAMES[FAKE if p >= calibration.threshold else REAL] for p in chances]
    verdicts = [(float(p), Verdict(state)) for p, state in zip(chances, states, strict=True)]
    face_grid(faces, [run.faces.names[n].rsplit("/", 1)[-1] for n in numbers], verdicts)


def _downloads(run: Measurement, calibration: Calibration, figures: dict) -> None:
    stem = re.sub(r"[^a-z0-9]+", "_", run.title.lower()).strip("_")[:60]
    files = (
        ("Faces (CSV)", lambda: to_csv(run.table(calibration)), "csv", "text/csv", "table"),
        ("Figures (JSON)", lambda: json.dumps(figures, indent=2), "json", "application/json",
         "data_object"),
    )  # fmt: skip
    with st.container(horizontal=True):
        for label, make, suffix, kind, symbol in files:
            st.download_button(
                label,
                make,
                file_name=f"{stem}.{suffix}",
                mime=kind,
                on_click="ignore",
                icon=f":material/{symbol}:",
            )
