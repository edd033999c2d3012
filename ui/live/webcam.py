"""The webcam: connection, video, and what is known of the faces in it."""

from datetime import datetime

import streamlit as st
from streamlit_webrtc import Translations, WebRtcMode, webrtc_streamer

from core.errors import UserError
from core.inference.live.judges import Judges
from core.inference.live.stream import CHART_S, StreamView
from core.inference.report import to_png
from core.inference.verdict import Calibration
from core.limits import STREAMS
from ui.live.connection import LiveConnection
from ui.live.settings import ice_servers, live_settings
from ui.shared.address import OWN_MACHINE, host
from ui.shared.charts import BAND_NOTE, p_fake_over_time
from ui.shared.detector_choice import say_if_replaced
from ui.shared.face_card import verdict_box
from ui.shared.names import literal
from ui.shared.theme import empty_state, facts, privacy_line
from ui.shared.widgets import STILL, download, say_error

REFRESH_S = 0.5
SHOWN_FACES = 4
CAMERA_KEY = "live"  # of its settings
_SNAPSHOT = f"{CAMERA_KEY}_snapshot"
CAMERA = {"width": {"ideal": 960}, "height": {"ideal": 540}, "frameRate": {"ideal": 30}}
WORDS: Translations = {
    "device_ask_permission": "The browser asks whether this page may use the camera: allow it.",
    "device_access_denied": (
        "The browser refused the camera. Allow it by the camera symbol in the address bar, then "
        "press START again."
    ),
    "device_not_available": "No camera was found. Plug one in, or use the Video file tab.",
    "media_api_not_available": (
        "This browser gives no camera to a page without HTTPS. Open the app on localhost or "
        "over HTTPS."
    ),
}
_HELP = """
- **NotAllowedError, or nothing is asked.** The browser refused. Click the camera symbol in
  the address bar, allow it for this page, press START again. The operating system may block it too.
- **NotFoundError.** No camera was found. Plug one in, choose it with SELECT DEVICE, or use a
  recorded clip on the *Video file* tab.
- **NotReadableError.** Another program has the camera: close it.
- **No HTTPS.** Browsers give the camera only to localhost and HTTPS pages.
- **It connects, but no picture comes.** A firewall is between the browser and this server: whoever
  runs the app can name STUN or TURN servers in the setting `ICE_SERVERS`. None is contacted
  otherwise.
"""


def webcam(judges: Judges) -> None:
    """Draw the webcam tab."""
    if without_https():
        return
    try:
        servers, _ = ice_servers(), STREAMS.value()
    except UserError as error:
        say_error(error, "lan")
        return
    video, results = st.columns([1.15, 1], gap="large")
    with video:
        row = st.container(horizontal=True)
        with row:
            settings = live_settings(judges.joining.calibration, CAMERA_KEY)
        connection = st.session_state.setdefault(
            f"{CAMERA_KEY}_connection", LiveConnection(settings)
        )
        connection.set(settings)
        context = _stream(connection, judges, servers)
        row.button(
            "Snapshot",
            on_click=_take_snapshot,
            args=(connection,),
            icon=":material/photo_camera:",
            disabled=not context.state.playing and not _has_picture(connection),
        )
        _snapshot()
    with results:
        playing = context.state.playing
        calibration = judges.joining.accusing_from(settings.threshold).calibration
        connecting = context.state.signalling
        # while it connects, too: the page looks for the first picture itself, in case the browser's
        # word that it plays comes late
        show = st.fragment(_results, run_every=REFRESH_S if playing or connecting else None)
        show(connection, playing, connecting, calibration)
    say_if_replaced(settings.detector)
    privacy_line("Camera frames", until="close the tab")
    with st.expander("No picture, or an error?"):
        st.markdown(_HELP)


def _stream(connection: LiveConnection, judges: Judges, servers: list[dict]):
    """The camera's widget, and what it knows of the connection."""
    return webrtc_streamer(
        key=f"{CAMERA_KEY}_webrtc",
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": servers},
        media_stream_constraints={"video": CAMERA, "audio": False},
        video_processor_factory=lambda: connection.start(judges),
        translations=WORDS,
    )


