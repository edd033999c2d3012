"""A real WebRTC connection over loopback: frames in, judged frames out, nothing left behind."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import aiortc
import numpy as np
import pytest
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from bench.clips import moving_face
from core.inference.colors import CLASS_COLORS
from core.inference.live.judges import judges_of
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.limits import Limit, Places
from tests.support.camera import Camera
from ui.live.connection import LiveConnection

NO_SERVERS = aiortc.RTCConfiguration(iceServers=[])


@pytest.fixture(scope="session")
def judges(inspector):
    return judges_of(inspector.panel)


@pytest.fixture
def loop():
    """An event loop in a thread, as the app's server has one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture(scope="module")
def pictures(portrait):
    return list(moving_face(portrait, seed=3, size=(640, 480), frames=12, noise=0))


def _worker(loop, connection, judges) -> WebRtcWorker:
    async def relay():
        return MediaRelay()

    nothing = dict.fromkeys(
        (
            *("source_video_track", "source_audio_track", "sink_video_track", "sink_audio_track"),
            *("player_factory", "in_recorder_factory", "out_recorder_factory"),
            *("video_frame_callback", "audio_frame_callback", "queued_video_frames_callback"),
            *("queued_audio_frames_callback", "on_video_ended", "on_audio_ended"),
            "audio_processor_factory",
        )
    )
    return WebRtcWorker(
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=NO_SERVERS,
        video_processor_factory=lambda: connection.start(judges),
        async_processing=True,
        video_receiver_size=4,
        audio_receiver_size=4,
        sendback_video=True,
        sendback_audio=False,
        loop=loop,
        relay=asyncio.run_coroutine_threadsafe(relay(), loop).result(5),
        **nothing,
    )


async def _call(worker, pictures, done, timeout_s=30.0) -> list[np.ndarray]:
    """Connect as a browser does, and receive until `done()`."""
    peer, received = aiortc.RTCPeerConnection(NO_SERVERS), []
    peer.addTrack(Camera(pictures))
    tracks = asyncio.Queue()
    peer.on("track", tracks.put_nowait)
    await peer.setLocalDescription(await peer.createOffer())
    offer = peer.localDescription
    answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, 10)
    await peer.setRemoteDescription(answer)
    try:
        track = await asyncio.wait_for(tracks.get(), 10)
        ends = time.monotonic() + timeout_s
        while not done() and time.monotonic() < ends:
            frame = await asyncio.wait_for(track.recv(), 10)
            received = [*received[-4:], frame.to_ndarray(format="rgb24")]
    finally:
        await peer.close()
    return received


def _run(call):
    """Run a call in a thread: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, call).result(120)


def test_a_generated_face_is_boxed_judged_and_measured(loop, pictures, judges):
    connection = LiveConnection(LiveSettings())
    worker = _worker(loop, connection, judges)

    def done():
        view = connection.stream.view() if connection.stream else None
        judged = bool(view and view.tracks and view.tracks[0].judged >= 12)
        return judged and len(view.points) >= 3  # of which there are some once both were heard

    received = _run(_call(worker, pictures, done))
    worker.stop(timeout=5)
    view = connection.stream.view()
    assert view.error is None
    (track,) = view.tracks
    assert track.p_fake is not None and track.box.w > 100
    assert view.speed.fps > 0 and view.speed.p95_latency_ms > 0
    assert len(view.points) >= 3
    assert any(_has_frame_of_colour(picture, view) for picture in received)


def _has_frame_of_colour(picture: np.ndarray, view) -> bool:
    """Whether the left edge of the track's box is drawn in one of the verdict colours."""
    box = view.tracks[0].box
    edge = picture[box.y + box.h // 3 : box.y + box.h // 2, max(0, box.x - 12) : box.x + 12]
    colours = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in CLASS_COLORS.values()]
    distances = [np.abs(edge.astype(int) - colour).sum(axis=2).min(axis=1) for colour in colours]
    return bool((np.min(distances, axis=0) < 90).mean() > 0.8)


def test_an_error_in_the_pipeline_lets_the_picture_go_on(loop, pictures, judges, monkeypatch):
    def broken(*_):
        raise TypeError("broken")

    monkeypatch.setattr(LivePipeline, "step", broken)
    connection = LiveConnection(LiveSettings())
    worker = _worker(loop, connection, judges)
    frames = []

    def done():
        frames.append(1)
        return bool(connection.stream and connection.stream.view().error) and len(frames) > 10

    received = _run(_call(worker, pictures, done))
    worker.stop(timeout=5)
    assert "could not be judged" in connection.stream.view().error
    assert received[-1].shape == (480, 640, 3)


def test_a_call_that_has_ended_leaves_its_place_and_no_socket(loop, pictures, judges):
    places = Places(Limit("X", 1), clock=lambda: 0.0)  # time does not free one
    connection, processors = LiveConnection(LiveSettings(), places=places), []
    worker = _worker(loop, connection, judges)
    start = connection.start
    connection.start = lambda judges: processors.append(start(judges)) or processors[-1]
    _run(_call(worker, pictures, lambda: bool(processors and processors[0].loop)))
    worker.stop(timeout=5)
    deadline = time.monotonic() + 10
    while not processors[0].loop.is_closed() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processors[0].loop.is_closed()
    assert places.has("the next one")


@pytest.mark.slow
def test_twenty_calls_leave_no_thread_behind(loop, pictures, judges):
    connection = LiveConnection(LiveSettings())
    counts = []
    for _ in range(20):
        connection.stream = None
        worker = _worker(loop, connection, judges)

        def done():
            return bool(connection.stream and connection.stream.view().picture is not None)

        _run(_call(worker, pictures, done))
        worker.stop(timeout=5)
        counts.append(threading.active_count())
    # A call that left one would have left 19 by now; a pool that was small at first may have grown.
    most = counts[0] + len(counts) // 4
    deadline = time.monotonic() + 10
    while threading.active_count() > most and time.monotonic() < deadline:
        time.sleep(0.2)
    assert threading.active_count() <= most
