"""Colours that a file states by numbers and no profile: they too come out as the eye sees them."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.decoding import icc
from core.decoding.hdr import HLG, PQ
from core.imaging import Photo, decode_image
from tests.unit.decoding import profiles
from tests.unit.decoding.pictures import GRAY, SCENE, as_rgb, assert_like, assert_near

MUTED = (96 + SCENE // 4).astype(np.uint8)  # within every space, so nothing is clipped
HEAD_BYTES = 33  # of a PNG: signature and IHDR
H273 = {"display_p3": (12, 13), "linear": (1, 8)}  # primaries and curve
HLG_WHITE, PQ_WHITE = 0.75, 0.58  # stored value of white paper, by BT.2408


def stored(name: str) -> np.ndarray:
    return np.rint(profiles.in_space(MUTED, name) * 255).astype(np.uint8)


def encoded(pixels: np.ndarray, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def png(pixels: np.ndarray, chunks: dict[bytes, bytes], **options) -> Photo:
    """Decode a PNG with more chunks behind its head."""
    data = encoded(pixels, **options)
    more = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )
    return decode_image(data[:HEAD_BYTES] + more + data[HEAD_BYTES:])


def gamma(exponent: float) -> bytes:
    return struct.pack(">I", round(100_000 / exponent))


def chromaticities(name: str) -> bytes:
    primaries, white, _ = profiles.PROFILES[name]
    return struct.pack(">8I", *(round(100_000 * each) for xy in (white, *primaries) for each in xy))


@pytest.mark.parametrize("name", ["adobe_rgb", "prophoto", "linear"])
def test_gamma_and_chromaticities_of_a_png_are_honoured(name):
    chunks = {b"gAMA": gamma(profiles.PROFILES[name][2]), b"cHRM": chromaticities(name)}
    assert_near(png(stored(name), chunks), MUTED, 8 if name == "adobe_rgb" else 5)


def test_gamma_alone_is_honoured():
    photo = png(stored("linear"), {b"gAMA": gamma(1.0)})
    assert_near(photo, MUTED, 4)
    assert photo.notes == ()


def test_gamma_of_a_gray_png_is_honoured():
    light = np.rint(profiles.linear(GRAY / 255.0, None) * 255).astype(np.uint8)
    bright = GRAY > 100  # of dark levels eight bits of light keep too little
    photo = png(light, {b"gAMA": gamma(1.0)})
    assert np.abs(photo.pixels.astype(int) - as_rgb(GRAY))[bright].max() <= 4


@pytest.mark.parametrize("name", H273)
def test_numbers_of_a_png_are_honoured_and_count_before_all_else(name):
    primaries, curve = H273[name]
    chunks = {b"cICP": bytes([primaries, curve, 0, 1]), b"sRGB": b"\0", b"gAMA": gamma(1.5)}
    wrong = profiles.profile("prophoto")
    assert_near(png(stored(name), chunks, icc_profile=wrong), MUTED, 4)


@pytest.mark.parametrize(
    "chunks",
    [
        {b"gAMA": struct.pack(">I", 45455)},
        {b"gAMA": struct.pack(">I", 45455), b"cHRM": chromaticities("srgb")},
        {b"gAMA": gamma(1.0), b"sRGB": b"\0"},
        {b"cICP": bytes([1, 13, 0, 1])},
        {b"cICP": bytes([2, 2, 0, 1])},
        {b"gAMA": struct.pack(">I", 0)},
        {b"gAMA": struct.pack(">I", 1)},
        {b"gAMA": struct.pack(">I", 2**32 - 1)},
        {b"cHRM": bytes(32)},
        {b"cHRM": struct.pack(">8I", *[30_000] * 8)},
        {b"cHRM": struct.pack(">8I", *[2**31] * 8)},
        {b"cHRM": chromaticities("srgb")[:7]},
        {b"cICP": b"\x0c"},
    ],
    ids=lambda chunks: " ".join(
        f"{kind.decode()}={body[:4].hex()}" for kind, body in chunks.items()
    ),
)
def test_what_means_srgb_or_nothing_leaves_every_bit(chunks):
    assert_near(png(SCENE, chunks), SCENE, 0)


def test_a_profile_counts_before_gamma():
    chunks = {b"gAMA": gamma(1.0)}
    photo = png(stored("display_p3"), chunks, icc_profile=profiles.profile("display_p3"))
    assert_near(photo, MUTED, 4)


def test_primaries_of_heic_are_honoured():
    options = {"color_primaries": 12, "transfer_characteristics": 13, "save_nclx_profile": True}
    data = encoded(stored("display_p3"), "HEIF", quality=95, **options)
    assert_like(decode_image(data), MUTED, 3)


def as_avif(pixels: np.ndarray, primaries: int, curve: int) -> bytes:
    data = encoded(pixels, "AVIF", quality=95)
    place = data.find(b"colrnclx") + 8
    return data[:place] + struct.pack(">HH", primaries, curve) + data[place + 4 :]


def test_primaries_of_avif_are_honoured():
    assert_like(decode_image(as_avif(stored("display_p3"), 12, 13)), MUTED, 3)


@pytest.mark.parametrize(("curve", "white"), [(HLG, HLG_WHITE), (PQ, PQ_WHITE)])
@pytest.mark.parametrize("kind", ["PNG", "AVIF"])
def test_hdr_is_brought_to_a_common_screen(curve, white, kind):
    paper = np.full((64, 64, 3), round(255 * white), np.uint8)
    chunk = {b"cICP": bytes([9, curve, 0, 1])}
    photo = png(paper, chunk) if kind == "PNG" else decode_image(as_avif(paper, 9, curve))
    assert photo.pixels.min() >= 245
    assert "HDR" in photo.notes[0]


@pytest.mark.parametrize("name", ["srgb", "display_p3", "prophoto"])
def test_a_profile_made_of_numbers_is_the_one_they_belong_to(name):
    primaries, white, exponent = profiles.PROFILES[name]
    made = decode_image(
        encoded(stored(name), icc_profile=icc.profile_of(primaries, white, exponent))
    )
    given = decode_image(encoded(stored(name), icc_profile=profiles.profile(name)))
    assert_near(made, given.pixels, 1)
