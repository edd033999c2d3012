"""What a measurement found: figures and curves that one threshold moves together."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.artifacts import load_registry
from core.config import ARTIFACTS_DIR, CLASS_NAMES, FAKE
from core.errors import UserError
from core.evaluation import curves
from core.evaluation.calibration import ACCUSED_RATE, CLEARED_UP_TO, MISSED_RATE
from core.evaluation.generators.judged import kept_judgement
from core.evaluation.measurement import Measurement
from core.evaluation.plain_words import BY_SIDE, THRESHOLD_MEANS
from core.evaluation.sources import kind_of
from core.inference.photo import Inspector
from core.inference.verdict import SHORT_WORDS, Calibration, State, exact, sigmoid
from core.picture_files import counted
from ui.evaluation import charts
from ui.evaluation.compare import compared, names_of, pairs, pin_button, pinned_beside
from ui.evaluation.faces import downloads, galleries
from ui.evaluation.input import asked as chosen
from ui.evaluation.input import measurable
from ui.evaluation.kept import shipped_results
from ui.evaluation.plots import PLOTS, Judged
from ui.shared.names import literal
from ui.shared.progress import judge_all
from ui.shared.theme import empty_state, facts
from ui.shared.widgets import KEPT, STILL

_RUN, _NEXT, _ASKED = "ev_run", "ev_next", "ev_asked"
FEW = 100  # under so many faces of a class, one in a hundred cannot be counted
_MEANINGS = f"""
- **Generated faces above the threshold**, **real photos below it**, **on the right side**: how
  often each kind, or any face, lies on its side of the threshold, {BY_SIDE}. A verdict asks for
  more: only beyond the unsure band is a face called generated, or no trace found.
- **Get an answer**: the others are unsure, as on the Photo page. They lie in the unsure band, the
  networks contradict each other, or they are blurred, small, unlike all faces learned from, or
  without colours and not called fake. On the validation faces at most
  {ACCUSED_RATE:.0%} of the photos of the worst source lie above the band, and at most
  {MISSED_RATE:.0%} of the generated faces below; there is no all-clear above P(fake)
  {CLEARED_UP_TO:.0%}. The band moves along with the threshold.
- **ROC AUC**: the chance that a fake face scores above a real one. 0.5 is guessing, 1 is perfect;
  no threshold is involved.
- **TPR at 1% FPR**: fakes above a threshold that only one real face in a hundred lies above.
- **ECE**: expected calibration error, the mean gap between P(fake) and the share that is fake;
  by chance, what a perfectly calibrated model would show on as many faces. An ECE
  below that shows no error of calibration.
