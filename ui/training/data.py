"""The data set of a run that is gone on with, measured or shipped: its own."""

from pathlib import Path

import streamlit as st

from core.errors import UserError
from core.open_folder import served
from core.training.trained_on import noted_data
from ui.shared.names import literal
from ui.shared.widgets import KEPT


def data_of(run: Path) -> str:
    """The folder of a run's own data set; where it is not found, a field to name another.

    Args:
        run: its folder.

    Returns:
        The folder, "" while none is named.
    """
    noted = noted_data(run)
    try:
        if noted is not None and served(str(noted)).path.is_dir():
            return str(noted)
        gone = f"The folder {noted}, which this run was trained on, is missing."
    except UserError as error:  # a visitor learns nothing of folders that are not set free
        gone = str(error)
    except OSError:
        gone = f"The folder {noted}, which this run was trained on, cannot be read."
    if noted is None:
        gone = "This run does not tell which folder it was trained on."
    st.caption(literal(f"{gone} Name the folder that holds its data set now."))
    return st.text_input("Data set of this run", key=f"tr_data_of_{run}", width=420, **KEPT).strip()
