"""TIFF and DNG of several pages: the picture is found, the right way up; hostile ones end."""

import io
import struct

import numpy as np
import pytest
import tifffile

from core.errors import UserError
from core.imaging import decode_image
from tests.unit.decoding.pictures import GRAY, SCENE, assert_near, tiff, tiff_of

WIDE = SCENE.astype(np.uint16) * 257
THUMBNAIL = np.full((24, 32, 3), 90, np.uint8)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(wide, orientation):
    lying = {5: True, 6: True, 7: True, 8: True}.get(orientation, False)
    stored = SCENE.swapaxes(0, 1) if lying else SCENE
    stored = stored[:, ::-1] if orientation in (2, 3, 7, 8) else stored
    stored = stored[::-1] if orientation in (3, 4, 6, 7) else stored
    stored = np.ascontiguousarray(stored).astype(np.uint16) * 257 if wide else stored
    data = tiff(
        np.ascontiguousarray(stored),
        photometric="rgb",
        extratags=[(274, "H", 1, orientation, True)],
    )
    assert_near(decode_image(data), SCENE, 0)


@pytest.mark.parametrize("wide", [False, True])
def test_a_reduced_copy_in_front_is_passed_over(wide):
    full = WIDE if wide else SCENE
    data = tiff_of((THUMBNAIL, {"subfiletype": 1}), (full, {"photometric": "rgb"}))
    photo = decode_image(data)
    assert_near(photo, SCENE, 0)
    assert photo.notes == ()


def test_a_copy_marked_in_the_old_way_is_passed_over():
    old = {"extratags": [(255, "H", 1, 2, True)], "photometric": "rgb"}
    assert_near(decode_image(tiff_of((THUMBNAIL, old), (SCENE, {}))), SCENE, 0)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_the_full_picture_of_a_dng_is_below_its_thumbnail(wide, bigtiff):
    lying = np.ascontiguousarray(SCENE.swapaxes(0, 1)[::-1])  # 6: a quarter turn to the right
    turn = {"extratags": [(274, "H", 1, 6, True)]}
    data = tiff_of(
        (THUMBNAIL, {"subfiletype": 1, "subifds": 1, **turn}),
        (lying.astype(np.uint16) * 257 if wide else lying, {"photometric": "rgb"}),
        bigtiff=bigtiff,
    )
    assert_near(decode_image(data), SCENE, 0)  # the child is turned by its parent's word


def test_a_mask_is_no_picture():
    mask = {"subfiletype": 4, "photometric": "minisblack"}
    data = tiff_of((np.ones((96, 128), bool), mask), (SCENE, {"photometric": "rgb"}))
    assert_near(decode_image(data), SCENE, 0)


def test_a_pyramid_gives_its_largest_picture():
    small = {"subfiletype": 1}
    data = tiff_of((SCENE, {"subifds": 2}), (SCENE[::2, ::2], small), (SCENE[::4, ::4], small))
    photo = decode_image(data)
    assert_near(photo, SCENE, 0)
    assert photo.notes == ()


def test_further_pages_are_said_and_are_no_animation():
    photo = decode_image(tiff_of((SCENE, {}), (255 - SCENE, {}), (SCENE, {})))
    assert_near(photo, SCENE, 0)
    assert photo.notes == ("The file holds 3 pages: only the first was judged.",)


def _raw(preview: np.ndarray, sensor: tuple[int, int]) -> bytes:
    return tiff_of(
        (preview, {"subfiletype": 1, "subifds": 1, "photometric": "rgb"}),
        (np.full(sensor, 500, np.uint16), {"photometric": "cfa"}),
    )


def test_of_a_raw_file_the_developed_preview_is_taken():
    assert_near(decode_image(_raw(SCENE, (100, 130))), SCENE, 0)


def test_a_raw_file_with_a_thumbnail_only_is_refused():
    with pytest.raises(UserError, match="raw file without a developed picture"):
        decode_image(_raw(THUMBNAIL, (1000, 1500)))


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
def test_a_cut_tiff_is_refused(wide, compression):
    data = tiff(WIDE if wide else SCENE, photometric="rgb", compression=compression, rowsperstrip=8)
    for share in (0.3, 0.6, 0.95):
        with pytest.raises(UserError):
            decode_image(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_bomb_is_refused_before_it_unfolds(kind):
    data = bytearray(tiff(np.zeros((16, 16), kind), rowsperstrip=16))
    place = data.index(b"\x00\x01\x04\x00")  # ImageWidth as a LONG
    data[place + 8 : place + 12] = (60_000).to_bytes(4, "little")
    place = data.index(b"\x01\x01\x04\x00")
    data[place + 8 : place + 12] = (60_000).to_bytes(4, "little")
    with pytest.raises(UserError, match="3600 million"):
        decode_image(bytes(data))


def test_a_huge_tile_is_refused():
    data = bytearray(tiff(GRAY.astype(np.uint16), tile=(96, 128)))
    for tag in (b"\x42\x01", b"\x43\x01"):
        place = next(p for p in range(len(data)) if data[p : p + 2] == tag)
        kind = data[place + 2]
        data[place + 2] = 4 if kind == 3 else kind
        data[place + 8 : place + 12] = (48_000).to_bytes(4, "little")
    with pytest.raises(UserError, match="million pixels"):
        decode_image(bytes(data))


def test_a_chain_of_pages_that_bites_its_tail_ends():
    data = bytearray(tiff_of((SCENE, {}), (SCENE, {})))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        first, last = file.pages[0].offset, file.pages[-1].offset
    count = int.from_bytes(data[last : last + 2], "little")
    end = last + 2 + 12 * count
    data[end : end + 4] = first.to_bytes(4, "little")
    assert_near(decode_image(bytes(data)), SCENE, 0)


def _with_tag(data: bytes, code: int, kind: int, count: int, value: int) -> bytes:
    """A little-endian TIFF whose first directory says something else under a tag."""
    start = int.from_bytes(data[4:8], "little")
    for place in range(start + 2, start + 2 + 12 * data[start], 12):
        if int.from_bytes(data[place : place + 2], "little") == code:
            entry = struct.pack("<HHII", code, kind, count, value)
            return data[:place] + entry + data[place + 12 :]
    raise ValueError(f"No tag {code}")


@pytest.mark.parametrize("code", [256, 257, 259, 262, 277])
@pytest.mark.parametrize("kind", [2, 3, 4, 5, 12])
def test_a_number_that_is_several_or_a_word_does_no_harm(code, kind):
    """A width of 3,000 values once took 12 GB: Python multiplies what is no number."""
    hostile = _with_tag(tiff(WIDE, photometric="rgb"), code, kind, 3_000, 8)
    with pytest.raises(UserError):
        decode_image(hostile)


def test_rows_of_a_strip_that_are_no_number_are_not_needed():
    """One strip holds all rows, which is what a missing number stands for."""
    data = tiff(WIDE, photometric="rgb")
    assert_near(decode_image(_with_tag(data, 278, 3, 3_000, 8)), SCENE, 0)


@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_a_directory_that_names_too_few_pieces_is_refused(tile):
    """They would come out black, after as long as a picture of that size takes."""
    data = tiff(WIDE, photometric="rgb", compression="lzw", tile=tile, rowsperstrip=16)
    with pytest.raises(UserError, match="damaged"):
        decode_image(_with_tag(data, 257, 4, 1, 100_000))


def test_a_compression_that_nothing_here_reads_is_said_to_be_rare():
    data = tiff(SCENE, photometric="rgb")
    with pytest.raises(UserError, match="rare kind"):
        decode_image(_with_tag(data, 259, 3, 1, 50_001))  # WebP
