"""Live verdicts: the webcam, or a video file through the same pipeline."""

import streamlit as st

from ui import address
from ui.live_view import webcam
from ui.resources import get_judges
from ui.theme import start_page
from ui.video_view import has_video, video_file

start_page("Webcam", "Faces in motion: a verdict that gathers evidence and holds still.")
address.say({})
judges = get_judges()
if judges is not None:
    names = [":material/videocam: Webcam", ":material/movie: Video file"]
    live, recorded = st.tabs(names, default=names[has_video()])
    with live:
        webcam(judges)
    with recorded:
        video_file(judges)
    st.caption(
        "A verdict is a hint, never proof. It looks for the traces of generators that paint whole "
        "faces; a face that was swapped or whose lips were moved is not what it learned. See About "
        "for what was measured."
    )
