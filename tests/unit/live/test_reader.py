"""Times of frames, and what is said of a file."""

import io
from itertools import pairwise

import numpy as np
import pytest

from core.inference.live.container import open_video
from core.inference.live.reader import VideoReader
from core.inference.live.video import judge_video
from tests.unit.live.fakes import make
from tests.unit.live.films import film, squares

SIZE = (640, 360)


def _read(data: bytes) -> tuple[list[float], list[str], bool]:
    """Times of all frames, notes, whether the file seems cut short."""
    with open_video(io.BytesIO(data)) as container:
        reader = VideoReader(container)
        times = [time_s for _, time_s in reader.frames()]
        return times, reader.notes(times[-1], SIZE, False), reader.cut_short(times[-1])


@pytest.mark.parametrize("kind", ["mp4", "mpegts", "matroska"])
def test_a_stream_that_starts_late_starts_at_zero(kind):
    times, _, cut = _read(film(squares(40), kind, start_s=50))
    np.testing.assert_allclose(times, np.arange(40) / 20, atol=0.005)
    assert not cut


@pytest.mark.parametrize("second_s", [9000.0, 100.0], ids=["forwards", "backwards"])
def test_a_broadcast_whose_clock_jumps_goes_on(second_s):
    data = b"".join(film(squares(20), "mpegts", start_s=at_s) for at_s in (5000.0, second_s))
    times, notes, cut = _read(data)
    assert len(times) == 40 and times[-1] == pytest.approx(39 / 20, abs=0.1)
    assert min(later - earlier for earlier, later in pairwise(times)) > 0
    assert not cut and not notes


def test_a_time_stamp_that_damage_threw_far_off_can_still_be_written():
    """An FLV tag's time stamp: three bytes of milliseconds, and a fourth for the highest."""
    data = bytearray(film(squares(40), "flv", "flv"))
    at = len(data)
    for _ in range(20):
        at = data.rindex(b"\x09", 0, at)  # the tag of a frame
        if data[at + 8 : at + 11] == bytes(3):
            data[at + 7] = 0x7F
    pipeline, _, _ = make()
    report = judge_video(io.BytesIO(bytes(data)), io.BytesIO(), pipeline)
    assert report.frames == 40 and report.duration_s < 60


def test_a_raw_stream_without_times_gets_those_of_its_rate():
    times, _, _ = _read(film(squares(40), "h264", fps=25))
    np.testing.assert_allclose(times, np.arange(40) / 25, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "colours", "words"),
    [
        ({"x264-params": "tff=1"}, {}, "is interlaced"),
        ({}, {"color_trc": 18, "color_primaries": 9, "colorspace": 9}, "is HDR"),
    ],
)
def test_what_was_done_to_the_picture_is_said(options, colours, words):
    _, notes, _ = _read(film(squares(5), options=options, colours=colours))
    assert [note for note in notes if words in note]
