"""Which data set the Dataset page shows, and ways to get one."""

from typing import TypeGuard

import streamlit as st

from core.config import CACHE_DIR
from core.dataset.index import DatasetIndex
from core.dataset.index_cache import open_index
from core.dataset.sources.demo import DEMO_DIR, PER_CLASS, is_made
from core.dataset.sources.kaggle import BYTES, MAX_SAMPLE, sample_folder, whole_folder
from core.errors import UserError
from core.jobs import JobStatus, job_status, start_job
from core.open_folder import served
from ui.shared.address import moved
from ui.shared.job_panel import job_panel, remember_mine
from ui.shared.kept import Kept
from ui.shared.names import literal
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT, say_error

JOB = CACHE_DIR / "jobs" / "data"
OPEN_FACES = 500_000  # of the indexes that stay in memory: some hundred bytes each


def opened_dataset() -> DatasetIndex | None:
    """Draw the field for the folder; the data set in it, or None after what to do about it."""
    if "ds_folder" not in st.session_state or moved():
        st.session_state.ds_folder = st.query_params.get("data", "")
    _open_the_new_demo()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        folder = st.text_input(
            "Folder with faces, on the machine that runs this app",
            key="ds_folder",
            placeholder="in Kaggle's layout, or with real/ and fake/",
            **KEPT,
        ).strip()
        again = st.button("Read again", icon=":material/refresh:", disabled=not folder)
    index = open_dataset(folder, again=again) if folder else None
    running = (job := job_status(JOB)) is not None and job.running
    if _ended(job):
        made = job.exit_code == 0 and not job.stopped
        st.toast("The data set is ready: see Get a data set." if made else
                 "Getting the data set has ended: see Get a data set.")  # fmt: skip
    st.session_state.ds_job_ran = job.id if running else None
    with st.expander("Get a data set", expanded=index is None or running):
        _ways_to_get_one()
    if not folder:
        empty_state("No data set open", "Name a folder above, or get a data set: the demo needs no"
                    " connection.")  # fmt: skip
    return index


def _ended(job: JobStatus | None) -> TypeGuard[JobStatus]:
    """Whether this is the very job that this window saw running, and it runs no more."""
    return job is not None and not job.running and st.session_state.get("ds_job_ran") == job.id


def _open_the_new_demo() -> None:
    """Open the demo set once it is made for somebody who has nothing open."""
    job = job_status(JOB)
    if not _ended(job) or job.exit_code != 0:
        return
    if job.words[:2] == ["dataset", "demo"] and is_made() and not st.session_state.ds_folder:
        st.session_state.ds_folder = str(DEMO_DIR)


def open_dataset(folder: str, *, again: bool = False) -> DatasetIndex | None:
    """A folder's index, shared by all sessions; None after a sentence on why there is none."""
    try:
        place, shared = served(folder), _indexes()
        if again or not place.path.is_dir():
            shared.forget(place)
        if (index := shared.get(place)) is None:
            bar = st.progress(0.0, "Reading the folder ...")
            try:
                index = open_index(
                    place,
                    progress=lambda done, total: bar.progress(
                        done / total, f"Reading headers: {done:,} of {total:,}"
                    ),
                )
                shared.put(place, index)
            finally:
                bar.empty()
        for note in index.notes:
            st.caption(f":material/info: {literal(note)}")
        return index
    except UserError as error:
        say_error(error, "folder_off")
        return None


@st.cache_resource
def _indexes() -> Kept[DatasetIndex]:
    """Open indexes by folder, shared by all sessions; one that went is read from its cache."""
    return Kept(OPEN_FACES, lambda index: len(index.faces))


def _ways_to_get_one() -> None:
    job = job_status(JOB)
    if job is not None and job.running:
        job_panel(JOB, "The data set is being made ready. You may go on using the app meanwhile.")
        return
    if job is not None and not (job.exit_code == 0 and _was_deleted(job.words)):
        _outcome(job)
    demo, sample, whole = st.columns(3, gap="medium", border=True)
    with demo:
        _demo_card()
    with sample:
        _sample_card()
    with whole:
        _whole_card()


def _was_deleted(words: list[str]) -> bool:
    """Whether what a job made ready is gone since."""
    if words[:2] == ["dataset", "demo"]:
        return not is_made()
    if words[:2] == ["dataset", "download"]:
        folder = sample_folder(int(words[-1])) if "--sample" in words else whole_folder()
        return not folder.exists()
    return False


def _demo_card() -> None:
    st.markdown("**Demo set**")
    st.caption(
        f"{PER_CLASS} old gray photos of 40 people (AT&T faces) and as many generated faces, made "
        "here from installed packages; a bar tells the time left. To see the pages work; too "
        "small to learn from."
    )
    if is_made():
        _open_button(str(DEMO_DIR), "demo")
    else:
        _start_button("Make it", ["dataset", "demo"], "demo")


def _sample_card() -> None:
    st.markdown("**Sample of the 140k set**")
    st.caption(
        "FFHQ photos and StyleGAN faces from Kaggle, a file at a time. If it breaks off, it "
        "continues where it was."
    )
    count = st.number_input("Faces a class", 10, MAX_SAMPLE, 200, step=10, key="ds_sample", **KEPT)
    words = ["dataset", "download", "--sample", str(count)]
    _start_button("Download the sample", words, "sample")
    if sample_folder(count).exists():
        _open_button(str(sample_folder(count)), "sample")


def _whole_card() -> None:
    st.markdown("**The whole 140k set**")
    st.caption(
        f"140,000 faces of 256 pixels from Kaggle: {BYTES / 1e9:.0f} GB to download, twice that on "
        "the disk while it is unpacked."
    )
    if whole_folder().exists():
        _open_button(str(whole_folder()), "whole")
    else:
        _start_button("Download all", ["dataset", "download"], "whole")


def _open_button(folder: str, name: str) -> None:
    st.button(
        "Open it",
        key=f"ds_open_{name}",
        icon=":material/folder_open:",
        on_click=lambda: st.session_state.update(ds_folder=folder),
    )


def _start_button(label: str, words: list[str], name: str) -> None:
    if st.button(label, key=f"ds_start_{name}", icon=":material/download:"):
        try:
            remember_mine(start_job(JOB, words))
        except UserError as error:
            say_error(error)
        else:
            st.rerun()


def _outcome(job: JobStatus) -> None:
    """How the last job ended."""
    last = job.lines[-1] if job.lines else ""
    if job.stopped:
        st.info("Stopped. What is there is kept; start again to continue.", icon=":material/stop:")
    elif job.exit_code == 0:
        st.success(literal(last), icon=":material/check:")
    else:
        st.error(
            literal(last) or "It ended without a word. Start it again.", icon=":material/error:"
        )
