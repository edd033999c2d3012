"""The colour of each verdict: on pages, in boxes, heat maps and reports."""

from core.inference.verdict import State

CLASS_COLORS: dict[str, str] = {
    State.REAL: "#1d6fd1",
    State.FAKE: "#c8420e",
    State.UNSURE: "#6b7280",
}
