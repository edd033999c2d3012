"""The settings of the live pipeline as widgets."""

import os
from dataclasses import replace

import streamlit as st

from core.config import DETECTORS, MIN_FACE_PX
from core.inference.live.settings import LiveSettings
from core.inference.verdict import Calibration
from ui.live.ice import parse_ice_servers
from ui.shared.address import Field, number, one_of, read_named
from ui.shared.detector_choice import detector_choice
from ui.shared.widgets import HIGHEST, LOWEST, accusing_choice

_LARGEST_PX = 400  # of the smallest face that is judged
_USUAL = LiveSettings()
_FIELDS = {  # name in the address -> which setting it is
    "threshold": Field("threshold", None, number(LOWEST, HIGHEST, float), "{:g}".format),
    "smallest": Field("min_face_px", _USUAL.min_face_px, number(MIN_FACE_PX, _LARGEST_PX), str),
    "detector": Field("detector", _USUAL.detector, one_of(DETECTORS)),
    "mirror": Field("mirror", _USUAL.mirror, lambda said: one_of(("yes", "no"))(said) == "yes",
                    lambda on: "yes" if on else "no"),
}  # fmt: skip
_FITTED_ON = "It is not the limit of photos: it was fitted on people who were filmed."


def live_settings(calibration: Calibration, key: str, *, mirror: bool = True) -> LiveSettings:
    """Draw the controls. What was set is kept while another page is open.

    Args:
        calibration: of moving pictures; where it accuses the slider begins.
        key: prefix of the widgets' keys.
        mirror: whether to offer it; a recorded video is not a looking-glass.
    """
    kept: LiveSettings = st.session_state.get(f"{key}_settings", LiveSettings())
    # What is in force goes in as `value`, never through the session state: the popover is built in
    # the browser only when it is opened, and what was set by then is lost on the way.
    with st.popover("Settings", icon=":material/tune:"):
        threshold = accusing_choice(
            calibration, kept.threshold, f"{key}_threshold", f" {_FITTED_ON}"
        )
        min_face_px = st.slider(
            "Smallest face (pixels)",
            min_value=MIN_FACE_PX,
            max_value=_LARGEST_PX,
            value=kept.min_face_px,
            step=4,
            key=f"{key}_min_face_px",
        )
        detector = detector_choice(kept.detector, f"{key}_detector")
        flip = mirror and st.toggle("Mirror the picture", kept.mirror, key=f"{key}_mirror")
    settings = LiveSettings(
        threshold=threshold,
        min_face_px=min_face_px,
        mirror=flip,
        detector=detector,
    )
    st.session_state[f"{key}_settings"] = settings
    return settings


def take_link(*keys: str) -> None:
    """Let the page's address say the settings, once a session; call it before they are drawn.

    Args:
        keys: as `live_settings` has them.
    """
    if "live_link_taken" in st.session_state:
        return
    st.session_state["live_link_taken"] = True
    if named := read_named(_FIELDS):
        settings = replace(_USUAL, **named)
        st.session_state.update({f"{key}_settings": settings for key in keys})


def link_of(key: str) -> dict[str, str]:
    """The settings for the address; what is as usual is left out."""
    settings = st.session_state.get(f"{key}_settings", _USUAL)
    values = {name: getattr(settings, field.key) for name, field in _FIELDS.items()}
    return {
        name: _FIELDS[name].write(value)
        for name, value in values.items()
        if value != _FIELDS[name].usual
    }


def ice_servers() -> list[dict]:
    """The configured STUN and TURN servers; none unless the operator names some.

    Raises:
        UserError: the setting is malformed.
    """
    return parse_ice_servers(os.environ.get("ICE_SERVERS") or _secret("ICE_SERVERS"))


def _secret(name: str) -> str | None:
    try:
        return st.secrets.get(name)
    except FileNotFoundError:  # Streamlit's error for "no secrets file" is one of these
        return None
