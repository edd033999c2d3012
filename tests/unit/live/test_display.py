"""Frames as a player shows them: shape of pixels, turn, colours, fields."""

import io
from fractions import Fraction
from itertools import groupby

import av
import numpy as np
import pytest

from core.decoding.hdr import HLG, PQ, toned_down
from core.inference.live.container import open_video, video_stream
from core.inference.live.display import MAX_SIDE, Display, Shown
from core.mp4 import write_mp4
from tests.unit.live.films import SIZE, film, raw_h264, squares

# Grey would not show a wrong matrix: skin, leaf, sky.
PATCHES = np.array([[220, 160, 130], [60, 140, 50], [80, 130, 220]], np.uint8)


def _shown(data: bytes) -> tuple[list[Shown], Display]:
    with open_video(io.BytesIO(data)) as container:
        stream = video_stream(container)
        display = Display(stream)
        return list(display.show(container.decode(stream))), display


def _square(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, width and height of the rough square, within two pixels or so."""
    rows, columns = np.nonzero(pixels.max(axis=2) > 110)
    left, right = np.percentile(columns, [1, 99])
    top, bottom = np.percentile(rows, [1, 99])
    return left, top, right - left, bottom - top


def _sizes(shown: list[Shown]) -> list[tuple[tuple[int, int], int]]:
    return [(size, len(list(group))) for size, group in groupby(one.size for one in shown)]


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("mp4", "libx264"), ("mp4", "libvpx-vp9"), ("mpegts", "libx264"), ("avi", "mpeg4")],
    ids=["both", "the container alone", "the codec alone", "in an AVI"],
)
@pytest.mark.parametrize("aspect", [Fraction(1, 2), Fraction(4, 3), Fraction(2, 1)])
def test_the_shape_of_pixels_is_honoured_wherever_it_is_stated(kind, codec, aspect):
    shown, _ = _shown(film(squares(5), kind, codec, aspect=aspect))
    width, height = shown[-1].size
    assert height == 360 and width == pytest.approx(640 * aspect, abs=2)
    _, _, wide, high = _square(shown[-1].pixels)
    assert wide / high == pytest.approx(float(aspect), rel=0.05)
    assert shown[0].stored == (640, 360)


@pytest.mark.parametrize("aspect", [Fraction(1, 1000), Fraction(500, 1)])
def test_a_nonsensical_shape_of_pixels_is_not(aspect):
    shown, _ = _shown(film(squares(3), aspect=aspect))
    assert shown[0].size == (640, 360)


def test_a_shape_of_pixels_that_changes_in_mid_file_is_honoured_to_the_frame():
    square = squares(20)
    shown, _ = _shown(raw_h264((square, Fraction(1)), (square, Fraction(2)), (square, Fraction(1))))
    assert _sizes(shown) == [((640, 360), 20), ((1280, 360), 20), ((640, 360), 20)]


def test_wide_pixels_do_not_go_beyond_the_largest_side():
    shown, _ = _shown(film(squares(3, size=(1080, 1440)), aspect=Fraction(2)))
    assert shown[0].size == (MAX_SIDE, 720)


@pytest.mark.parametrize(
    ("turn", "size", "at"),
    [
        ((0, False, False), (640, 360), (20, 200)),
        ((-90, False, False), (360, 640), (40, 20)),
        ((90, False, False), (360, 640), (200, 500)),
        ((180, False, False), (640, 360), (500, 40)),
        ((0, True, False), (640, 360), (500, 200)),
        ((0, False, True), (640, 360), (20, 40)),
    ],
    ids=["upright", "clockwise", "counterclockwise", "upside down", "mirrored", "flipped"],
)
def test_a_stated_turn_or_flip_is_carried_out(turn, size, at):
    shown, _ = _shown(film(squares(3, corner=(20, 200)), turn=turn))
    assert shown[-1].size == size
    assert _square(shown[-1].pixels)[:2] == pytest.approx(at, abs=4)


def test_pixels_are_shaped_before_the_picture_is_turned():
    data = film(squares(3), turn=(90, False, False), aspect=Fraction(2))
    shown, _ = _shown(data)
    assert shown[-1].size == (360, 1280) and shown[-1].stored == (360, 640)


def _combed(number: int) -> np.ndarray:
    """A frame of a bright square that moves from each half picture to the next."""
    frame = np.full((*SIZE, 3), 60, np.uint8)
    for field in (0, 1):
        left = 40 + 12 * (2 * number + field)
        frame[100 + field : 220 : 2, left : left + 120] = 200
    return frame


def _combing(shown: Shown) -> float:
    """How much rows differ from the mean of their neighbours within the square's height."""
    rows = shown.pixels[104:216].astype(float)
    return np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean()


def test_half_pictures_are_put_together():
    frames = [_combed(number) for number in range(12)]
    woven, display = _shown(film(frames, options={"x264-params": "tff=1:qp=12"}))
    plain, other = _shown(film(frames, options={"qp": "12"}))
    assert display.deinterlaced and not other.deinterlaced
    assert [one.time_s for one in woven] == pytest.approx([one.time_s for one in plain])
    assert _combing(woven[6]) < 0.2 * _combing(plain[6])


def _patches(size) -> np.ndarray:
    return np.repeat(PATCHES, size[1] // 3 + 1, axis=0)[None, : size[1]].repeat(size[0], axis=0)


def _read_patches(shown: list[Shown]) -> np.ndarray:
    pixels = shown[0].pixels
    middles = [round((i + 0.5) * pixels.shape[1] / 3) for i in range(3)]
    return np.array([pixels[50:-50, x - 20 : x + 20].mean(axis=(0, 1)) for x in middles])


MATRICES = {1: "BT.709", 6: "BT.601", 9: "BT.2020"}


@pytest.mark.parametrize("full", [1, 2], ids=["limited range", "full range"])
@pytest.mark.parametrize("matrix", MATRICES, ids=MATRICES.values())
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le", "yuv444p"])
@pytest.mark.parametrize("size", [(360, 640), (720, 1280)], ids=["SD", "HD"])
def test_colours_are_what_their_label_says(size, pix_fmt, matrix, full):
    colours = {"colorspace": matrix, "color_range": full}
    data = film([_patches(size)] * 2, pix_fmt=pix_fmt, colours=colours, options={"qp": "4"})
    shown, _ = _shown(data)
    np.testing.assert_allclose(_read_patches(shown), PATCHES, atol=4)


@pytest.mark.parametrize(("size", "matrix"), [((360, 640), 5), ((720, 1280), 1)], ids=["SD", "HD"])
def test_colours_without_a_label_are_taken_as_browsers_take_them(size, matrix):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=20)
        stream.height, stream.width, stream.options = *size, {"qp": "4"}
        frame = av.VideoFrame.from_ndarray(_patches(size), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=matrix)
        frame.colorspace = 2  # unspecified
        for part in (frame, None):
            container.mux(stream.encode(part))
    shown, _ = _shown(buffer.getvalue())
    np.testing.assert_allclose(_read_patches(shown), PATCHES, atol=4)


@pytest.mark.parametrize("size", [(360, 640), (720, 1280)], ids=["SD", "HD"])
def test_our_own_videos_keep_their_colours_and_say_which_they_are(size):
    buffer = io.BytesIO()
    write_mp4([_patches(size)] * 3, buffer, crf=5)
    shown, _ = _shown(buffer.getvalue())
    np.testing.assert_allclose(_read_patches(shown), PATCHES, atol=4)
    with av.open(io.BytesIO(buffer.getvalue())) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)


