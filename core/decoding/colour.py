"""Convert a picture of any Pillow mode to sRGB, by its colour profile if it has one.

Pillow converts and, for profiles, LittleCMS (PIL.ImageCms): a band of rows at a time, so that the
largest picture and its conversion fit into memory.
"""

import io
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import numpy as np
from PIL import Image, ImageChops, ImageCms

from core.decoding.levels import to_bytes

_BAND_PIXELS = 2**21
_MOST_PROFILE_BYTES = 4 * 2**20  # profiles of printing presses have half of it
_SAME = 3  # levels of 255 by which profiles that all mean sRGB differ
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_WIDE = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_ON_WHITE = "The picture has transparent parts: they were judged as lying on white."
_BROKEN = "The picture's colour profile cannot be used: its colours were taken as sRGB."

Change = Callable[[Image.Image], Image.Image]


def to_rgb(image: Image.Image) -> tuple[np.ndarray, list[str]]:
    """Convert a decoded picture to 8-bit sRGB; transparent parts are put on white.

    Returns:
        uint8 (height, width, 3), and sentences on anything unusual.
    """
    image, notes = _narrow(image)
    image, more = _inks_one_way(image)
    colours, alpha = _working_modes(image)
    change, trouble = _change(image, colours)
    see_through = False
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    rows = max(1, _BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        if alpha:
            band = band.convert("RGBA")
            see_through = see_through or bool(np.asarray(band.getchannel("A")).min() < 255)
            band = _on_white(band, change)
        else:
            band = change(band)
        pixels[top : top + rows] = np.asarray(band)
    return pixels, notes + more + trouble + [_ON_WHITE] * see_through


def _narrow(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Scale gray samples of more than 8 bits to 8 bits."""
    if image.mode not in _WIDE:
        return image, []
    wide = np.asarray(image)[..., None]
    if image.mode == "I":  # Pillow's way to hold unsigned 16-bit samples of PPM and JPEG 2000
        wide = wide.astype(np.uint32) if wide.max() > 65535 else wide.clip(0).astype(np.uint16)
    scaled, notes = to_bytes(wide, 1, 8 * wide.itemsize)
    narrow = Image.fromarray(scaled[..., 0])
    narrow.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return narrow, notes


def _inks_one_way(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Decide whether 255 means all ink or none in a CMYK JPEG without Adobe's marker.

    Adobe's files, and so Pillow, count the wrong way round; the standard does not. A photograph has
    little black ink: of the two readings the one with less of it is meant.
    """
    if image.mode != "CMYK" or image.format not in ("JPEG", "MPO") or "adobe" in image.info:
        return image, []
    black = image.getchannel("K").histogram()
    if sum(level * count for level, count in enumerate(black)) <= 127.5 * sum(black):
        return image, []
    turned = ImageChops.invert(image)
    turned.info = image.info
    return turned, []


def _working_modes(image: Image.Image) -> tuple[str, bool]:
    """The mode that holds a picture's colours, and whether it has an alpha channel as well."""
    alpha = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if image.mode in ("1", "L", "LA", "La"):
        return "L", alpha
    return (image.mode if image.mode in ("CMYK", "LAB") else "RGB"), alpha


def _change(image: Image.Image, colours: str) -> tuple[Change, list[str]]:
    """The conversion of a band to RGB, and a sentence if the profile cannot be used."""
    if colours == "LAB":
        lab = ImageCms.buildTransform(
            ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
        )
        return (lambda band: _applied(band, lab)), []
    profile = image.info.get("icc_profile")
    if not profile:
        return _as_rgb, []
    try:
        found = _transform(profile, colours)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return _as_rgb, [_BROKEN]
    if found is None:
        return _as_rgb, []
    mode, transform = found
    return (lambda band: _applied(_in_mode(band, mode), transform)), []


def _applied(band: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    # It returns None only when it changes the picture in place, which is not asked for
    return cast(Image.Image, ImageCms.applyTransform(band, transform))


@lru_cache(maxsize=8)
def _transform(profile: bytes, colours: str) -> tuple[str, ImageCms.ImageCmsTransform] | None:
    """From a profile's colours to sRGB, with the mode it takes; None if it means sRGB itself.

    Raises:
        PyCMSError, OSError, ValueError: the profile is broken, or of other colours.
    """
    if len(profile) > _MOST_PROFILE_BYTES:
        raise ValueError(f"`profile` has {len(profile)} bytes")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _SPACES.get(source.profile.xcolor_space)
    if mode is None or (mode != colours and (colours, mode) != ("L", "RGB")):
        raise ValueError(f"A profile of {source.profile.xcolor_space} on {colours}")
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    if mode == "CMYK":
        return mode, transform
    probe = _probe(mode)
    changed = np.asarray(_applied(probe, transform)).astype(int)
    if np.abs(changed - np.asarray(probe.convert("RGB"))).max() <= _SAME:
        return None
    return mode, transform


def _probe(mode: str) -> Image.Image:
    """A picture with colours from the whole gamut of a mode."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3))


def _as_rgb(band: Image.Image) -> Image.Image:
    return band.convert("RGB")


def _in_mode(band: Image.Image, mode: str) -> Image.Image:
    return band if band.mode == mode else band.convert(mode)


def _on_white(rgba: Image.Image, change: Change) -> Image.Image:
    if change is not _as_rgb:  # alpha is no colour: profiles do not touch it
        alpha = rgba.getchannel("A")
        rgba = change(rgba.convert("RGB"))
        rgba.putalpha(alpha)
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
