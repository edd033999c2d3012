"""Photos that come in at one press, on any page: dropped files and example pictures."""

from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from core.errors import UserError
from core.inference.aligned import aligned_face
from ui.photo import session
from ui.photo.settings import photo_settings
from ui.shared.names import literal, plain_name
from ui.shared.photo_files import drop_photos, shared_examples, with_names
from ui.shared.resources import get_inspector
from ui.shared.widgets import say_error

THUMBNAIL_PX = 112
_PASTE = "To paste a copied picture: Ctrl+V (on a Mac Cmd+V), anywhere on this page."


@st.cache_data(show_spinner=False, max_entries=64)
def _square(data: bytes) -> np.ndarray:
    """A small square from the middle of a picture, so that the thumbnails line up."""
    middle = aligned_face(data)
    side = 2 * THUMBNAIL_PX
    return cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA)


def judge_now(files: list[tuple[str, bytes]]) -> None:
    """Judge files under a progress bar; sentences on refused ones follow on the page."""
    settings = photo_settings()
    inspector = get_inspector(settings.detector, settings.network, settings.threshold)
    if inspector is None or not (files or session.waiting() or session.outdated(settings)):
        return
    bar = st.progress(0.0)
    try:
        refused = session.add(files, inspector, bar.progress, settings)
    except UserError as error:
        refused = [str(error)]
        st.button("Try again", icon=":material/refresh:", key="judge_again")
    bar.empty()
    for sentence in refused:
        st.warning(literal(sentence))


def upload(name: str) -> list[tuple[str, bytes]]:
    """A drop zone for many photos; returns the (name, bytes) pairs that lie in it.

    Whoever takes a file out again takes its result along.
    """
    key = session.upload_key(name)
    files = drop_photos(key, help=_PASTE, on_change=_files_changed, args=(key,))
    st.session_state[f"{key}_seen"] = _known_as(files, st.session_state.get(f"{key}_seen", {}))
    return with_names(files)


def _files_changed(key: str) -> None:
    """Forget the results of files that were taken out, welcome those that came in."""
    before = st.session_state.get(f"{key}_seen", {})
    now = _known_as(st.session_state[key], before)
    for digest, name in set(before.values()) - set(now.values()):
        session.remove(digest, name)
    for file_id in now.keys() - before.keys():
        session.welcome_back(*now[file_id])


def _known_as(files: list, before: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Upload -> (digest, name) of its result; what was known before is not read again."""
    return {
        file.file_id: before.get(file.file_id)
        or (session.digest_of(file.getvalue()), plain_name(file.name))
        for file in files
    }


def example_gallery(name: str) -> list[tuple[str, bytes]]:
    """Pictures to press; returns the one that was just chosen, if any.

    Their names do not tell what they are: that is said beside the verdict.
    """
    chosen = []
    try:
        examples = shared_examples()
    except UserError as error:
        say_error(error)
        return chosen
    row = st.container(horizontal=True, gap="small")
    for number, example in enumerate(examples):
        with row.container(width=THUMBNAIL_PX, gap=None, key=f"pick_{name}_{number}"):
            st.image(_square(example.data), width="stretch", alt=example.title)
            if st.button(example.title, key=f"{name}_pick_{number}", width="stretch"):
                file = f"{example.title}{Path(example.file).suffix}"
                session.welcome_back(session.digest_of(example.data), file)
                chosen.append((file, example.data))
    return chosen


def origin_of(digest: str) -> str | None:
    """What an example really is, by the SHA-256 of its file; None of any other file."""
    with suppress(UserError):  # the gallery says what is wrong with them
        return _origins().get(digest)
    return None


@st.cache_data(show_spinner=False)
def _origins() -> dict[str, str]:
    return {session.digest_of(example.data): example.origin for example in shared_examples()}
