"""What one process loads once and all its sessions share."""

from dataclasses import replace

import streamlit as st

from core.config import DEFAULT_DETECTOR, DEFAULT_NETWORK
from core.errors import UserError
from core.evaluation.knowledge import learned_fakes
from core.evaluation.sources import how_known, was_trained_on
from core.generators import GENERATORS, FaceGenerator, load_generator
from core.generators.dcgan import Dcgan, load_dcgan
from core.inference.detector import shared_detector
from core.inference.live.judges import Judges, judges_of, load_judges
from core.inference.photo import Inspector, load_inspector
from core.process import spare_the_collector
from ui.shared.widgets import say_error


@st.cache_resource(show_spinner="Loading the classifier ...")
def _inspector() -> Inspector:
    inspector = load_inspector()
    spare_the_collector()
    return inspector


def get_inspector(
    detector: str = DEFAULT_DETECTOR, network: str = DEFAULT_NETWORK, threshold: float | None = None
) -> Inspector | None:
    """The shared inspector, or None after a sentence on the page that says why there is none.

    Args:
        detector: that looks for the faces; one of `DETECTORS`.
        network: that the verdict on a photo stands on; one of `NETWORKS`.
        threshold: P(fake) from which a face is called generated, in (0, 1); None as shipped.
    """
    try:
        inspector = _inspector().with_detector(shared_detector(detector)[0])
        inspector = inspector.with_network(network)
    except UserError as error:
        say_error(error)
        return None
    if threshold is None:
        return inspector
    rules = inspector.calibration.accusing_from(threshold)
    panel = replace(inspector.panel, calibration=rules)
    return Inspector(inspector.detector, panel, inspector.live_calibration)


@st.cache_resource(show_spinner="Loading the networks ...")
def _judges() -> Judges:
    try:
        return judges_of(_inspector().panel)  # the same networks, once in memory
    except UserError:
        return load_judges()  # the CNN alone may be whole; says what is not


def get_judges() -> Judges | None:
    """What judges moving pictures, or None after a sentence on the page that says why not."""
    try:
        return _judges()
    except UserError as error:
        say_error(error)
        return None


@st.cache_resource(
    show_spinner="Loading the generator ...", show_time=True, max_entries=len(GENERATORS)
)
def shared_generator(name: str) -> FaceGenerator:
    """A generator, the same one for all pages and sessions.

    Args:
        name: a key of `GENERATORS`.

    Raises:
        UserError: its files are missing or were changed.
    """
    return load_generator(name)


def get_generator(name: str) -> FaceGenerator | None:
    """A shared generator, or None after a sentence on the page that says why there is none."""
    try:
        return shared_generator(name)
    except UserError as error:
        say_error(error)
        return None


def said_of_training(generator: str) -> str:
    """Whether the classifier learned from a generator, as its metrics file says, in a sentence.

    Args:
        generator: its title.
    """
    try:
        sources = learned_fakes()
    except (UserError, KeyError):
        return ""
    return how_known(generator, was_trained_on(generator, sources)).sentence


@st.cache_resource(
    show_spinner="Loading the generator of that epoch ...", show_time=True, max_entries=8
)
def get_snapshot(name: str) -> Dcgan:
    """The DCGAN after one of its stored epochs, by its name in the registry.

    Raises:
        UserError: its files are missing or were changed.
    """
    return load_dcgan(name)