- **Brier**: mean squared error of P(fake). 0 is perfect, 0.25 is what always saying 50% gives.
"""


def measure(measurement: Measurement, inspector: Inspector) -> None:
    """Run a measurement with progress; whatever ends it early keeps what is done."""
    st.session_state[_NEXT] = measurement
    st.session_state[_ASKED] = _choice()
    judge_all(measurement.run(inspector.panel), measurement.total, "ev_cancel")


def results(inspector: Inspector) -> None:
    """Draw the last measurement, beside those that were pinned."""
    run = _last_run()
    if run is None:
        _kept()
        return
    _say_if_other(st.session_state.get(_ASKED, {}))
    _heading(run)
    pins = pinned_beside(run)
    base = inspector.calibration
    if st.session_state.get("ev_threshold") is None:
        st.session_state.ev_threshold = round(base.threshold, 2)
    threshold = st.slider(
        "Threshold between the two words, as P(fake)",
        0.01,
        0.99,
        key="ev_threshold",
        **KEPT,
        help="Moves every figure and chart below.",
    )
    calibration = base.with_threshold(threshold)
    low, high = calibration.unsure_low, calibration.unsure_high
    st.caption(f"{THRESHOLD_MEANS} The band now reaches from {exact(low)} to {exact(high)}.")
    figures = run.figures(calibration)
    _figures(figures)
    _charts(run, pins, calibration)
    pairs(run, calibration)
    if pins:
        compared([run, *pins], calibration)
    galleries(run, calibration)
    downloads(run, calibration, figures)


def _choice() -> dict[str, str]:
    """What the widgets say is to be measured; the threshold only moves what was."""
    return {name: text for name, text in chosen().items() if name != "divide"}


def _say_if_other(measured: dict[str, str]) -> None:
    if measurable() and _choice() != measured:
        st.info("What is chosen above was not measured yet: press Measure.", icon=":material/rule:")


def _kept() -> None:
    """What was measured when all was shipped, before anybody measured anything here."""
    _say_if_other({})
    shown = shipped_results()
    try:
        kept, version = kept_judgement(ARTIFACTS_DIR), load_registry()["generator_constants"].sha256
    except (UserError, KeyError):
        kept, version = {}, ""
    asked = kept.get("asked", {})
    if "beside" not in kept or asked.get("version") != version:
        if not shown:
            empty_state("Nothing measured yet", "Choose above what to judge, and press Measure.")
        return
    st.header("The shipped DCGAN beside photos", anchor=False)
    st.caption(
        f"Measured when it was shipped (`evaluate --generator dcgan --keep generator`): "
        f"{asked['count']} fresh faces beside {asked['photos']} photos of {asked['split']}. To "
        "measure something else, choose above and press Measure."
    )
    _figures(kept["beside"])
    pairs = kept["beside"]["by_pair"]
    if pairs:
        table = pd.DataFrame(pairs).T[["n", "accuracy", "roc_auc"]]
        table.index = [kind_of(name.split(" / ")[0]) for name in table.index]
        table.columns = ["Faces", "On the right side", "ROC AUC"]
        with st.expander("By source of the photos"):
            st.dataframe(table, width="stretch")


def _last_run() -> Measurement | None:
    """The newest measurement that judged anything; one that did not leaves the one before."""
    newest: Measurement | None = st.session_state.pop(_NEXT, None)
    if newest is not None and newest.judged.size:
        st.session_state[_RUN] = newest
    elif newest is not None and newest.failed:
        st.error(
            literal(f"No face could be judged; the first: {next(iter(newest.failed.values()))}"),
            icon=":material/broken_image:",
        )
    elif newest is not None:
        st.info("Stopped before the first face was judged.", icon=":material/info:")
    return st.session_state.get(_RUN)


def _heading(run: Measurement) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(literal(run.heading), anchor=False, width="stretch")
        pin_button(run)
    if run.looked_at < run.total:
        st.info(
            f"Stopped early: {run.judged.size:,} of {run.total:,} faces were judged.",
            icon=":material/info:",
        )
    bad = {**run.unreadable, **run.failed}
    if bad:
        with st.expander(f"{counted(len(bad), 'file')} could not be judged"):
            table = pd.DataFrame({"File": list(bad), "Why": list(bad.values())})
            st.dataframe(table, hide_index=True, width="stretch")


def _figures(figures: dict) -> None:
    items = []
    for key, name in (
        ("detected", "generated faces above the threshold"),
        ("recall_real", "real photos below it"),
    ):
        if figures[key] is not None:
            low, high = figures[f"{key}_ci95"]
            items.append((f"{name} ({low:.0%} to {high:.0%})", f"{figures[key]:.0%}",
                          f"With its 95% interval (Wilson); {BY_SIDE}."))  # fmt: skip
    both = figures["roc_auc"] is not None
    if both:
        low, high = figures["accuracy_ci95"]
        items.append((f"on the right side ({low:.0%} to {high:.0%})", f"{figures['accuracy']:.0%}",
                      f"Accuracy, with its 95% interval; {BY_SIDE}."))  # fmt: skip
    items.append(("get an answer", f"{figures['answered']:.0%}", "All that are not unsure."))
    if figures["accuracy_answered"] is not None:
        items.append(("of the answers right", f"{figures['accuracy_answered']:.0%}", ""))
    if both:
        low, high = figures["roc_auc_ci95"]
        chance = figures["ece_by_chance"]
        before = (
            f"Before calibration {figures['ece_uncalibrated']:.3f}. A perfectly calibrated model "
            f"would show {chance:.3f} on as many faces."
        )
        items += [
            (f"ROC AUC ({low:.2f} to {high:.2f})", f"{figures['roc_auc']:.3f}", "95% interval."),
            ("TPR at 1% FPR", f"{figures['tpr_at_1pct_fpr']:.0%}", ""),
            (f"ECE (by chance {chance:.3f})", f"{figures['ece']:.3f}", before),
            ("Brier score", f"{figures['brier']:.3f}", ""),
        ]
    facts(items)
    if both and min(figures["n_real"], figures["n_fake"]) < FEW:
        st.caption(
            f"{figures['n_real']} real and {figures['n_fake']} fake faces are few: the intervals "
            f"are wide, and TPR at 1% FPR takes {FEW} real faces to mean anything."
        )
    with st.expander("What these figures mean"):
        st.markdown(_MEANINGS)


def _charts(run: Measurement, pins: list[Measurement], calibration: Calibration) -> None:
    labels, p_fake = run.labels(), run.p_fake(calibration)
    left, right = st.columns(2, gap="large")
    with left:
        _chart(
            "Faces by P(fake)",
            charts.histogram(labels, p_fake, calibration),
            "Dotted: the threshold; gray: the unsure band.",
        )
    with right:
        _confusion(run, calibration)
    shown = [run, *pins]
    runs = [
        (name, item.labels(), item.p_fake(calibration))
        for name, item in zip(names_of(shown), shown, strict=True)
    ]
    both = [item for item in runs if len(np.unique(item[1])) == 2]
    if len(np.unique(labels)) < 2:
        there, missing = ("fake", "real") if labels[0] == FAKE else ("real", "fake")
        empty_state(
            f"Only {there} faces were judged",
            f"ROC, precision, calibration and coverage need {missing} ones as well: choose more "
            f"sources, or a folder with {missing} faces.",
        )
        return
    raw, answered = sigmoid(run.log_odds[run.judged]), run.states(calibration) != State.UNSURE
    judged = Judged(both, raw, answered, calibration)
    for first in range(0, len(PLOTS), 2):
        for place, plot in zip(st.columns(2, gap="large"), PLOTS[first : first + 2], strict=False):
            with place:
                _chart(plot.title, plot.draw(judged), plot.note)


def _chart(title: str, figure: go.Figure, note: str) -> None:
    with st.container(gap="xxsmall"):
        st.markdown(f"**{title}**")
        st.plotly_chart(figure, config=STILL, key=f"ev_chart_{title}")
        st.caption(note)


def _confusion(run: Measurement, calibration: Calibration) -> None:
    labels, p_fake = run.labels(), run.p_fake(calibration)
    states = run.states(calibration)
    table = curves.confusion(labels, states)
    shown = pd.DataFrame(
        table,
        index=[f"is {name}" for name in CLASS_NAMES],
        columns=[SHORT_WORDS[state] for state in curves.VERDICTS],
    )
    st.markdown("**Who was called what**")
    st.table(shown[table.sum(axis=1) > 0])
    wrong, unsure = (p_fake >= calibration.threshold) != (labels == FAKE), states == State.UNSURE
    st.caption(
        f"Of {len(labels):,} faces, with the wrong word: {int((wrong & ~unsure).sum()):,}; unsure: "
        f"{int(unsure.sum()):,}, of these on the wrong side of the threshold: "
        f"{int((wrong & unsure).sum()):,}."
    )
