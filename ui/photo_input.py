"""Ways to bring a photo in: drop files, use the camera, take an example."""

import cv2
import numpy as np
import streamlit as st

from core.config import IMAGE_FORMATS, MAX_FILE_BYTES
from core.examples import Example, load_examples
from core.imaging import decode_image
from core.inference.geometry import centre_square
from ui import results
from ui.detector_choice import photo_detector, photo_detector_choice
from ui.names import literal
from ui.resources import get_inspector
from ui.theme import privacy_line

THUMBNAIL_PX = 112
_FORMATS = f"{IMAGE_FORMATS}, up to {MAX_FILE_BYTES // 2**20} MB each"


@st.cache_data(show_spinner=False)
def _examples() -> list[Example]:
    return load_examples()


@st.cache_data(show_spinner=False)
def _square(data: bytes) -> np.ndarray:
    """A small square from the middle of a picture, so that the thumbnails line up."""
    middle = centre_square(decode_image(data).pixels).pixels
    side = 2 * THUMBNAIL_PX
    return cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA)


def judge_now(files: list[tuple[str, bytes]]) -> None:
    """Judge files under a progress bar; sentences on refused ones follow on the page."""
    inspector = get_inspector(photo_detector())
    if inspector is not None:
        results.judge_anew_with(photo_detector())
    if inspector is None or not (files or results.waiting()):
        return
    bar = st.progress(0.0)
    refused = results.add(files, inspector, bar.progress)
    bar.empty()
    for sentence in refused:
        st.warning(literal(sentence))


def upload(name: str) -> list[tuple[str, bytes]]:
    """A drop zone for many photos; returns the (name, bytes) pairs that lie in it."""
    files = st.file_uploader(
        f"Drop photos here ({_FORMATS})",
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_BYTES // 2**20,
        key=results.upload_key(name),
    )
    return [(plain_name(file.name), file.getvalue()) for file in files]


def plain_name(name: str) -> str:
    """A file's own name without folders or control characters, to show to the user."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable()) or "photo"


def camera() -> list[tuple[str, bytes]]:
    """A picture from the browser's camera, switched on only when asked for."""
    if not st.toggle("Use the camera", key=results.upload_key("camera_on")):
        st.caption("The browser asks for permission first. A camera needs localhost or HTTPS.")
        return []
    shot = st.camera_input("Take a picture", key=results.upload_key("camera"))
    return [("camera.jpg", shot.getvalue())] if shot else []


def example_gallery(name: str) -> list[tuple[str, bytes]]:
    """Thumbnails to try; returns the one that was just chosen, if any."""
    examples = _examples()
    chosen = []
    row = st.container(horizontal=True, gap="small")
    for example in examples:
        with row.container(width=THUMBNAIL_PX, gap="small"):
            st.image(_square(example.data), width="stretch", alt=example.origin)
            if st.button(
                example.title, key=f"{name}_{example.file}", help=example.origin, width="stretch"
            ):
                chosen.append((example.file, example.data))
    return chosen


def photo_input() -> None:
    """The three ways side by side as tabs; what comes in is judged at once."""
    tabs = st.tabs(
        [
            ":material/upload: Upload",
            ":material/photo_camera: Camera",
            ":material/collections: Examples",
        ]
    )
    with tabs[0]:
        files = upload("photos")
    with tabs[1]:
        files += camera()
    with tabs[2]:
        files += example_gallery("example")
    with st.container(horizontal=True, vertical_alignment="top"):
        photo_detector_choice()
        with st.container():
            privacy_line()
    judge_now(files)
