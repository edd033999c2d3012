"""Live verdicts: the webcam, or a video file through the same pipeline."""

import streamlit as st

from ui.live.settings import link_of, take_link
from ui.live.video_file import VIDEO_KEY, has_video, video_file
from ui.live.webcam import CAMERA_KEY, webcam
from ui.shared import address
from ui.shared.resources import get_judges
from ui.shared.theme import start_page

start_page("Webcam", "Faces in motion: a verdict that gathers evidence and holds still.")
take_link(CAMERA_KEY, VIDEO_KEY)
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
address.say(link_of(CAMERA_KEY))
