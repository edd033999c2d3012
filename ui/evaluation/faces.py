"""The faces of a measurement: those that fooled the classifier, its surest ones, and files."""

import json
import textwrap
from dataclasses import asdict

import streamlit as st

from core.artifacts import load_registry
from core.config import CLASS_NAMES, FAKE, REAL
from core.evaluation.measurement import Measurement
from core.inference.report import to_csv
from core.inference.verdict import Calibration
from ui.shared.face_grid import face_grid
from ui.shared.widgets import download

GALLERY = 8
_WRONG_SIDE = {FAKE: "below", REAL: "above"}


def galleries(run: Measurement, calibration: Calibration) -> None:
    """For each class the faces on the wrong side, the worst first, and those it is surest of."""
    for label in (FAKE, REAL):
        if not (run.labels() == label).any():
            continue
        name, side = CLASS_NAMES[label], _WRONG_SIDE[label]
        wrong = run.most_wrong(label, calibration, run.total)
        st.markdown(f"**{name.capitalize()} faces {side} the threshold, the worst first**")
        if wrong:
            _grid(run, wrong[:GALLERY], calibration)
            if len(wrong) > GALLERY:
                with st.expander(f"{len(wrong) - GALLERY:,} more"):
                    _grid(run, wrong[GALLERY : 5 * GALLERY], calibration)
        else:
            st.caption("None at this threshold.")
        if sure := run.surest(label, calibration, GALLERY):
            with st.expander(f"{name.capitalize()} faces it is surest of"):
                _grid(run, sure, calibration)


def _grid(run: Measurement, numbers: list[int], calibration: Calibration) -> None:
    face_grid(
        [run.thumbnails[number] for number in numbers],
        [run.faces.names[number].rsplit("/", 1)[-1] for number in numbers],
        [run.verdict(number, calibration) for number in numbers],
    )


def downloads(run: Measurement, calibration: Calibration, figures: dict) -> None:
    """The faces as CSV, the figures as JSON with all that is needed to read them later."""
    words = "".join(char if char.isalnum() else " " for char in run.heading.lower())
    stem = textwrap.shorten(words, 60, placeholder="").replace(" ", "_")
    stem += f"_threshold{calibration.threshold * 100:.0f}"

    def as_json() -> str:
        model = load_registry()["classifier_constants"].sha256
        pairs = run.by_pair(calibration)
        made_with = {"calibration": asdict(calibration), "model_sha256": model}
        return json.dumps({**figures, "by_pair": pairs, **made_with}, indent=2)

    files = (
        ("Faces (CSV)", lambda: to_csv(run.table(calibration)), "csv", "text/csv", "table"),
        ("Figures (JSON)", as_json, "json", "application/json", "data_object"),
    )
    with st.container(horizontal=True):
        for label, make, suffix, kind, symbol in files:
            download(
                label,
                make,
                file_name=f"{stem}.{suffix}",
                mime=kind,
                icon=f":material/{symbol}:",
            )
