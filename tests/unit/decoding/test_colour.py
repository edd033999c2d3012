"""Colour profiles: the same colours to the eye come out the same."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.imaging import decode_image
from tests.unit.decoding import profiles
from tests.unit.decoding.pictures import (
    GRAY,
    SCENE,
    as_rgb,
    assert_like,
    assert_near,
    decoded,
    tiff,
)

MUTED = (96 + SCENE // 4).astype(np.uint8)  # within every space, so nothing is clipped
WIDER = ["display_p3", "adobe_rgb", "prophoto", "linear"]
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}


def _stored(name: str) -> Image.Image:
    return Image.fromarray(np.rint(profiles.in_space(MUTED, name) * 255).astype(np.uint8))


@pytest.mark.parametrize("name", WIDER)
@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_profile_is_honoured(name, kind):
    image = _stored(name)
    assert np.abs(np.asarray(image).astype(int) - MUTED).max() > 8
    photo = decoded(image, kind, icc_profile=profiles.profile(name), **LOSSLESS[kind])
    assert_near(photo, MUTED, 4)
    assert photo.notes == ()


@pytest.mark.parametrize("name", WIDER)
@pytest.mark.parametrize("kind", ["JPEG", "HEIF", "AVIF"])
def test_a_profile_is_honoured_in_lossy_formats(name, kind):
    data = decoded(_stored(name), kind, icc_profile=profiles.profile(name), quality=95)
    assert_like(data, MUTED, 3)


@pytest.mark.parametrize("name", WIDER)
def test_a_profile_of_wide_samples_is_honoured(name):
    wide = np.rint(profiles.in_space(MUTED, name) * 65535).astype(np.uint16)
    data = tiff(wide, photometric="rgb", iccprofile=profiles.profile(name))
    assert_near(decode_image(data), MUTED, 4)


@pytest.mark.parametrize("name", WIDER)
def test_transparency_is_no_colour(name):
    image = _stored(name)
    image.putalpha(Image.fromarray(np.where(GRAY > 127, 255, 0).astype(np.uint8)))
    photo = decoded(image, "PNG", icc_profile=profiles.profile(name))
    assert_near(photo, np.where(GRAY[..., None] > 127, MUTED, 255), 4)


@pytest.mark.parametrize("alpha", [False, True])
def test_a_gray_profile_is_honoured(alpha):
    gray = Image.fromarray(GRAY)
    stored = Image.fromarray(np.rint((GRAY / 255.0) ** 1.5 * 255).astype(np.uint8))
    if alpha:
        stored.putalpha(255)
    profile = profiles.gray_profile(2.2 / 1.5)
    photo = decoded(stored, "PNG", icc_profile=profile)
    assert_like(photo, as_rgb(np.asarray(gray)), 2)


def test_a_palette_has_a_profile_too():
    image = _stored("prophoto").quantize(128)
    photo = decoded(image, "PNG", icc_profile=profiles.profile("prophoto"))
    assert_like(photo, MUTED, 6)


SRGB = {
    "of LittleCMS": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "by the numbers": profiles.profile("srgb"),
}


@pytest.mark.parametrize("name", SRGB)
@pytest.mark.parametrize("kind", [*LOSSLESS, "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
def test_a_profile_that_means_srgb_leaves_every_bit(name, kind, mode):
    if kind == "JPEG" and mode not in ("RGB", "L"):
        mode = "RGB"
    if kind == "WEBP" and mode == "P":
        mode = "RGBA"
    image = Image.fromarray(SCENE).convert(mode)
    options = LOSSLESS.get(kind, {})
    with_profile = decoded(image, kind, icc_profile=SRGB[name], **options)
    np.testing.assert_array_equal(with_profile.pixels, decoded(image, kind, **options).pixels)
    assert with_profile.notes == ()


BROKEN = {
    "no profile at all": b"nothing of the kind",
    "cut short": profiles.profile("prophoto")[:200],
    "of gray": profiles.gray_profile(1.0),
    "of more than 4 MB": profiles.profile("prophoto") + bytes(5 * 2**20),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_broken_profile_is_left_aside_and_that_is_said(name, kind):
    photo = decoded(Image.fromarray(SCENE), kind, icc_profile=BROKEN[name])
    assert_near(photo, SCENE, 0)
    assert photo.notes == (
        "The picture's colour profile cannot be used: its colours were taken as sRGB.",
    )


def _without_marker(data: bytes) -> bytes:
    """A JPEG without its Adobe segment (APP14), which says which way inks are counted."""
    place = data.index(b"\xff\xee\x00\x0eAdobe")
    return data[:place] + data[place + 16 :]


def _inks(black: bool) -> Image.Image:
    """The scene in inks; with black ink as presses have it, or without."""
    ink = 255 - SCENE.astype(int)
    key = ink.min(axis=2, keepdims=True) if black else np.zeros((*GRAY.shape, 1), int)
    return Image.fromarray(np.dstack([ink - key, key]).astype(np.uint8), "CMYK")


@pytest.mark.parametrize("black", [False, True])
@pytest.mark.parametrize(("marker", "turned"), [(True, False), (False, False), (False, True)])
def test_cmyk_jpeg_is_no_negative(black, marker, turned):
    inks = _inks(black)
    """With Adobe's marker it is known which way the inks are counted; without it is not."""
    file = io.BytesIO()
    stored = Image.eval(inks, lambda level: 255 - level) if turned else inks
    stored.save(file, "JPEG", quality=95, subsampling=0)
    data = file.getvalue() if marker else _without_marker(file.getvalue())
    expected = np.asarray(inks.convert("RGB"))
    assert_like(decode_image(data), expected, 6)


@pytest.mark.parametrize("kind", ["JPEG", "JPEG without marker", "TIFF", "wide TIFF"])
def test_the_inks_of_a_press_have_its_colours(kind):
    rng = np.random.default_rng(4)
    colours = rng.integers(60, 196, (2, 2, 2, 2, 3), dtype=np.uint8)
    colours[0, 0, 0, 0], colours[..., 1, :] = 255, 0  # LittleCMS wants paper white, black ink black
    profile = profiles.press_profile(colours)
    ways = rng.integers(0, 2, (6, 8, 4)) * (1, 1, 1, 0)  # no black: a photograph has little
    blocks = np.repeat(np.repeat(ways, 16, 0), 16, 1)
    expected = colours[tuple(np.moveaxis(blocks, -1, 0))]
    if "TIFF" in kind:
        inks = blocks.astype(np.uint16) * 65535 if "wide" in kind else blocks.astype(np.uint8) * 255
        photo = decode_image(tiff(inks, photometric="separated", iccprofile=profile))
        assert_near(photo, expected, 3)
        return
    file = io.BytesIO()
    image = Image.fromarray(blocks.astype(np.uint8) * 255, "CMYK")
    image.save(file, "JPEG", quality=98, subsampling=0, icc_profile=profile)
    data = file.getvalue()
    assert_like(decode_image(data if kind == "JPEG" else _without_marker(data)), expected, 6)
