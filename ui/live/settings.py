"""The settings of the live pipeline as widgets."""

import os

import streamlit as st

from core.config import MIN_FACE_PX
from core.inference.live.settings import LiveSettings
from core.inference.verdict import Calibration
from ui.live.ice import parse_ice_servers
from ui.shared.detector_choice import detector_choice
from ui.shared.widgets import accusing_choice

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
            max_value=400,
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