@pytest.mark.parametrize(("curve", "white"), [(PQ, 0.58), (HLG, 0.75)], ids=["PQ", "HLG"])
def test_hdr_is_brought_to_a_common_screen(curve, white):
    """By ITU-R BT.2408 a white sheet lies at 58% of PQ, 75% of HLG: far below a screen's white."""
    sheet = np.full((*SIZE, 3), round(255 * white), np.uint8)
    colours = {"colorspace": 9, "color_range": 1, "color_primaries": 9, "color_trc": curve}
    options = {"x265-params": "log-level=none:qp=4"}
    shape = {"pix_fmt": "yuv420p10le", "colours": colours, "options": options}
    shown, display = _shown(film([sheet] * 4, "matroska", "libx265", **shape))
    assert display.toned_down
    assert shown[0].pixels.mean() > 240
    assert shown[0].pixels.reshape(-1, 3).std(axis=1).max() < 2


@pytest.mark.parametrize("curve", [PQ, HLG], ids=["PQ", "HLG"])
def test_hdr_comes_out_as_from_swscale(curve):
    """Up to its gamut mapping: colours that a common screen has, darker than paper."""
    rng = np.random.default_rng(0)
    greys = rng.integers(20, 125, (40, 1, 1))
    pixels = (greys + rng.integers(-8, 8, (40, 40, 3))).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.color_trc, frame.color_primaries = curve, 9
    wanted = frame.reformat(format="rgb48le", dst_color_trc=1, dst_color_primaries=1).to_ndarray()
    difference = np.abs(wanted / 257 - toned_down(pixels, curve))
    assert np.median(difference) < 1 and np.percentile(difference, 95) < 4


def test_a_label_that_makes_no_sense_does_not_stop_it():
    colours = {"colorspace": 14, "color_primaries": 22, "color_trc": 4}
    data = film([_patches(SIZE)] * 2, options={"qp": "4"}, colours=colours)
    assert len(_shown(data)[0]) == 2
