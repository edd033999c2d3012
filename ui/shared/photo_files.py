"""Photos that a person hands over, and the examples: what may come in, and its words."""

from typing import Any

import streamlit as st

from core.config import IMAGE_FORMATS, MAX_FILE_BYTES
from core.examples import Example, load_examples
from ui.shared.names import plain_name

LIMIT_MB = MAX_FILE_BYTES // 2**20
LIMIT = f"{LIMIT_MB} MB"


def drop_photos(key: str, **options: Any) -> list:
    """A drop zone for many photos; what lies in it.

    Args:
        key: of the widget.
        options: as `st.file_uploader` takes them: help, on_change, ...
    """
    return st.file_uploader(
        f"Drop photos here, up to {LIMIT} each ({IMAGE_FORMATS})",
        accept_multiple_files=True,
        max_upload_size=LIMIT_MB,
        key=key,
        **options,
    )


def with_names(files: list) -> list[tuple[str, bytes]]:
    """The (name, bytes) pairs of files in a drop zone, names without folders."""
    return [(plain_name(file.name), file.getvalue()) for file in files]


@st.cache_data(show_spinner=False)
def shared_examples() -> list[Example]:
    """The pictures to try, read and checked once.

    Raises:
        UserError: as `load_examples`.
    """
    return load_examples()
