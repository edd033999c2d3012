"""What one process loads once and all its sessions share."""

import streamlit as st

from core.errors import UserError
from core.inference.photo import Inspector, load_inspector


@st.cache_resource(show_spinner="Loading the classifier ...")
def _inspector() -> Inspector:
    return load_inspector()


def get_inspector() -> Inspector | None:
    """The shared inspector, or None after a sentence on the page that says why there is none."""
    try:
        return _inspector()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None
