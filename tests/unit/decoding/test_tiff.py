"""TIFF: samples of every kind and layout, as they are meant or refused."""

import numpy as np
import pytest
from PIL import Image

from core.errors import UserError
from core.imaging import decode_image
from tests.conftest import encode
from tests.unit.decoding.pictures import (
    GRAY,
    SCENE,
    as_rgb,
    assert_like,
    assert_near,
    tiff,
)

WIDE = SCENE.astype(np.uint16) * 257
WIDE_GRAY = GRAY.astype(np.uint16) * 257
PLAIN = [None, "lzw", "deflate", "adobe_deflate", "packbits"]


def _planes(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))


PREDICTED = [(name, True) for name in ("lzw", "deflate", "adobe_deflate", "zstd", "lzma")]


@pytest.mark.parametrize(
    ("compression", "predictor"),
    [*((name, False) for name in [*PLAIN, "zstd", "lzma"]), *PREDICTED],
)
def test_eight_bit_colours(compression, predictor):
    data = tiff(SCENE, photometric="rgb", compression=compression, predictor=predictor)
    assert_near(decode_image(data), SCENE, 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("tile", [None, (32, 48)])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("compression", PLAIN)
@pytest.mark.parametrize("wide", [False, True])
def test_every_layout_of_colours(order, bigtiff, tile, planar, compression, wide):
    pixels = WIDE if wide else SCENE
    data = tiff(
        _planes(pixels) if planar else pixels,
        photometric="rgb",
        planarconfig="separate" if planar else "contig",
        byteorder=order,
        bigtiff=bigtiff,
        tile=tile,
        compression=compression,
    )
    assert_near(decode_image(data), SCENE, 0)


@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_wide_samples_with_a_predictor(predictor, order):
    for pixels in (WIDE, SCENE.astype(np.float32) / 255):
        data = tiff(
            pixels, photometric="rgb", compression="deflate", predictor=predictor, byteorder=order
        )
        assert_near(decode_image(data), SCENE)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (np.uint16, 0, 65535),
        (np.uint32, 0, 2**32 - 1),
        (np.uint32, 0, 65535),
        (np.int8, 0, 127),
        (np.int8, -128, 127),
        (np.int16, 0, 32767),
        (np.int16, -32768, 32767),
        (np.int32, 0, 2**31 - 1),
        (np.int32, -(2**31), 2**31 - 1),
        (np.int32, 0, 65535),
        (np.float16, 0, 1),
        (np.float16, 0, 255),
        (np.float32, 0, 1),
        (np.float32, 0, 255),
        (np.float32, 0, 65535),
        (np.float64, 0, 1),
        (np.float64, 0, 65535),
    ],
)
@pytest.mark.parametrize("photometric", ["rgb", "minisblack", "miniswhite"])
def test_every_kind_of_number(kind, low, high, photometric):
    colour = photometric == "rgb"
    shown = SCENE if colour else GRAY
    stored = 255 - shown if photometric == "miniswhite" else shown
    samples = low + stored / 255.0 * (high - low)
    samples = np.rint(samples).clip(low, high) if np.dtype(kind).kind != "f" else samples
    photo = decode_image(tiff(samples.astype(kind), photometric=photometric))
    assert_near(photo, shown if colour else as_rgb(shown), 2)


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("colour", [False, True])
def test_few_bits_in_sixteen_are_scaled_and_said(bits, colour):
    shown = SCENE if colour else GRAY
    samples = (shown / 255.0 * (2**bits - 1)).astype(np.uint16)
    photo = decode_image(tiff(samples, photometric="rgb" if colour else "minisblack"))
    assert_near(photo, shown if colour else as_rgb(shown))
    assert f"read as {bits}-bit" in photo.notes[0]


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_samples(bits):
    samples = (SCENE / 255.0 * (2**bits - 1)).astype(np.uint16)
    photo = decode_image(tiff(samples, photometric="rgb", bitspersample=bits))
    assert_near(photo, SCENE)
    assert photo.notes == ()


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (GRAY.astype(np.float32) / 255 * 7, "from 0 to 7"),
        (GRAY.astype(np.float32) - 128, "nothing says which value is black"),
        (np.full((40, 40), np.nan, np.float32), "nothing says"),
        ((GRAY.astype(np.int16) - 3), "from -3 to"),
        (GRAY.astype(np.complex64), "rare kind"),
        (GRAY.astype(np.uint64), "rare kind"),
    ],
)
def test_samples_of_unknown_meaning_are_refused(samples, words):
    with pytest.raises(UserError, match=words):
        decode_image(tiff(samples, photometric="minisblack"))


