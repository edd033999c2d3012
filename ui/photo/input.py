"""The Photo page's ways to bring a photo in: drop files, use the camera, take an example."""

import streamlit as st

from ui.photo import session
from ui.photo.camera_burst import camera_burst
from ui.photo.settings import photo_settings, settings_choice
from ui.photo.too_large import too_large_line
from ui.photo.uploads import example_gallery, judge_now, upload
from ui.shared.detector_choice import say_if_replaced
from ui.shared.theme import privacy_line

_OPEN = "photo_input_open"
_COLLAPSE = "photo_input_collapse"


def camera_in_use() -> bool:
    """Whether the camera's tab has more to show than its switch."""
    return bool(st.session_state.get(session.upload_key("camera_on")))


def camera() -> list[tuple[str, bytes]]:
    """A burst of the browser's camera, judged there, or a single picture to be judged here."""
    if not st.toggle("Use the camera", key=session.upload_key("camera_on")):
        st.caption("The browser asks for permission first. A camera needs localhost or HTTPS.")
        return []
    return camera_burst(session.upload_key("camera"))


def photo_input() -> None:
    """The three ways side by side as tabs; what comes in is judged at once.

    Once there are results the tabs fold to one row, so that a phone shows the verdict first.
    """
    count = len(session.judged())
    if st.session_state.pop(_COLLAPSE, False) or _OPEN not in st.session_state:
        st.session_state[_OPEN] = not count
    if not count and not session.waiting():
        st.session_state[_OPEN] = True
    label = ":material/add_photo_alternate: Photos and settings"
    with st.expander(label, key=_OPEN, on_change="rerun"):
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
            settings_choice()
            with st.container():
                privacy_line()
    too_large_line()
    say_if_replaced(photo_settings().detector)
    judge_now(files)
    if len(session.judged()) > count:
        st.session_state[_COLLAPSE] = True
        st.rerun()
