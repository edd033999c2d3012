"""Live verdicts: the webcam, or a video file through the same pipeline."""

import streamlit as st

from ui.live.video_file import has_video, video_file
from ui.live.webcam import webcam
from ui.shared import address
from ui.shared.resources import get_judges
from ui.shared.theme import start_page

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
