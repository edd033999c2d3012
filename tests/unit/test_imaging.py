"""The one way from bytes to what the network sees."""

import io

import numpy as np
import pytest
from PIL import Image

from core.config import MAX_FILE_BYTES
from core.errors import UserError
from core.imaging import decode_image, to_model_input
from tests.conftest import encode

RED_LEFT = np.zeros((4, 6, 3), np.uint8)
RED_LEFT[:, :3] = (250, 10, 20)


def test_halving_is_the_mean_of_two_by_two_in_rgb_order():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (256, 256, 3), dtype=np.uint8)
    expected = pixels.reshape(128, 2, 128, 2, 3).astype(np.float64).mean(axis=(1, 3)) / 255
    face = to_model_input(pixels)
    assert face.shape == (128, 128, 3) and face.dtype == np.float32
    np.testing.assert_allclose(face, expected, atol=1e-6)


def test_halving_equals_tensorflows_area_filter():
    import tensorflow as tf

    pixels = np.random.default_rng(1).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    expected = tf.image.resize(pixels, (128, 128), method="area").numpy() / 255
    np.testing.assert_allclose(to_model_input(pixels), expected, atol=1e-6)


def test_same_size_is_only_scaled():
    pixels = np.random.default_rng(2).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    np.testing.assert_array_equal(to_model_input(pixels), pixels.astype(np.float32) / 255)


@pytest.mark.parametrize("side", [1, 40, 127, 129, 300, 1024])
def test_any_side_ends_in_range(side):
    pixels = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    face = to_model_input(pixels)
    assert face.shape == (128, 128, 3)
    assert face.min() >= 0 and face.max() <= 1


@pytest.mark.parametrize("bad", [np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.uint8)])
def test_other_arrays_are_refused(bad):
    with pytest.raises(ValueError, match="Received: dtype="):
        to_model_input(bad)


def test_colours_survive_a_lossless_file():
    np.testing.assert_array_equal(decode_image(encode(RED_LEFT)).pixels, RED_LEFT)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_undone(orientation):
    upright = Image.fromarray(RED_LEFT)
    stored = upright
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    if orientation in undo:
        stored = upright.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = decode_image(encode(stored, "PNG", exif=exif))
    np.testing.assert_array_equal(photo.pixels, RED_LEFT)


def test_gray_becomes_rgb():
    gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
    pixels = decode_image(encode(gray)).pixels
    assert pixels.shape == (8, 8, 3)
    np.testing.assert_array_equal(pixels[..., 0], gray)


def test_cmyk_jpeg_keeps_its_colours():
    cmyk = Image.fromarray(np.full((16, 16, 3), (200, 30, 40), np.uint8)).convert("CMYK")
    pixels = decode_image(encode(cmyk, "JPEG", quality=95)).pixels
    assert np.abs(pixels[8, 8].astype(int) - (200, 30, 40)).max() < 12


def test_sixteen_bit_png_is_scaled_not_clipped():
    wide = np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16)
    pixels = decode_image(encode(Image.fromarray(wide))).pixels
    np.testing.assert_array_equal(pixels[..., 1], [[0, 100], [200, 255]])


def test_transparent_parts_lie_on_white():
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    photo = decode_image(encode(palette, "PNG", transparency=0))
    assert photo.pixels[0, 0].tolist() == [255, 255, 255]
    assert photo.pixels[1, 1].tolist() == [255, 0, 0]
    (note,) = photo.notes
    assert "transparent" in note


def test_an_alpha_channel_that_hides_nothing_is_not_worth_a_note():
    assert decode_image(encode(Image.new("RGBA", (4, 4), "red"), "PNG")).notes == ()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken_and_said(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    photo = decode_image(data)
    assert photo.pixels[0, 0].tolist() == [255, 0, 0]
    assert "first frame" in photo.notes[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "HEIF"])
def test_every_promised_format_is_read(kind):
    pixels = np.full((32, 48, 3), 120, np.uint8)
    photo = decode_image(encode(pixels, kind))
    assert (photo.width, photo.height) == (48, 32)
    assert np.abs(photo.pixels.astype(int) - 120).max() < 6


def test_a_single_pixel_is_a_picture():
    assert decode_image(encode(np.zeros((1, 1, 3), np.uint8))).pixels.shape == (1, 1, 3)


def _bomb() -> bytes:
    """A PNG that says it has 20,000 x 20,000 pixels, in a few hundred bytes."""
    data = bytearray(encode(np.zeros((1, 1), np.uint8)))
    import struct
    import zlib

    data[16:24] = struct.pack(">II", 20_000, 20_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


WHOLE = encode(np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8), "JPEG")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"this is a text, renamed", "not a picture"),
        (WHOLE[: len(WHOLE) // 2], "damaged or cut short"),
        (WHOLE[:30], "not a picture|damaged"),
        (_bomb(), "400 million|far too many"),
        (b"\xff" * (MAX_FILE_BYTES + 1), "too large"),
    ],
    ids=["zero bytes", "text", "half a JPEG", "a JPEG's head", "pixel bomb", "over the limit"],
)
def test_bad_files_get_a_sentence(data, words):
    with pytest.raises(UserError, match=words) as caught:
        decode_image(data)
    assert str(caught.value).endswith((".", ")."))


def test_decoding_matches_pillow_on_jpeg():
    expected = np.asarray(Image.open(io.BytesIO(WHOLE)).convert("RGB"))
    np.testing.assert_array_equal(decode_image(WHOLE).pixels, expected)
