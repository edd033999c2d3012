"""Photo > Camera: about ten frames of the camera, judged as one."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from core.errors import UserError
from core.imaging import data_uri
from core.inference.live.asking import Asking, Beside
from core.inference.live.burst import FRAMES, Burst
from core.inference.live.judges import Judges
from core.inference.live.stream import StreamView, shared_places
from core.inference.networks import Network
from core.inference.verdict import Calibration
from core.limits import STREAMS
from ui.live.connection import FrameProcessor
from ui.live.settings import ice_servers
from ui.live.webcam import CAMERA, WORDS, without_https
from ui.shared.face_card import verdict_box
from ui.shared.names import literal
from ui.shared.resources import get_judges
from ui.shared.theme import empty_state
from ui.shared.widgets import say_error

REFRESH_S = 0.3
PATIENCE_S = 15.0  # after which a camera that shows nothing is worth a sentence
# On a busy machine the server's answer may come too late for the browser, which then gives up.
# The next try gets more time.
TRIES, RETRY_S, PAUSE_S = 3, 8.0, 1.0
_KEY = "burst"
_TAKE = f"{_KEY}_take"
_SINGLE = f"{_KEY}_single"
_SINGLE_NOTE = (
    "A single frame says less than ten: taken again, the same face may get another figure. It is "
    "judged as an uploaded photo is."
)


@dataclass
class Take:
    """What outlives reruns of the page: whether the camera is wanted, and what it has shown.

    Attributes:
        on: whether it is wanted.
        since_s: when it was asked for, by `clock`.
        burst: of the present connection; None before there is one.
        tries: how many connections were begun.
        offered_s, paused_s: when the browser offered the last of them, and when that was given
            up; None before.
        clock: seconds of a steady clock.
        asking: how the second opinion is asked; see `LivePipeline`.
    """

    on: bool = False
    since_s: float = 0.0
    burst: Burst | None = None
    tries: int = 1
    offered_s: float | None = None
    paused_s: float | None = None
    clock: Callable[[], float] = time.monotonic
    asking: Callable[[Network], Asking] = Beside

    def start(self, judges: Judges) -> FrameProcessor:
        """Begin a burst; called when the browser offers a connection."""
        self.burst = Burst(judges, clock=self.clock, places=shared_places, asking=self.asking)
        self.offered_s = self.clock()
        return FrameProcessor(self.burst)

    def goes_on(self) -> bool:
        """Give up a connection that brings no frame, and after a moment try another one.

        Returns:
            Whether that changed what the camera is to do now.
        """
        now_s = self.clock()
        if self.paused_s is not None:
            if now_s - self.paused_s < PAUSE_S:
                return False
            self.paused_s, self.since_s, self.tries = None, now_s, self.tries + 1
            return True
        stuck = self.burst is not None and not self.begun
        if not stuck or self.offered_s is None or self.tries >= TRIES:
            return False
        if now_s - self.offered_s < RETRY_S * self.tries:
            return False
        self.paused_s, self.burst = now_s, None
        return True

    @property
    def begun(self) -> bool:
        """Whether a frame has come."""
        return self.burst is not None and self.burst.begun

    @property
    def result(self) -> StreamView | None:
        return self.burst.result if self.burst else None


def camera_burst(single_key: str) -> list[tuple[str, bytes]]:
    """Draw the tab: a burst, or a single picture where that cannot be had.

    Args:
        single_key: of the widget that takes a single picture.

    Returns:
        The (name, bytes) of the single picture, if one was taken.
    """
    judges = get_judges()
    if judges is None or without_https():
        return []
    try:
        servers, _ = ice_servers(), STREAMS.value()
    except UserError as error:
        say_error(error, "lan")
        return _single(single_key)
    video, words = st.columns([1, 1], gap="large")
    with video:
        take = _camera(judges, servers)
    with words:
        _outcome(take, judges)
    return _single(single_key)


def _camera(judges: Judges, servers: list[dict]) -> Take:
    take: Take = st.session_state.setdefault(_TAKE, Take())
    if take.result is not None:
        take.on = False
    label = "Again" if take.result else f"Take {FRAMES} frames"
    st.button(
        "Stop" if take.on else label,
        on_click=_switch,
        args=(take,),
        type="secondary" if take.on else "primary",
        icon=":material/stop_circle:" if take.on else ":material/burst_mode:",
    )
    context = webrtc_streamer(
        key=f"{_KEY}_webrtc",
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": servers},
        media_stream_constraints={"video": CAMERA, "audio": False},
        video_processor_factory=lambda: take.start(judges),
        desired_playing_state=take.on and take.paused_s is None,
        translations=WORDS,
    )
    if take.on or context.state.playing:
        st.fragment(_wait, run_every=REFRESH_S)(take)
    return take


def _switch(take: Take) -> None:
    take.on = not take.on
    if take.on:
        take.burst, take.since_s = None, take.clock()
        take.tries, take.paused_s = 1, None


def _wait(take: Take) -> None:
    """Look for the result; the page is drawn anew when it is there."""
    if take.on and (take.result is not None or take.goes_on()):
        st.rerun()
    if not take.on:
        return
    again = take.tries > 1 or take.paused_s is not None
    if again and not take.begun:
        number = take.tries + (take.paused_s is not None)
        st.caption(f"The camera did not connect in time. Try {number} of {TRIES} ...")
    seen = min(take.burst.seen, FRAMES) if take.burst else 0
    words = f"Frame {seen} of {FRAMES}. Look into the camera." if seen else "The camera settles ..."
    st.progress(seen / FRAMES, text=words)
    last = take.begun or take.burst is None or take.tries == TRIES
    if last and not seen and take.clock() - take.since_s > PATIENCE_S:
        st.info(
            "No face has come yet. If there is no picture either, press Stop and try again, or "
            "take a single picture below.",
            icon=":material/timer:",
        )
    if take.burst and take.burst.error:
        say_error(take.burst.error)


def _outcome(take: Take, judges: Judges) -> None:
    view = take.result
    if view is None:
        empty_state(
            "No verdict yet",
            f"{FRAMES} frames of a few seconds are judged as one: steadier than a single picture. "
            "The browser asks for permission first.",
        )
        return
    calibration: Calibration = judges.joining.calibration
    if not view.tracks:
        empty_state("No face in the picture", "Look into the camera, with light on your face.")
    for track in view.tracks:
        note = f"Judged over {track.judged} frames."
        verdict_box(f"Face {track.number}", track.verdict, track.p_fake, calibration, note)
    if view.picture is not None:
        # Within the page, not as a file: when the camera goes off, its widget reruns the page
        # before this line is reached, and Streamlit deletes files that may not be fetched yet.
        shown = data_uri(view.picture)
        st.image(shown, width="stretch", alt="The last of the frames, with the verdict")
    if view.note:
        st.info(literal(view.note), icon=":material/info:")


def _single(key: str) -> list[tuple[str, bytes]]:
    """One picture by Streamlit's own widget, which needs no connection of its own."""
    if not st.toggle("No picture comes? Take a single one instead", key=_SINGLE):
        return []
    st.caption(_SINGLE_NOTE)
    shot = st.camera_input("Take a picture", key=key)
    return [("camera.jpg", shot.getvalue())] if shot else []
