"""Home: what this is, a place to drop a photo, and where to go."""

import streamlit as st

from core.artifacts import read_json
from core.config import HARDEST_PAIR
from core.errors import UserError
from ui import results
from ui.knowledge import where_people_try_it
from ui.photo_input import example_gallery, judge_now, upload
from ui.theme import TITLE, privacy_line, start_page


def _measured() -> None:
    """What the shipped model reached, read from its metrics file."""
    try:
        row = read_json("classifier_metrics")["test"]["by_pair"][HARDEST_PAIR]
    except (UserError, KeyError):
        st.info("The figures of the model are missing. About says how to restore them.")
        return
    low, high = row["roc_auc_ci95"]
    columns = st.columns(3)
    columns[0].metric("ROC AUC on the hardest pair", f"{row['roc_auc']:.2f}", border=True)
    columns[1].metric("95% interval", f"{low:.2f} to {high:.2f}", border=True)
    columns[2].metric("Held-out faces", row["n"], border=True)
    st.caption(
        "FFHQ photographs against StyleGAN faces, stored alike, never seen in training. "
        "0.5 is guessing, 1 is perfect. Other sources are listed under About."
    )


start_page(TITLE, "Is this face a photograph, or did a machine make it? Drop a picture and see.")
files = upload("home")
st.markdown("**Or try one of these**")
files += example_gallery("home")
privacy_line()
if files:
    before = len(results.judged())
    judge_now(files)
    if len(results.judged()) > before:
        st.switch_page("pages/1_Photo.py")
if results.judged():
    st.page_link("pages/1_Photo.py", label="Go to your results", icon=":material/arrow_forward:")

st.subheader("How far to trust it", anchor=False)
_measured()
with st.expander("Where people try it: what it says of photos and fakes of every source"):
    where_people_try_it()
with st.container(horizontal=True):
    st.page_link("pages/1_Photo.py", label="Judge photos", icon=":material/image_search:")
    st.page_link("pages/2_Webcam.py", label="Webcam and video", icon=":material/videocam:")
    st.page_link("pages/3_Dataset.py", label="Data sets", icon=":material/photo_library:")
    st.page_link("pages/4_Training.py", label="Training", icon=":material/monitoring:")
    st.page_link("pages/5_Generator.py", label="Generator", icon=":material/face:")
    st.page_link("pages/6_Evaluation.py", label="Measure it", icon=":material/fact_check:")
    st.page_link("pages/7_About.py", label="What it can and cannot do", icon=":material/info:")
