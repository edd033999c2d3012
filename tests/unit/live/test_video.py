"""Video files of every kind through the pipeline, whole and broken."""

import io
import json
import tracemalloc
from fractions import Fraction

import av
import numpy as np
import pytest

from core.errors import UserError
from core.inference.live.display import MAX_SIDE
from core.inference.live.video import judge_video
from core.mp4 import Mp4Writer, write_mp4
from tests.conftest import encode
from tests.unit.live.fakes import SIDE, make, scene
from tests.unit.live.films import ONE_THREAD, frames_of

CODECS = {"mp4": "libx264", "mov": "libx264", "webm": "libvpx", "avi": "mpeg4", "matroska": "ffv1"}


def _clip(
    kind="mp4", *, frames=40, fps=20, size=(360, 640), times=None, sound=False, corner=(200, 100)
) -> bytes:
    """A video of one still square, in memory."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        stream = container.add_stream(CODECS[kind], rate=fps)
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        stream.options = ONE_THREAD if kind == "webm" else {}
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        audio = container.add_stream("aac", rate=44100) if sound else None
        pixels = scene(corner, size=size)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(1000 * times[number]), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        if audio is not None:
            container.mux(audio.encode(_silence(44100 * frames // fps)))
            container.mux(audio.encode(None))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _silence(samples: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(
        np.zeros((2, samples), np.float32), format="fltp", layout="stereo"
    )
    frame.sample_rate = 44100
    return frame


def _sound_only() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100)
        container.mux(stream.encode(_silence(44100)))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _turned(data: bytes) -> bytes:
    """Write a quarter turn into an MP4's display matrix, as phones do."""
    one = (1 << 16).to_bytes(4, "big")
    none, minus = bytes(4), (-(1 << 16)).to_bytes(4, "big", signed=True)
    plain = one + none + none + none + one
    assert data.count(plain) == 2  # the movie's and the track's
    at = data.index(plain, data.index(b"tkhd"))
    return data[:at] + none + one + none + minus + none + data[at + len(plain) :]


def _judge(data: bytes, *, keep=True, **kwargs):
    pipeline, _, _ = make()
    target = io.BytesIO() if keep else None
    report = judge_video(io.BytesIO(data), target, pipeline, **kwargs)
    return report, (target.getvalue() if target else b"")


@pytest.mark.parametrize("kind", CODECS)
def test_containers_and_codecs(kind):
    report, video = _judge(_clip(kind))
    assert (report.frames, report.width, report.height) == (40, 640, 360)
    assert report.fps == pytest.approx(20, rel=0.1) and report.complete
    (track,) = report.tracks
    assert track.verdict == "fake" and track.flips_per_minute == 0
    assert track.size_px == pytest.approx(SIDE, abs=8)
    assert len(frames_of(video)) == 40


