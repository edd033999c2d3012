"""TIFF and DNG: choose the page with the picture, and decode samples that Pillow cannot.

tifffile reads the directories. Samples of up to 8 bits are decoded by Pillow (libtiff), which knows
their compressions and colour spaces; wider, signed and floating point ones by tifffile.
"""

import io
import logging
import math
import struct
from dataclasses import dataclass
from typing import cast

import numpy as np
import tifffile
from PIL import Image, UnidentifiedImageError

from core.decoding.colour import to_rgb
from core.decoding.formats import check_size, damaged, open_image, rare
from core.decoding.levels import to_bytes
from core.decoding.orientation import upright
from core.errors import UserError

_HEADS = {b"II*\x00": "<I", b"MM\x00*": ">I", b"II+\x00": "<Q", b"MM\x00+": ">Q"}
_MOST_PAGES = 64  # that are read
_MOST_SEGMENTS = 250_000  # strips or tiles of a page
_MOST_BYTES = 512 * 2**20  # of a page's samples, before they become bytes

_ORIENTATION, _PROFILE, _OLD_KIND = 274, 34675, 255
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType
_GRAY_WHITE_IS_ZERO, _GRAY, _RGB, _TRANSPARENCY, _CMYK = 0, 1, 2, 4, 5
_RAW = (32803, 34892)  # a sensor's samples: colour filter array, linear
_COLOURS = {_GRAY_WHITE_IS_ZERO: 1, _GRAY: 1, _RGB: 3, _CMYK: 4}
_PLAIN = frozenset({1, 5, 8, 32773, 32946})  # none, LZW, deflate, PackBits, deflate's old number
_BY_PILLOW = _PLAIN | {2, 3, 4, 6, 7, 34925, 50000}  # fax, JPEG, LZMA, Zstandard
# What tifffile takes from a directory unchecked: a hostile one has several values, or text.
_NUMBERS = ("imagewidth", "imagelength", "imagedepth", "tilewidth", "tilelength", "tiledepth")
_NUMBERS += ("samplesperpixel", "photometric", "compression", "subfiletype", "rowsperstrip")
_PREVIEW_PX = 1000  # longer side from which a raw file's preview is large enough to judge

# This app has its own sentences on damaged files.
logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class _Page:
    """A directory of the file; `family` is its number, or its parent's, in the main chain."""

    page: tifffile.TiffPage
    family: int
    orientation: int

    @property
    def kind(self) -> int:
        """NewSubfileType, with the older tag's "reduced" (2) taken in."""
        return self.page.subfiletype | (_tag(self.page, _OLD_KIND, 0) == 2)

    @property
    def sides(self) -> tuple[int, int]:
        return self.page.imagewidth, self.page.imagelength

    @property
    def area(self) -> int:
        return self.page.imagewidth * self.page.imagelength


def is_tiff(data: bytes) -> bool:
    """Whether a file begins like a TIFF or BigTIFF."""
    return data[:4] in _HEADS


