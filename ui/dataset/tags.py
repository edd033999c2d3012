"""Tags of a data set's faces: put on a list or on one face, shown, saved and handed out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.dataset.index import DatasetIndex
from core.dataset.tags import MAX_CSV_BYTES, TagBook
from core.errors import UserError
from ui.shared.names import literal
from ui.shared.widgets import download, say_error


@st.cache_resource(max_entries=32)
def tag_book(root: Path) -> TagBook:
    """The tags of a data set's folder, shared by all sessions."""
    return TagBook(root)


def tag_the_list(index: DatasetIndex, rows: np.ndarray, tags: TagBook) -> None:
    """Put a tag on all faces of a list, or take it off; the tags as a file, and back."""
    if complaint := st.session_state.pop("ds_tag_error", None):
        say_error(complaint)
    with st.expander("Tags"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            tag = st.text_input("Tag", width=220, key="ds_new_tag", placeholder="a word or a few")
            ready = bool(tag.strip()) and len(rows) > 0
            paths = [index.relative(path) for path in index.faces["path"].iloc[rows]]
            st.button(f"Put it on all {len(rows):,}", icon=":material/sell:", disabled=not ready,
                      on_click=_try, args=(tags.add, tag, paths))  # fmt: skip
            st.button("Take it off them", icon=":material/label_off:", disabled=not ready,
                      on_click=_try, args=(tags.take, tag, paths))  # fmt: skip
            if tags.names:
                download("Tags (CSV)", tags.as_csv(), file_name="tags.csv", mime="text/csv",
                         icon=":material/table:")  # fmt: skip
        if tags.names:
            given = ", ".join(f"{name} ({len(tags.paths(name)):,})" for name in tags.names)
            st.caption(literal(f"There are: {given}."))
        st.caption(
            "They are put on every face of the list, on all its pages, and are kept on the machine "
            "that runs this app for all who open this folder. The list as CSV carries them, too."
        )
        _from_file(index, tags)


def _from_file(index: DatasetIndex, tags: TagBook) -> None:
    file = st.file_uploader("Add tags from such a file", type="csv", key="ds_tag_file",
                            max_upload_size=MAX_CSV_BYTES // 2**20)  # fmt: skip
    if file is None or st.session_state.get("ds_tags_read") == file.file_id:
        return
    st.session_state.ds_tags_read = file.file_id
    known = {index.relative(path) for path in index.faces["path"]}
    try:
        taken, left = tags.add_csv(file.getvalue(), known)
    except UserError as error:
        say_error(error)
        return
    st.toast(f"{taken:,} tags added, {left:,} of files that are not here left out.")


def tags_of_a_face(path: str, tags: TagBook) -> None:
    """The tags of one face, to be changed.

    Args:
        path: of its file, below the data set's folder.
        tags: the data set's.
    """
    key = f"ds_tags_{path}"
    st.session_state[key] = tags.of(path)
    st.multiselect(
        "Tags",
        tags.names,
        key=key,
        accept_new_options=True,
        placeholder="choose or type one",
        on_change=lambda: _try(tags.put, path, st.session_state[key]),
    )


def _try(change: Callable, *what: Any) -> None:
    """Change the tags; what is wrong is said on the page that follows."""
    try:
        change(*what)
    except UserError as error:
        st.session_state.ds_tag_error = str(error)
