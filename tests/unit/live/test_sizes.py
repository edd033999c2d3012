"""Videos whose size changes in mid-file, and what is annotated of them."""

import io

import av
import numpy as np
import pytest

from core.errors import UserError
from core.inference.geometry import Box
from core.inference.live import survey
from core.inference.live.display import Display
from core.inference.live.fit import Fit, letterboxed
from core.inference.live.survey import main_size
from core.inference.live.video import judge_video
from tests.unit.live.fakes import make
from tests.unit.live.films import broadcast, film, raw_h264, squares

SMALL = {"size": (270, 480), "corner": (150, 75), "side": 90}  # `squares()`, three quarters of it
PORTRAIT = {"size": (360, 240), "corner": (60, 100)}  # a phone that was turned


def _judge(data: bytes):
    """(report, annotated frames, shapes of the frames that were judged)."""
    pipeline, _, _ = make()
    judged, inner = [], pipeline.step
    pipeline.step = lambda pixels, time_s: judged.append(pixels.shape) or inner(pixels, time_s)
    target = io.BytesIO()
    report = judge_video(io.BytesIO(data), target, pipeline)
    with av.open(io.BytesIO(target.getvalue())) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return report, frames, judged


def _film(kind: str, *parts) -> bytes:
    return broadcast(*parts) if kind == "ts" else raw_h264(*((part, None) for part in parts))


@pytest.mark.parametrize("kind", ["ts", "h264"])
def test_a_call_that_begins_small_is_annotated_large(kind):
    report, frames, judged = _judge(_film(kind, squares(16, **SMALL), squares(60)))
    assert (report.width, report.height) == (640, 360)
    assert {frame.shape for frame in frames} == {(360, 640, 3)} and len(frames) == 76
    assert set(judged) == {(270, 480, 3), (360, 640, 3)}
    (note,) = [note for note in report.notes if "changes its size" in note]
    assert "480 x 270, then 640 x 360" in note


@pytest.mark.parametrize(
    "parts",
    [
        (squares(20, **SMALL), squares(40)),
        (squares(40), squares(20, **SMALL)),
        (squares(30), squares(30, **PORTRAIT)),
        (squares(30, **PORTRAIT), squares(30)),
    ],
    ids=["grows", "shrinks", "turned upright", "turned flat"],
)
def test_a_face_stays_the_same_face(parts):
    report, _, _ = _judge(broadcast(*parts))
    (track,) = report.tracks
    assert track.verdict == "fake" and track.frames >= 55


def test_a_turned_phone_gets_black_bars_and_nothing_is_stretched():
    report, frames, judged = _judge(broadcast(squares(30), squares(30, **PORTRAIT)))
    assert set(judged) == {(360, 640, 3), (360, 240, 3)}
    assert (report.width, report.height) == (640, 360)
    last = frames[-1].astype(int)
    assert last[:, :195].max() < 20 and last[:, 445:].max() < 20
    assert abs(last[350, 205:435] - 90).max() < 20  # the scene's gray, to its edges
    columns = np.nonzero(last[200:220, 200:440].max(axis=(0, 2)) > 150)[0]
    rows = np.nonzero(last[130:, 315:325].max(axis=(1, 2)) > 150)[0]
    assert np.ptp(columns) == pytest.approx(120, abs=8)
    assert rows.max() + 130 == pytest.approx(220, abs=6)


def test_boxes_are_drawn_where_the_faces_are():
    """At 150 in the small picture, so at 200 in the annotated one."""
    _, frames, _ = _judge(broadcast(squares(40), squares(40, **SMALL)))
    edge = frames[-1][160, 194:207].astype(int)
    assert (edge[:, 0] - edge[:, 2]).max() > 80  # orange


def test_the_size_of_a_moment_does_not_count():
    data = broadcast(squares(100, **SMALL), squares(3))
    assert main_size(io.BytesIO(data)) == (480, 270)
    report, frames, _ = _judge(data)
    assert frames[-1].shape == (270, 480, 3) and len(frames) == report.frames == 103


def test_a_video_of_one_size_is_left_alone():
    report, frames, judged = _judge(film(squares(30)))
    assert set(judged) == {(360, 640, 3)} and len(frames) == 30
    assert not [note for note in report.notes if "size" in note]


@pytest.mark.parametrize(("kind", "codec"), [("webm", "libvpx"), ("avi", "mjpeg"), ("gif", "gif")])
def test_the_size_is_known_before_the_first_frame(kind, codec):
    pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8"}.get(codec, "yuv420p")
    assert main_size(io.BytesIO(film(squares(30), kind, codec, pix_fmt=pix_fmt))) == (640, 360)


def test_few_frames_are_looked_at_beforehand(monkeypatch):
    looks = []
    monkeypatch.setattr(survey, "Display", lambda stream: looks.append(1) or Display(stream))
    data = film(squares(400), "avi", "mjpeg", pix_fmt="yuvj420p")  # every frame for itself
    assert main_size(io.BytesIO(data)) == (640, 360)
    assert len(looks) <= 2 * 400 / 20 + 1


def test_where_no_frame_can_be_decoded_beforehand_the_size_is_unknown(monkeypatch):

    def undecodable(stream):
        raise UserError("It cannot be decoded.")

    monkeypatch.setattr(survey, "Display", undecodable)
    assert main_size(io.BytesIO(film(squares(5)))) is None
    report, frames, _ = _judge(film(squares(5)))
    assert (report.width, report.height) == (640, 360) and len(frames) == 5


@pytest.mark.parametrize(
    ("picture", "frame", "box"),
    [
        ((320, 180), (640, 360), Box(20, 40, 60, 80)),
        ((640, 360), (320, 180), Box(5, 10, 15, 20)),
        ((100, 200), (400, 200), Box(160, 20, 30, 40)),
        ((200, 100), (200, 400), Box(10, 170, 30, 40)),
    ],
)
def test_a_box_lies_where_its_picture_lies(picture, frame, box):
    assert Fit.of(picture, frame).box(Box(10, 20, 30, 40)) == box


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (640, 2), (2, 640)])
@pytest.mark.parametrize("shape", [(10, 300), (300, 10), (33, 33)])
def test_a_picture_of_any_shape_fits_any_frame(size, shape):
    white = np.full((*shape, 3), 255, np.uint8)
    framed = letterboxed(white, size)
    assert framed.shape == (size[1], size[0], 3)
    assert framed.max() == 255