def read_tiff(data: bytes) -> tuple[np.ndarray, list[str]]:
    """Decode the first page of a TIFF that is no reduced copy or mask; the preview of a raw file.

    Returns:
        Upright uint8 (height, width, 3), sRGB, and sentences on anything unusual.

    Raises:
        UserError: too many pixels, a layout or range of samples that is not known, or a raw file
            without a large preview.
        Exception: of many types, on a damaged file.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        chosen, notes = _chosen(_pages(file))
        check_size(*chosen.sides)
        if _is_for_pillow(chosen.page):
            try:
                pixels, more = _by_pillow(data, chosen)
                return pixels, notes + more
            except UnidentifiedImageError:  # a layout of channels that Pillow has no mode for
                pass
        pixels, more = _by_tifffile(chosen)
        return pixels, notes + more


def _pages(file: tifffile.TiffFile) -> list[_Page]:
    found = []
    for number in range(_MOST_PAGES):
        try:
            main = cast(tifffile.TiffPage, file.pages.get(number, aspage=True))
        except Exception:  # the end of the chain, or damage
            break
        own = _tag(main, _ORIENTATION, 1)
        found.append(_Page(main, number, own))
        inner = list(main.pages or ())[:_MOST_PAGES] if main.subifds else []
        pages = [page for page in inner if isinstance(page, tifffile.TiffPage)]
        found += [_Page(page, number, _tag(page, _ORIENTATION, own)) for page in pages]
    sound = [page for page in found if _is_sound(page.page)]
    if not sound:
        raise damaged()
    return sound


def _is_sound(page: tifffile.TiffPage) -> bool:
    numbers = all(isinstance(getattr(page, name), int) for name in _NUMBERS)
    return numbers and page.imagewidth > 0 and page.imagelength > 0


def _tag(page: tifffile.TiffPage, code: int, default: int) -> int:
    value = page.tags.valueof(code, default)
    return value if isinstance(value, int) else default


def _chosen(pages: list[_Page]) -> tuple[_Page, list[str]]:
    raw = [page for page in pages if page.page.photometric in _RAW]
    pictures = [
        page
        for page in pages
        if page not in raw and page.page.photometric != _TRANSPARENCY and not page.kind & _MASK
    ]
    full = [page for page in pictures if not page.kind & _REDUCED]
    if raw or not full:
        return _developed(raw, pictures), []
    first = full[0].family
    chosen = max((page for page in full if page.family == first), key=lambda page: page.area)
    count = len({page.family for page in full})
    if count == 1:
        return chosen, []
    return chosen, [f"The file holds {count} pages: only the first was judged."]


def _developed(raw: list[_Page], pictures: list[_Page]) -> _Page:
    """The largest picture, if it is large enough: a raw file may hold only a thumbnail."""
    best = max(pictures, key=lambda page: page.area, default=None)
    wanted = min([_PREVIEW_PX, *(max(page.sides) // 2 for page in raw)]) if raw else 0
    if best is None or max(best.sides) < wanted:
        raise UserError(
            "The file is a camera's raw file without a developed picture of its size. "
            "Develop it in a photo program and save it as JPEG or PNG."
        )
    return best


def _is_for_pillow(page: tifffile.TiffPage) -> bool:
    bits = page.bitspersample
    few = isinstance(bits, int) and bits <= 8
    return few and page.sampleformat in (None, 1, 4) and page.compression in _BY_PILLOW


def _by_pillow(data: bytes, chosen: _Page) -> tuple[np.ndarray, list[str]]:
    """Decode with Pillow, which finds only the main chain: point the header to the chosen page."""
    pattern = _HEADS[data[:4]]
    place = 4 if pattern.endswith("I") else 8
    pointed = bytearray(data)
    struct.pack_into(pattern, pointed, place, chosen.page.offset)
    with open_image(bytes(pointed)) as image:
        image.load()  # turns the picture, if the directory itself says how
        pixels, notes = to_rgb(image)
    inherited = _tag(chosen.page, _ORIENTATION, 0) == 0
    return upright(pixels, chosen.orientation if inherited else 1), notes


def _by_tifffile(chosen: _Page) -> tuple[np.ndarray, list[str]]:
    page = chosen.page
    colours = _COLOURS.get(page.photometric, 0)
    _check_layout(page, colours)
    # (separate planes, depth, height, width, samples side by side)
    stored = page.asarray(squeeze=False, maxworkers=1)
    samples = np.moveaxis(stored[:, 0], 0, -2).reshape(*stored.shape[2:4], -1)
    scaled, notes = to_bytes(samples, colours, page.bitspersample)
    del stored, samples
    if page.photometric == _GRAY_WHITE_IS_ZERO:
        np.subtract(255, scaled[..., :1], out=scaled[..., :1])
    image = _as_image(scaled, colours, page.extrasamples)
    profile = page.tags.valueof(_PROFILE)
    if isinstance(profile, bytes):
        image.info["icc_profile"] = profile
    pixels, more = to_rgb(image)
    return upright(pixels, chosen.orientation), notes + more


def _check_layout(page: tifffile.TiffPage, colours: int) -> None:
    """Refuse layouts that would be decoded wrongly or need too much memory.

    Raises:
        UserError: it is such a page, or it is damaged.
    """
    kind = page.dtype.kind if page.dtype is not None else ""
    extras = page.samplesperpixel - colours
    known = colours and page.compression in _PLAIN and page.imagedepth == 1
    if not known or extras not in (0, 1) or not _is_number(kind, page.bitspersample):
        raise rare("TIFF")
    tile = page.tilewidth * page.tilelength if page.is_tiled else 0
    check_size(max(tile, 1), 1)
    if page.nbytes > _MOST_BYTES or len(page.dataoffsets) > _MOST_SEGMENTS:
        raise UserError(
            f"The picture unpacks to {page.nbytes / 2**20:,.0f} MB in {len(page.dataoffsets):,} "
            "pieces, too much for this app. Save it as an 8-bit PNG or JPEG."
        )
    if len(page.dataoffsets) < math.prod(page.chunked):
        raise damaged()


def _is_number(kind: str, bits: int | tuple[int, ...]) -> bool:
    if not isinstance(bits, int):
        return False
    return bits <= 64 if kind == "f" else kind in ("u", "i") and bits <= 32


def _as_image(scaled: np.ndarray, colours: int, extras: tuple[int, ...]) -> Image.Image:
    """8-bit samples as a Pillow image, with alpha if the extra channel is declared as alpha."""
    alpha = {1: "RGBa", 2: "RGBA"}.get(extras[0]) if extras and colours < 4 else None
    if alpha and colours == 1:
        scaled = scaled[..., [0, 0, 0, 1]]
    elif not alpha:
        scaled = scaled[..., :colours]
    mode = alpha or {1: "L", 3: "RGB", 4: "CMYK"}[colours]
    size = scaled.shape[1], scaled.shape[0]
    return Image.frombytes(mode, size, np.ascontiguousarray(scaled).tobytes())
