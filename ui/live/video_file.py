"""A video file: upload, progress, cancel, result."""

import hashlib
import json
from collections.abc import Callable
from threading import Lock

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.config import MAX_VIDEO_BYTES
from core.errors import UserError
from core.inference.live.job import VideoJob
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.track_log import to_table
from core.inference.live.video import VideoReport
from core.inference.report import to_csv
from core.inference.verdict import WORDS, Calibration, exact
from ui.live.settings import live_settings
from ui.shared.charts import BAND_NOTE, p_fake_over_time
from ui.shared.detector_choice import say_if_replaced
from ui.shared.names import literal, name_heading, plain_name
from ui.shared.theme import empty_state, facts, privacy_line, verdict_counts
from ui.shared.widgets import STILL, download, say_error

REFRESH_S = 0.5
VIDEO_KEY = "video"  # of its settings
CANCEL_S = 2.0  # that a cancelled job may take before its page goes on
_JOB, _SEEN, _ROUND, _DIGEST = "video_job", "video_seen", "video_round", "video_digest"
_beginning = Lock()
_COLUMNS = {
    "id": st.column_config.NumberColumn("Face"),
    "verdict": "Verdict",
    "p_fake_mean": st.column_config.ProgressColumn("P(fake)", min_value=0, max_value=1),
    "frames": "Frames",
    "first_s": st.column_config.NumberColumn("From", format="%.1f s"),
    "last_s": st.column_config.NumberColumn("To", format="%.1f s"),
    "flips_per_minute": st.column_config.NumberColumn("Changes a minute", format="%.1f"),
    "size_px": st.column_config.NumberColumn("Width", format="%d px"),
    "reason": st.column_config.TextColumn("Why unsure"),
}


def has_video() -> bool:
    """Whether this session has a video that is judged or being judged."""
    return _JOB in st.session_state


def video_file(judges: Judges) -> None:
    """Draw the video tab."""
    settings = live_settings(judges.joining.calibration, VIDEO_KEY, mirror=False)
    limit_mb = MAX_VIDEO_BYTES // 2**20
    file = st.file_uploader(
        f"Drop a video here (MP4, MOV, WebM or AVI, up to {limit_mb} MB)",
        key=_upload_key(),
        max_upload_size=limit_mb,
        on_change=_stop_if_removed,
    )
    say_if_replaced(settings.detector)
    privacy_line("Videos")
    calibration = judges.joining.accusing_from(settings.threshold).calibration
    if file is not None:
        begin_once(file, judges, settings)
    job: VideoJob | None = st.session_state.get(_JOB)
    if job is None:
        empty_state("No video judged yet", "Drop a clip above: every face in it is followed.")
    elif job.done:
        _result(job, calibration)
    else:
        st.fragment(_progress, run_every=REFRESH_S)(job)


def _digest(file: UploadedFile) -> str:
    """Checksum of an upload, taken once and not at every rerun: a video may have 300 MB."""
    known = st.session_state.get(_DIGEST)
    if known is None or known[0] != file.file_id:
        known = (file.file_id, hashlib.sha256(file.getvalue()).hexdigest())
        st.session_state[_DIGEST] = known
    return known[1]


def _upload_key() -> str:
    return f"video_upload_{st.session_state.get(_ROUND, 0)}"


def _stop_if_removed() -> None:
    """Taking a file out of the uploader ends its job; going to another page does not."""
    job: VideoJob | None = st.session_state.get(_JOB)
    if job is not None and st.session_state.get(_upload_key()) is None:
        job.cancel()


def _is_open() -> Callable[[], bool]:
    """A question that other threads may ask: is this browser tab still connected?"""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: True
    session, runtime = context.session_id, get_instance()
    return lambda: runtime.is_active_session(session)


def begin_once(file: UploadedFile, judges: Judges, settings: LiveSettings) -> None:
    """Begin to judge a video with these settings, unless this session has begun that already.

    A job of other settings or of another file is cancelled. Where no job may be begun now, the
    page says why and offers to try again.

    Streamlit may start the next run of a script while the one before still draws: both would
    begin a job, and the second would wait for the first.
    """
    wanted = (file.name, _digest(file), settings)
    with _beginning:
        seen = st.session_state.get(_SEEN)
        if seen != wanted:
            if seen is not None and seen[:2] == wanted[:2]:
                st.toast("Judging begins anew with the new settings.", icon=":material/tune:")
            try:
                _begin(plain_name(file.name), file.getvalue(), judges, settings)
            except UserError as error:
                say_error(error, "group")
                st.button("Try again", icon=":material/refresh:", key="video_again")
            else:
                st.session_state[_SEEN] = wanted


