"""Colour spaces stated without a profile: in chunks of PNG, and in boxes of HEIC and AVIF.

PNG, third edition: cICP overrides iCCP, which overrides sRGB, which overrides gAMA and cHRM. The
codes in cICP and in the boxes are those of ITU-T H.273.
"""

import struct
from collections.abc import Iterator

from PIL import Image

from core.decoding.hdr import HLG, PQ
from core.decoding.icc import BT709, D65, profile_of

_SIGNATURE_BYTES = 8
_CICP_CHUNK, _NCLX_BOX = b"cICP", b"colrnclx"
_MOST_CHUNKS = 10_000
_PRIMARIES = {
    9: (((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), D65),  # BT.2020
    11: (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), (0.314, 0.351)),  # DCI-P3
    12: (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65),  # Display P3
}
_EXPONENTS = {4: 2.2, 5: 2.8, 8: 1.0}  # other curves are taken as sRGB's
_COMMON_EXPONENT, _ALIKE = 2.2, 0.02  # of gAMA 0.45455, which stands for sRGB's own curve
_EXPONENT_RANGE = (0.2, 5.0)


def take_stated_colours(data: bytes, image: Image.Image) -> int | None:
    """Give a picture a profile of the colour space that its file states without one.

    Args:
        data: the file.
        image: the same file, opened; its `info` may get an "icc_profile".

    Returns:
        `PQ` or `HLG` for HDR, which needs tone mapping in place of a profile; else None.
    """
    numbers = _stated_numbers(data, image)
    if numbers is not None and (image.format == "PNG" or "icc_profile" not in image.info):
        primaries, curve = numbers
        image.info.pop("icc_profile", None)
        if curve in (PQ, HLG):
            return curve
        _take(image, *_PRIMARIES.get(primaries, (BT709, D65)), _EXPONENTS.get(curve))
    elif image.format == "PNG" and not {"icc_profile", "srgb"} & image.info.keys():
        _take_gamma(image)
    return None


def _take(image: Image.Image, primaries: tuple, white: tuple, exponent: float | None) -> None:
    if (primaries, white, exponent) != (BT709, D65, None):
        image.info["icc_profile"] = profile_of(primaries, white, exponent)


def _take_gamma(image: Image.Image) -> None:
    """Use gAMA and cHRM, if they are valid."""
    gamma, points = image.info.get("gamma"), image.info.get("chromaticity")
    if not gamma and not points:
        return
    exponent = 1 / gamma if gamma else None
    if exponent and not _EXPONENT_RANGE[0] <= exponent <= _EXPONENT_RANGE[1]:
        return
    if exponent and abs(exponent - _COMMON_EXPONENT) < _ALIKE:
        exponent = None
    try:
        white, *primaries = zip(points[::2], points[1::2], strict=True) if points else (D65, *BT709)
        _take(image, tuple(primaries), tuple(white), exponent)
    except ValueError:  # no colours at all: as if it said nothing
        return


def _stated_numbers(data: bytes, image: Image.Image) -> tuple[int, int] | None:
    """The codes of the primaries and of the curve, if the file states exactly one pair."""
    if image.format == "PNG":
        chunk = next((body for kind, body in _head_chunks(data) if kind == _CICP_CHUNK), b"")
        return (chunk[0], chunk[1]) if len(chunk) == 4 else None
    if image.format not in ("HEIF", "AVIF"):
        return None
    found = set()
    place = data.find(_NCLX_BOX)
    while place >= 0:
        found.add(data[place + len(_NCLX_BOX) :][:4])
        place = data.find(_NCLX_BOX, place + 1)
    if len(found) != 1 or len(only := found.pop()) < 4:
        return None  # of several pictures: it is not known whose pair it is
    return struct.unpack(">HH", only)


def _head_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG before its picture."""
    place = _SIGNATURE_BYTES
    for _ in range(_MOST_CHUNKS):
        if place + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind == b"IDAT":
            return
        yield kind, data[place + 8 : place + 8 + length]
        place += 12 + length