def test_infinite_and_missing_values_do_not_darken_the_picture():
    samples = GRAY.astype(np.float32) / 255
    samples[50, :3] = np.nan, np.inf, -np.inf
    expected = GRAY.copy()
    expected[50, :3] = 0, 255, 0
    assert_near(decode_image(tiff(samples)), as_rgb(expected))


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
def test_transparent_parts_lie_on_white(wide, kind):
    alpha = np.full(GRAY.shape, 255, np.uint8)
    alpha[40:] = 0
    alpha[60:] = 128
    share = alpha[..., None] / 255.0
    colours = np.rint(SCENE * share).astype(np.uint8) if kind == "assocalpha" else SCENE
    rgba = np.dstack([colours, alpha])
    data = tiff(
        rgba.astype(np.uint16) * 257 if wide else rgba, photometric="rgb", extrasamples=[kind]
    )
    expected = np.rint(SCENE * share + 255 * (1 - share))
    assert_near(decode_image(data), expected.astype(int), 2)


def test_an_extra_channel_that_is_no_alpha_is_left_out():
    extra = np.dstack([WIDE, np.zeros_like(WIDE_GRAY)])
    data = tiff(extra, photometric="rgb", extrasamples=["unspecified"])
    assert_near(decode_image(data), SCENE, 0)


@pytest.mark.parametrize("white_is_zero", [False, True])
def test_one_bit(white_is_zero):
    ink = GRAY > 127
    photometric = "miniswhite" if white_is_zero else "minisblack"
    data = tiff(ink ^ white_is_zero, photometric=photometric)
    assert_near(decode_image(data), as_rgb(np.where(ink, 255, 0)), 0)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax(compression):
    ink = Image.fromarray(GRAY > 127)
    photo = decode_image(encode(ink, "TIFF", compression=compression))
    assert_near(photo, as_rgb(np.where(GRAY > 127, 255, 0)), 0)


@pytest.mark.parametrize("bits", [2, 4])
def test_few_bits_of_gray(bits):
    levels = (GRAY >> (8 - bits)).astype(np.uint8)
    shown = np.rint(levels / (2**bits - 1) * 255)
    data = tiff(levels, photometric="minisblack", bitspersample=bits)
    assert_near(decode_image(data), as_rgb(shown.astype(int)))


def test_palette():
    image = Image.fromarray(SCENE).quantize(64)
    assert_near(decode_image(encode(image, "TIFF")), np.asarray(image.convert("RGB")), 0)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("planar", [False, True])
def test_cmyk(wide, planar):
    inks = np.dstack([255 - SCENE, np.zeros_like(GRAY)])
    inks = inks.astype(np.uint16) * 257 if wide else inks
    data = tiff(
        _planes(inks) if planar else inks,
        photometric="separated",
        planarconfig="separate" if planar else "contig",
    )
    assert_near(decode_image(data), SCENE)


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
def test_jpeg_in_tiff(subsampling):
    data = tiff(SCENE, photometric="rgb", compression="jpeg", subsampling=subsampling)
    assert_like(decode_image(data), SCENE, 6)


def test_ycbcr_without_compression():
    ycbcr = np.asarray(Image.fromarray(SCENE).convert("YCbCr"))
    data = tiff(ycbcr, photometric="ycbcr", subsampling=(1, 1))
    assert_near(decode_image(data), SCENE, 4)


def test_lab():
    lab = np.zeros((32, 32, 3), np.uint8)
    lab[..., 0] = 136  # L* = 53.2, a* = 80, b* = 67: red
    lab[..., 1], lab[..., 2] = 80, 67
    data = tiff(lab, photometric="cielab")
    assert_near(decode_image(data), np.full((32, 32, 3), (255, 0, 0)), 12)


def test_wide_lab_is_refused():
    with pytest.raises(UserError, match="rare kind"):
        decode_image(tiff(WIDE, photometric="cielab"))
