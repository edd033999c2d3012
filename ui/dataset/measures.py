"""What was measured on a data set's faces, once for all sessions."""

import streamlit as st

from core.dataset.index import DatasetIndex
from core.dataset.properties import Properties, measure, sample

MEASURED_PER_CLASS = 500


def measured(index: DatasetIndex) -> Properties:
    """The properties of up to 500 faces a class.

    Raises:
        UserError: none of them can be decoded.
    """
    return _measured(index.version, index)


@st.cache_resource(show_spinner="Measuring a sample of the faces ...", max_entries=4)
def _measured(version: str, _index: DatasetIndex) -> Properties:
    return measure(sample(_index.faces, MEASURED_PER_CLASS))
