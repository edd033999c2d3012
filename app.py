"""Home: what this is, a place to drop a photo, and where to go."""

import streamlit as st

from core.evaluation.knowledge import Knowledge
from ui.photo import session
from ui.photo.too_large import too_large_line
from ui.photo.uploads import example_gallery, judge_now, upload
from ui.shared import address
from ui.shared.knowledge import MISSING, knowledge, where_people_try_it
from ui.shared.theme import TITLE, privacy_line, start_page


def _measured(known: Knowledge) -> None:
    """How often the model that judges photos errs, of 100, from its metrics file."""
    tiles = (
        ("Of 100 real portraits it wrongly accuses", known.rate("real", "fake")),
        ("Of 100 real portraits it is unsure about", known.rate("real", "unsure")),
        ("Of 100 generated ones it misses", known.rate("fake", "real")),
        ("Of 100 generated ones it is unsure about", known.rate("fake", "unsure")),
    )
    with st.container(key="of_100"):  # its labels are broken into lines
        columns = st.columns(len(tiles))
    for column, (label, rate) in zip(columns, tiles, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(label, "?" if rate is None else rate.count)
            if rate is not None:
                st.caption(f"95%: {rate.interval}. {rate.n:,} faces it never learned from.")
    worst = f"Wrongly accused {known.worst_case()}. " if known.accused else ""
    st.caption(f"{worst}{known.sees()} {known.blind_to()}")


start_page(TITLE, "Is this face a real photo, or did a generator make it? Drop a picture and see.")
address.say({})
files = upload("home")
too_large_line()
working = st.container()  # near what was dropped; below it would stand over the next heading
st.markdown("**Or try one of these**")
files += example_gallery("home")
st.page_link(
    "pages/8_Quiz.py",
    label="Or guess first: ten faces, you against the model",
    icon=":material/quiz:",
)
privacy_line()
if files:
    before = len(session.judged())
    with working:
        judge_now(files)
    if len(session.judged()) > before:
        st.switch_page("pages/1_Photo.py")
if session.judged():
    st.page_link("pages/1_Photo.py", label="Go to your results", icon=":material/arrow_forward:")

st.header("How far to trust it", anchor=False)
measured = knowledge()
if measured is None:
    st.info(MISSING)
else:
    _measured(measured)
    with st.expander("Where people try it: what it says of photos and fakes of every kind"):
        where_people_try_it(measured)
with st.container(horizontal=True):
    st.page_link("pages/1_Photo.py", label="Judge photos", icon=":material/image_search:")
    st.page_link("pages/2_Webcam.py", label="Webcam and video", icon=":material/videocam:")
    st.page_link("pages/3_Dataset.py", label="Data sets", icon=":material/photo_library:")
    st.page_link("pages/4_Training.py", label="Training", icon=":material/monitoring:")
    st.page_link("pages/5_Generator.py", label="Generator", icon=":material/face:")
    st.page_link("pages/6_Evaluation.py", label="Measure it", icon=":material/fact_check:")
    st.page_link("pages/7_About.py", label="What it can and cannot do", icon=":material/info:")