def _begin(name: str, data: bytes, judges: Judges, settings: LiveSettings) -> None:
    earlier: VideoJob | None = st.session_state.get(_JOB)
    if earlier is not None:
        earlier.cancel()
        earlier.wait(CANCEL_S)  # its place is this one's
    pipeline = LivePipeline(judges, settings=settings)
    st.session_state[_JOB] = VideoJob(name, data, pipeline, alive=_is_open())


def _forget() -> None:
    st.session_state.pop(_JOB).cancel()
    st.session_state.pop(_SEEN, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _progress(job: VideoJob) -> None:
    if job.done:
        st.rerun()
    share, left_s = job.progress()
    words = "Another video is judged first" if job.waiting else "Judging"
    if left_s is not None:
        left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
        words += f", about {left} left"
    st.progress(share or 0.0, text=f"{words}: {literal(job.name)}")
    st.button("Cancel, keep what is done", on_click=job.cancel, icon=":material/stop_circle:")


def _result(job: VideoJob, calibration: Calibration) -> None:
    name_heading(job.name)
    if job.error:
        say_error(job.error, "broken_image")
        st.button("Clear", on_click=_forget, icon=":material/delete:")
        return
    report = job.report
    if report is None:  # it is done by now
        return
    for note in report.notes:
        if report.complete:
            st.info(literal(note), icon=":material/info:")
        else:
            st.warning(literal(note), icon=":material/warning:")
    if job.calibration != calibration:
        st.info(
            "A face was called generated from P(fake) "
            f"{exact(job.calibration.unsure_high)} on. To judge it with the new settings, drop the "
            "file again.",
            icon=":material/tune:",
        )
    if not report.frames:
        st.button("Clear", on_click=_forget, icon=":material/delete:")
        return
    picture, facts = st.columns([1.15, 1], gap="large")
    with picture:
        st.video(job.video, format="video/mp4")
        _downloads(job, report)
    with facts:
        _summary(report, job.calibration)
    if report.tracks:
        _faces(report)


def _faces(report: VideoReport) -> None:
    """A row a face, in the page's words; the files keep those of a program."""
    table = to_table(report.tracks).fillna({"reason": ""})
    st.dataframe(
        table.assign(verdict=table["verdict"].map(WORDS))[list(_COLUMNS)],
        column_config=_COLUMNS,
        hide_index=True,
        placeholder="",
        width="stretch",
    )


def _summary(report: VideoReport, calibration: Calibration) -> None:
    share = report.frames_with_face / report.frames
    if not report.tracks:
        empty_state(
            "No face was followed",
            "Faces in profile, covered, very small or shown only for a moment are not found.",
        )
    else:
        verdict_counts([track.verdict for track in report.tracks])
        figure = p_fake_over_time(
            report.points, calibration, start_s=0.0, end_s=max(1.0, report.duration_s)
        )
        st.plotly_chart(figure, key="video_chart", config=STILL)
        st.caption(
            "P(fake) of each face by all that was seen of it until then, in its verdict's colour. "
            + BAND_NOTE
        )
    facts(
        [
            ("seconds", f"{report.duration_s:.1f}", "Length of the judged part."),
            ("frames", str(report.frames), f"Of {report.width}x{report.height} pixels."),
            ("with a face", f"{share:.0%}", "Share of the frames in which a face was followed."),
        ]
    )


def _downloads(job: VideoJob, report: VideoReport) -> None:
    stem = job.name.rsplit(".", 1)[0]
    files = (
        ("Annotated video (MP4)", job.video, f"{stem}_judged.mp4", "video/mp4", "movie"),
        ("Faces (CSV)", to_csv(to_table(report.tracks)), f"{stem}_faces.csv", "text/csv", "table"),
        (
            "Report (JSON)",
            json.dumps(report.to_contract(), indent=2),
            f"{stem}_faces.json",
            "application/json",
            "data_object",
        ),
    )
    with st.container(horizontal=True):
        for label, data, name, kind, symbol in files:
            download(
                label,
                data,
                file_name=name,
                mime=kind,
                icon=f":material/{symbol}:",
            )
        st.button("Clear", on_click=_forget, icon=":material/delete:")
