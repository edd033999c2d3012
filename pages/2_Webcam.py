"""Live verdicts: the webcam, or a video file through the same pipeline."""

import streamlit as st

from ui.live_view import webcam
from ui.resources import get_inspector
from ui.theme import start_page
from ui.video_view import has_video, video_file

start_page("Webcam", "Faces in motion: a verdict that gathers evidence and holds still.")
inspector = get_inspector()
if inspector is not None:
    names = [":material/videocam: Webcam", ":material/movie: Video file"]
    live, recorded = st.tabs(names, default=names[has_video()])
    with live:
        webcam(inspector)
    with recorded:
        video_file(inspector)
    st.caption(
        "A verdict is a hint, never proof. The model knows faces of the StyleGAN family; it was "
        "not trained on face swaps or diffusion video. See About for what was measured."
    )
