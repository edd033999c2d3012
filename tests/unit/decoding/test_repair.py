"""Sound pictures in faulty files are read; pictures that lack something are refused."""

import io
import resource
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from core.errors import UserError
from core.imaging import decode_image
from tests.unit.decoding import profiles
from tests.unit.decoding.pictures import GRAY, SCENE, assert_near

PICTURE = Image.fromarray(SCENE)


def _png(image: Image.Image = PICTURE, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def _jpeg(**options) -> bytes:
    file = io.BytesIO()
    PICTURE.save(file, "JPEG", quality=90, **options)
    return file.getvalue()


def _chunk(kind: bytes, body: bytes, error: int = 0) -> bytes:
    checksum = zlib.crc32(kind + body) ^ error
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def _with_chunk(chunk: bytes, before: bytes, png: bytes | None = None) -> bytes:
    png = png or _png()
    place = png.index(before) - 4
    return png[:place] + chunk + png[place:]


@pytest.mark.parametrize("megabytes", [2, 70])
@pytest.mark.parametrize("place", [b"IDAT", b"IEND"])
@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"tEXt"])
def test_much_text_does_no_harm(megabytes, place, kind):
    if kind == b"tEXt":
        megabytes = min(megabytes, 15)
    text = b"workflow " * (megabytes * 2**20 // 9)
    bodies = {
        b"zTXt": lambda: b"workflow\0\0" + zlib.compress(text),
        b"iTXt": lambda: b"workflow\0\1\0\0\0" + zlib.compress(text),
        b"tEXt": lambda: b"workflow\0" + text,
    }
    data = _with_chunk(_chunk(kind, bodies[kind]()), place)
    assert_near(decode_image(data), SCENE, 0)


def test_many_texts_do_no_harm():
    info = PngImagePlugin.PngInfo()
    for number in range(90):
        info.add_text(f"part {number}", "x" * 900_000, zip=True)
    assert_near(decode_image(_png(pnginfo=info)), SCENE, 0)


def test_a_profile_of_more_than_a_megabyte_is_honoured():
    muted = (96 + SCENE // 4).astype(np.uint8)
    stored = np.rint(profiles.in_space(muted, "prophoto") * 255).astype(np.uint8)
    large = profiles.profile("prophoto") + bytes(2 * 2**20)
    assert_near(decode_image(_png(Image.fromarray(stored), icc_profile=large)), muted, 4)


def test_a_profile_that_unfolds_without_end_is_left_aside():
    bomb = b"icc\0\0" + zlib.compress(bytes(200 * 2**20))
    assert_near(decode_image(_with_chunk(_chunk(b"iCCP", bomb), b"IDAT")), SCENE, 0)


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"pHYs", b"tIME", b"gAMA", b"prVt"])
@pytest.mark.parametrize("place", [b"IDAT", b"IEND"])
@pytest.mark.parametrize("end", [True, False])
def test_a_wrong_checksum_beside_the_picture_does_no_harm(kind, place, end):
    data = _with_chunk(_chunk(kind, b"Comment\0text", error=1), place)
    assert_near(decode_image(data if end else data[:-12]), SCENE, 0)


def test_what_the_picture_needs_survives_the_repair():
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    data = _with_chunk(_chunk(b"tEXt", b"a\0b", error=1), b"PLTE", _png(palette, transparency=0))
    pixels = decode_image(data).pixels
    assert pixels[0, 0].tolist() == [255, 255, 255] and pixels[1, 1].tolist() == [255, 0, 0]


@pytest.mark.parametrize("missing", [1, 4, 11, 12])
def test_a_png_without_its_end_is_read(missing):
    assert_near(decode_image(_png()[:-missing]), SCENE, 0)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("filled", [b"", bytes(3000), b"\xff" * 3000])
def test_a_png_that_lacks_rows_is_refused(share, filled):
    data = _png()
    with pytest.raises(UserError, match="damaged or cut short"):
        decode_image(data[: int(len(data) * share)] + filled)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
@pytest.mark.parametrize("filled", [b"", bytes(3000)])
def test_a_jpeg_without_its_end_marker_is_read(progressive, missing, filled):
    data = _jpeg(progressive=progressive)
    photo = decode_image(data[:-missing] + filled)
    np.testing.assert_array_equal(photo.pixels, decode_image(data).pixels)
    said = ("The file lacks its last bytes; the picture itself is complete.",)
    assert photo.notes in (said, ())  # libjpeg does not miss the end of every file
    assert photo.notes == said or not (progressive or filled)


@pytest.mark.parametrize("progressive", [False, True])
def test_wherever_a_jpeg_is_cut_it_is_whole_or_refused(progressive):
    """Between two scans of a progressive one all rows are there, but coarse."""
    small = io.BytesIO()
    PICTURE.resize((40, 24)).save(small, "JPEG", quality=90, progressive=progressive)
    data = small.getvalue()
    expected = decode_image(data).pixels
    read = 0
    for length in range(100, len(data)):
        try:
            photo = decode_image(data[:length])
        except UserError:
            continue
        np.testing.assert_array_equal(photo.pixels, expected)
        read += 1
    assert read >= 2  # without one or both bytes of the end marker


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("filled", [b"", bytes(30_000)])
def test_a_jpeg_that_lacks_blocks_is_refused(subsampling, share, filled):
    data = _jpeg(subsampling=subsampling)
    with pytest.raises(UserError, match="damaged or cut short"):
        decode_image(data[: int(len(data) * share)] + filled)


@pytest.mark.parametrize("tail", [b"\0" * 500, b"garbage" * 99, b"\xff\xd8\xff\xe1", b"\n"])
def test_what_follows_the_picture_does_no_harm(tail):
    for data in (_png(), _jpeg()):
        expected = decode_image(data).pixels
        np.testing.assert_array_equal(decode_image(data + tail).pixels, expected)


def _sixteen_bit_png(samples: np.ndarray) -> bytes:
    """(height, width, channels) uint16 as a PNG, which Pillow cannot write."""
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = samples.astype(">u2").reshape(height, -1)
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(body)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_sixteen_bit_png_of_any_kind(channels, bits):
    colours = SCENE if channels > 2 else GRAY[..., None]
    samples = np.rint(colours / 255.0 * (2**bits - 1)).astype(np.uint16)
    if channels in (2, 4):
        samples = np.dstack([samples, np.full(GRAY.shape, 2**bits - 1, np.uint16)])
    photo = decode_image(_sixteen_bit_png(samples))
    assert_near(photo, np.broadcast_to(colours, SCENE.shape))
    assert bool(photo.notes) == (bits < 16)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_bits(bits):
    step = 255 // (2**bits - 1)
    levels = (GRAY >> (8 - bits)).astype(np.uint8)
    palette = Image.fromarray(levels, "P")
    palette.putpalette([level * step for level in range(2**bits) for _ in range(3)])
    expected = np.repeat((levels * step)[..., None], 3, 2)
    assert_near(decode_image(_png(palette, bits=bits)), expected, 0)


def test_a_chunk_that_claims_gigabytes_takes_none():
    """OpenCV made room for all that a chunk's length promises."""
    dark = _sixteen_bit_png(SCENE.astype(np.uint16) * 16)
    hostile = dark[:-12] + struct.pack(">I4s", 2**31 - 1, b"IDAT") + bytes(40)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        assert_near(decode_image(hostile), SCENE)
    except UserError as error:
        assert "damaged" in str(error)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 300 * 2**10  # KB, on Linux