def without_https() -> bool:
    """Whether the browser will give this page no camera; says so."""
    local = host() in (None, *OWN_MACHINE)
    refused = (st.context.url or "").startswith("http:") and not local
    if refused:
        st.warning(
            "This page is open without HTTPS, so the browser will not give it the camera. Open "
            "it on localhost or over HTTPS, or use the Video file tab.",
            icon=":material/lock_open:",
        )
    return refused


def _has_picture(connection: LiveConnection) -> bool:
    return connection.stream is not None and connection.stream.view().picture is not None


def _take_snapshot(connection: LiveConnection) -> None:
    picture = None if connection.stream is None else connection.stream.view().picture
    if picture is None:
        st.toast("No picture has come yet. Try again in a second.", icon=":material/timer:")
        return
    st.session_state[_SNAPSHOT] = to_png(picture), f"{datetime.now():%Y-%m-%d_%H-%M-%S}"


def _snapshot() -> None:
    """The picture taken last, to be saved.

    Not a download made on the click: the results beside it are redrawn twice a second, and with
    each redraw Streamlit forgets files that no element shows, often before they are fetched.
    """
    taken = st.session_state.get(_SNAPSHOT)
    if taken is None:
        return
    png, when = taken
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.image(png, width=160, alt="The snapshot")
        with st.container(width="content"):
            download(
                "Save snapshot",
                png,
                file_name=f"snapshot_{when}.png",
                mime="image/png",
                icon=":material/download:",
            )
            st.button("Discard", on_click=st.session_state.pop, args=(_SNAPSHOT,))


def _results(
    connection: LiveConnection, playing: bool, connecting: bool, calibration: Calibration
) -> None:
    view = connection.stream.view() if connection.stream else None
    # places of their own, so that a face that comes or goes does not build the chart anew
    words, faces, chart, speed = (st.container() for _ in range(4))
    if view is None or (view.picture is None and not view.error):
        if playing or connecting:
            empty_state("Connecting ...", "The first picture takes a second or two.")
        elif view is not None:
            empty_state(
                "No picture came",
                "The connection ended before the first picture. Press START again; if that does "
                "not help, the help below may.",
            )
        else:
            empty_state(
                "The camera is off",
                "Press START, and allow the camera when asked. If a red message comes instead, "
                "the help below says why.",
            )
        return
    if view.error:
        words.error(literal(view.error), icon=":material/error:")
    elif playing and view.speed.stale:
        words.warning(
            "Stale: no new picture for 2 s. Is the camera still on?", icon=":material/timer:"
        )
    elif not playing and not connecting:
        words.caption("The camera is off. These are the last results.")
    if view.note:
        words.info(literal(view.note), icon=":material/info:")
    with faces:
        _faces(view, calibration, playing or connecting)
    with chart:
        _chart(view, calibration)
    with speed:
        _speed(view)


def _faces(view: StreamView, calibration: Calibration, is_live: bool) -> None:
    if not view.tracks and is_live:
        empty_state("No face in the picture", "Look into the camera, with light on your face.")
    elif not view.tracks:
        empty_state("No face in the last picture", "Press START to go on.")
    for track in view.tracks[:SHOWN_FACES]:
        verdict_box(f"Face {track.number}", track.verdict, track.p_fake, calibration)
    if len(view.tracks) > SHOWN_FACES:
        st.caption(f"and {len(view.tracks) - SHOWN_FACES} more faces in the picture")


def _chart(view: StreamView, calibration: Calibration) -> None:
    if view.points.empty:
        return
    start_s = max(0.0, view.now_s - CHART_S)
    figure = p_fake_over_time(
        view.points, calibration, start_s=start_s, end_s=max(view.now_s, start_s + 5)
    )
    st.plotly_chart(figure, key=f"{CAMERA_KEY}_chart", config=STILL)
    st.caption(
        "P(fake) of each face by all that was seen of it until then, in the colour of its verdict; "
        "the last 30 s. " + BAND_NOTE
    )


def _speed(view: StreamView) -> None:
    speed = view.speed
    latency = "-"
    if speed.p50_latency_ms is not None:
        latency = f"{speed.p50_latency_ms:.0f}/{speed.p95_latency_ms:.0f}"
    facts(
        [
            ("frames a second", f"{speed.fps:.0f}", "Judged frames, over the last 5 s."),
            ("ms latency p50/p95", latency, "From a frame's arrival at the server to its verdict."),
            ("frames skipped", str(speed.dropped), "A newer one was there: the newest is judged."),
        ]
    )