def test_the_output_is_h264_for_browsers_with_the_verdict_drawn():
    report, video = _judge(_clip())
    with av.open(io.BytesIO(video)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert not container.streams.audio
    _, last = frames_of(video)[-1]
    edge = last[100 + SIDE // 2, 198:203].astype(int).reshape(-1, 3)
    assert (edge[:, 0] - edge[:, 2]).max() > 80  # orange on the square's left edge
    assert report.frames_with_face > 30


def test_the_sound_is_left_out_and_that_is_said():
    report, _ = _judge(_clip(sound=True))
    assert "The sound was left out." in report.notes and report.complete


def test_a_turned_phone_video_is_upright():
    report, video = _judge(_turned(_clip()))
    assert (report.width, report.height) == (360, 640)
    assert frames_of(video)[0][1].shape == (640, 360, 3)
    plain, _ = _judge(_clip())
    assert plain.tracks[0].verdict == report.tracks[0].verdict


def test_a_quarter_turn_goes_clockwise_as_players_show_it():
    """The square near the left edge of a clockwise quarter turn comes out near the top."""
    seen = []
    pipeline, detector, _ = make()
    inner = detector.detect
    detector.detect = lambda pixels, **k: seen.append(inner(pixels, **k)) or seen[-1]
    source = io.BytesIO(_turned(_clip(corner=(20, 200))))
    judge_video(source, None, pipeline)
    box = seen[0][0].box
    assert box.y < 60 and box.x < 100


def test_a_variable_frame_rate_keeps_its_times():
    times = np.cumsum([0.0] + [0.02, 0.1] * 20)
    report, video = _judge(_clip(frames=41, times=times))
    assert report.duration_s == pytest.approx(times[-1] + 1 / report.fps, abs=0.01)
    np.testing.assert_allclose([time_s for time_s, _ in frames_of(video)], times, atol=0.01)


def test_large_frames_are_scaled_down_and_that_is_said():
    report, video = _judge(_clip(frames=4, size=(2160, 3840)))
    assert (report.width, report.height) == (MAX_SIDE, 1080)
    assert any("scaled from 3840 x 2160" in note for note in report.notes)
    assert frames_of(video)[0][1].shape == (1080, 1920, 3)


def test_odd_sizes_become_even():
    report, video = _judge(_clip("matroska", size=(241, 321), frames=5))
    assert (report.width % 2, report.height % 2) == (0, 0)
    assert len(frames_of(video)) == 5


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_a_truncated_file_keeps_what_could_be_judged(share):
    whole = _clip("webm", frames=200)
    report, video = _judge(whole[: int(len(whole) * share)])
    assert 0 < report.frames < 200
    assert len(frames_of(video)) == report.frames


def test_a_file_cut_short_says_so():
    whole = _clip("webm", frames=200)
    report, _ = _judge(whole[: len(whole) // 2])
    assert not report.complete
    assert any("cut short: it says 10.0 s" in note for note in report.notes)


def test_garbage_in_the_middle_is_skipped():
    data = bytearray(_clip("avi", frames=200))
    middle = len(data) // 2
    data[middle : middle + 2000] = np.random.default_rng(0).bytes(2000)
    report, _ = _judge(bytes(data))
    assert report.frames > 50


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a video"),
        (b"just text", "not a video"),
        (_clip()[:2000], "not a video"),
        (_sound_only(), "no video in it"),
        (_clip(frames=0), "no video in it|not a video|no frame"),
    ],
    ids=["empty", "text", "cut before its index", "only sound", "no frames"],
)
def test_what_is_no_video_gets_a_sentence(data, words):
    with pytest.raises(UserError, match=words):
        _judge(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_picture_is_refused_and_told_where_to_go(portrait, kind):
    with pytest.raises(UserError, match="picture, not a video"):
        _judge(encode(portrait, kind))


def test_all_frames_fill_the_duration():
    report, _ = _judge(_clip(frames=40, fps=20))
    assert report.duration_s == pytest.approx(2.0, abs=0.01)


def test_a_face_that_left_has_no_box_and_noframes_of():
    buffer = io.BytesIO()
    frames = [scene((200, 100), size=(360, 640))] * 40 + [scene(size=(360, 640))] * 30
    write_mp4(frames, buffer, fps=20)
    report, video = _judge(buffer.getvalue())
    (track,) = report.tracks
    assert 38 <= track.frames <= 41 and track.last_s <= 2.05
    assert report.frames_with_face == track.frames
    empty = frames_of(video)[50][1]  # half a second after it left: neither box nor label
    assert np.ptp(empty.reshape(-1, 3).astype(int), axis=0).max() < 40


def test_cancel_keeps_the_part_before():
    asked = []

    def stopped():
        asked.append(1)
        return len(asked) > 25

    report, video = _judge(_clip(frames=100), stopped=stopped)
    assert report.frames == 25 and not report.complete
    assert len(frames_of(video)) == 25
    assert any("Stopped by you" in note for note in report.notes)


def test_progress_rises_to_the_end():
    shares = []
    _judge(_clip(frames=60), progress=shares.append)
    assert shares == sorted(shares) and len(shares) == 60 and shares[-1] > 0.95


@pytest.mark.slow
def test_memory_does_not_grow_with_length():
    def peak(frames: int) -> int:
        data = _clip(frames=frames)
        tracemalloc.start()
        _judge(data, keep=False)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(20)  # imports and caches
    assert peak(400) < peak(100) + 2_000_000  # 300 frames of this size are 200 MB


def test_the_contract():
    report, _ = _judge(_clip())
    entry = json.loads(json.dumps(report.to_contract()))
    assert {"fps", "frames", "tracks"} <= entry.keys()
    wanted = {"id", "frames", "p_fake_mean", "verdict", "flips_per_minute"}
    assert wanted <= entry["tracks"][0].keys()


def test_the_writer_survives_an_error_in_the_middle():
    buffer = io.BytesIO()
    with pytest.raises(RuntimeError, match="middle"), Mp4Writer(buffer, fps=10) as writer:
        writer.write(scene(), 0.0)
        writer.write(scene(), 0.1)
        raise RuntimeError("middle")
    assert len(frames_of(buffer.getvalue())) == 2


def test_a_writer_without_a_folder(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        Mp4Writer(tmp_path / "no" / "such.mp4", fps=10)
