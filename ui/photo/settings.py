"""What judges photos: detector, network and threshold, quiet choices that are part of the link."""

from dataclasses import asdict, dataclass

import streamlit as st

from core.config import DEFAULT_DETECTOR, DEFAULT_NETWORK, DETECTORS, NETWORKS
from core.errors import UserError
from core.inference.networks import has_second, load_calibration
from core.inference.verdict import Calibration, exact
from ui.shared.address import Field, moved, number, one_of, read_named, say
from ui.shared.detector_choice import detector_choice
from ui.shared.widgets import HIGHEST, LOWEST, accusing_choice, explained, say_error

_KEY = "photo_settings"
_NAMES = {"both": "Both networks", "cnn": "The CNN alone", "second": "The second opinion alone"}
_CAPTIONS = {
    "both": "Their evidence is added up; each one's opinion is shown as well.",
    "cnn": "The small network of the original project, trained anew.",
    "second": "Two networks: one that has seen pictures of all kinds, one that looks for traces.",
}


@dataclass(frozen=True)
class PhotoSettings:
    """Attributes: detector is one of `DETECTORS`, network one of `NETWORKS`; threshold is the
    P(fake) from which a face is called generated, None for the shipped one."""

    detector: str = DEFAULT_DETECTOR
    network: str = DEFAULT_NETWORK
    threshold: float | None = None


_FIELDS = {
    "detector": Field("detector", DEFAULT_DETECTOR, one_of(DETECTORS)),
    "network": Field("network", DEFAULT_NETWORK, one_of(NETWORKS)),
    "threshold": Field("threshold", None, number(LOWEST, HIGHEST, float)),
}


def photo_settings() -> PhotoSettings:
    """What judges the photos of this session."""
    return st.session_state.get(_KEY, PhotoSettings())


def take_link() -> None:
    """On the Photo page: let the address choose, in a new session and after Back."""
    if _KEY in st.session_state and not moved():
        return
    st.session_state[_KEY] = PhotoSettings(**read_named(_FIELDS))


def settings_choice() -> None:
    """Draw the choices, keep them while another page is open, and write them to the address."""
    kept = photo_settings()
    with st.popover("Settings", icon=":material/tune:"):
        network = _network_choice(kept.network)
        detector = detector_choice(kept.detector, "photo_detector_choice")
        threshold = _threshold_choice(network, kept)
        st.caption("Another choice judges the photos anew; marks by hand are forgotten.")
    chosen = PhotoSettings(detector, network, threshold)
    st.session_state[_KEY] = chosen
    usual = asdict(PhotoSettings())
    say({name: f"{value}" for name, value in asdict(chosen).items() if value != usual[name]})


def own_threshold_note(settings: PhotoSettings) -> None:
    """Say that the figures beside a verdict were measured at another threshold than the chosen."""
    if settings.threshold is not None:
        try:
            shipped = _calibration(settings.network)
        except UserError as error:
            say_error(error)
            return
        own = shipped.accusing_from(settings.threshold)
        st.info(
            f"A face is called generated from P(fake) {exact(own.unsure_high)} on, as you set it, "
            f"and there is no trace up to {exact(own.unsure_low)}. As shipped it is called "
            f"generated from {exact(shipped.unsure_high)} on: there the figures below were "
            "measured.",
            icon=":material/tune:",
        )


def _network_choice(kept: str) -> str:
    try:
        if not has_second():
            return DEFAULT_NETWORK
    except UserError:
        return kept  # said where the network is asked for
    return st.radio(
        "The verdict stands on",
        NETWORKS,
        index=NETWORKS.index(kept),
        format_func=_NAMES.__getitem__,
        help=explained(_NAMES, _CAPTIONS),
        key="photo_network_choice",
    )


def _threshold_choice(network: str, kept: PhotoSettings) -> float | None:
    """A slider that begins where the shipped model accuses; None while it stands there."""
    try:
        shipped = _calibration(network)
    except UserError:
        return None  # said where the network is asked for
    threshold = kept.threshold if network == kept.network else None
    return accusing_choice(shipped, threshold, f"photo_threshold_{network}")


def _calibration(network: str) -> Calibration:
    return load_calibration(name=network if has_second() else "cnn")
