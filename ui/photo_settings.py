"""What judges photos: the detector and the network, quiet choices that are part of the link."""

from dataclasses import asdict, dataclass

import streamlit as st

from core.config import DEFAULT_DETECTOR, DETECTORS
from core.inference.networks import DEFAULT, NETWORKS, has_second
from ui.detector_choice import detector_choice

_KEY = "photo_settings"
_NAMES = {"both": "Both networks", "cnn": "The CNN alone", "second": "The second opinion alone"}
_CAPTIONS = {
    "both": "Their evidence is added up; each one's opinion is shown as well.",
    "cnn": "The small network of the original project, trained anew.",
    "second": "A head on the features of a network that has seen pictures of all kinds.",
}


@dataclass(frozen=True)
class PhotoSettings:
    """Attributes: detector is one of `DETECTORS`, network one of `NETWORKS`."""

    detector: str = DEFAULT_DETECTOR
    network: str = DEFAULT


_OPTIONS = {"detector": DETECTORS, "network": NETWORKS}


def photo_settings() -> PhotoSettings:
    """What judges the photos of this session."""
    return st.session_state.get(_KEY, PhotoSettings())


def take_link() -> None:
    """On the Photo page: let the settings of a new session be those of the page's address."""
    if _KEY in st.session_state:
        return
    said = {name: st.query_params.get(name) for name in _OPTIONS}
    known = {name: value for name, value in said.items() if value in _OPTIONS[name]}
    st.session_state[_KEY] = PhotoSettings(**known)


def settings_choice() -> None:
    """Draw the choices, keep them while another page is open, and write them to the address."""
    kept = photo_settings()
    with st.popover("Settings", icon=":material/tune:"):
        network = _network_choice(kept.network)
        detector = detector_choice(kept.detector, "photo_detector_choice")
        st.caption("Another choice judges the photos anew; marks by hand are forgotten.")
    chosen = PhotoSettings(detector, network)
    st.session_state[_KEY] = chosen
    said = {name: value for name, value in asdict(chosen).items() if value != _OPTIONS[name][0]}
    if st.query_params.to_dict() != said:
        st.query_params.from_dict(said)


def _network_choice(kept: str) -> str:
    if not has_second():
        return DEFAULT
    return st.radio(
        "The verdict stands on",
        NETWORKS,
        index=NETWORKS.index(kept),
        format_func=_NAMES.get,
        captions=[_CAPTIONS[name] for name in NETWORKS],
        key="photo_network_choice",
    )
