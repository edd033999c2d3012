"""Pictures of every format that is read, through decoder, crop, verdict, claims and report.

The network is a stand-in, so that thousands can be tried: what is aimed at is the decoding.
"""

import json
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from bench.torture.kinds import Part
from core.errors import UserError
from core.imaging import encode
from core.inference.report import to_contract
from core.scoring.unit import result_rows
from tests.support.scoring import FakeInspector
from tests.unit.decoding.pictures import GRAY, SCENE, tiff, tiff_of
from tests.unit.provenance.files import exif, iptc_jpeg, xmp

PNG = b"\x89PNG\r\n\x1a\n"
_SMALL = SCENE[::2, ::2].copy()  # (48, 64, 3)
_SMALL_GRAY = GRAY[::2, ::2].copy()


def parts() -> list[Part]:
    return [
        Part("JPEG", _jpegs(), attempt(), weight=3),
        Part("PNG", _pngs(), attempt(), refit=with_checksums, weight=3),
        Part("TIFF", _tiffs(), attempt(), weight=3),
        Part("WebP", _of("WEBP", {}, {"lossless": True}, _moving("WEBP")), attempt(), weight=2),
        Part("HEIC", _of("HEIF", {}, {"exif": exif({"Model": "X"})}), attempt(), weight=2),
        Part("AVIF", _of("AVIF", {}, {"quality": 30}), attempt(), weight=2),
        Part("JPEG 2000", _jpeg2000(), attempt(), weight=2),
        Part("GIF", _of("GIF", {}, {"optimize": True}, _moving("GIF")), attempt()),
        Part("BMP", _of("BMP", {}), attempt()),
        Part("PPM", [*_of("PPM", {}), encode(_SMALL_GRAY, "PPM")], attempt()),
    ]


@cache
def attempt():
    """Judge a file as a page does, by a network that costs nothing, down to its table's rows."""
    inspector = FakeInspector()

    def judge(data: bytes) -> None:
        result = inspector.judge_file("a.jpg", data, aligned=True)
        result_rows(result)
        json.dumps(to_contract(result))
        if result.error is not None:
            raise UserError(result.error)

    return judge


def _of(kind: str, *options: dict | bytes) -> list[bytes]:
    image = Image.fromarray(_SMALL)
    return [o if isinstance(o, bytes) else encode(image, kind, **o) for o in options]


def _moving(kind: str) -> bytes:
    frames = [Image.fromarray(np.roll(_SMALL, 8 * step, axis=1)) for step in range(4)]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def _jpegs() -> list[bytes]:
    image, profile = Image.fromarray(_SMALL), ImageCms.createProfile("sRGB")
    icc = ImageCms.ImageCmsProfile(profile).tobytes()
    told = exif({"Make": "M", "Software": "S", "Orientation": 6}, {"LensModel": "L"}, gps=True)
    words = xmp('xmp:CreatorTool="T"', "<photoshop:Credit>C</photoshop:Credit>")
    twins = [Image.fromarray(_SMALL), Image.fromarray(_SMALL[::2, ::2])]
    return [
        encode(image, "JPEG"),
        encode(image, "JPEG", progressive=True, quality=90, subsampling=0),
        encode(image, "JPEG", exif=told, xmp=words, icc_profile=icc, comment=b"c"),
        encode(image.convert("L"), "JPEG"),
        encode(image.convert("CMYK"), "JPEG"),
        encode(twins[0], "MPO", save_all=True, append_images=twins[1:]),
        iptc_jpeg({(2, 65): b"program", (2, 110): b"credit"}),
        encode(image, "JPEG", restart_marker_blocks=2),
    ]


def _pngs() -> list[bytes]:
    image, info = Image.fromarray(_SMALL), PngInfo()
    info.add_text("Software", "S")
    info.add_text("parameters", "steps: 20" * 50, zip=True)
    info.add_itxt("XML:com.adobe.xmp", xmp('xmp:CreatorTool="T"').decode())
    told = encode(image, "PNG", pnginfo=info, exif=exif({"Orientation": 3}), dpi=(72, 72))
    numbers = b"".join(
        (
            png_chunk(b"cICP", bytes([9, 16, 0, 1])),
            png_chunk(b"gAMA", struct.pack(">I", 45455)),
            png_chunk(b"cHRM", struct.pack(">8I", *[31270, 32900, 64000, 33000] * 2)),
        )
    )
    plain = encode(image, "PNG")
    deep = Image.fromarray(_SMALL_GRAY.astype(np.uint16) * 257)
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    modes = [image.convert(mode) for mode in ("1", "L", "LA", "P", "RGBA")]
    return [
        *(plain, told, _moving("PNG"), encode(deep, "PNG"), plain[:33] + numbers + plain[33:]),
        *(encode(each, "PNG") for each in modes),
        encode(image, "PNG", icc_profile=icc),
        encode(image.quantize(16), "PNG", transparency=3, bits=4),
    ]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_checksums(data: bytes) -> bytes:
    """The same PNG with checksums that fit, as one who means harm would write it."""
    if not data.startswith(PNG):
        return data
    fitted, place = [PNG], len(PNG)
    while place + 8 <= len(data) and len(fitted) < 10_000:
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        if len(body) < length:
            break
        fitted.append(png_chunk(kind, body))
        place += 12 + length
    return b"".join(fitted) + data[place:]


def _jpeg2000() -> list[bytes]:
    image = Image.fromarray(_SMALL)
    return [
        encode(image, "JPEG2000"),
        encode(image, "JPEG2000", irreversible=True, tile_size=(32, 32)),
        encode(image, "JPEG2000", no_jp2=True),
        encode(image.convert("L"), "JPEG2000"),
    ]


def _tiffs() -> list[bytes]:
    wide = _SMALL.astype(np.uint16) * 257
    some = {"photometric": "rgb"}
    pages = tiff_of((_SMALL, some), (_SMALL[::2, ::2], {**some, "subfiletype": 1}))
    return [
        *(tiff(_SMALL, **some), tiff(wide, **some), tiff(wide, byteorder=">", **some)),
        tiff(_SMALL, tile=(32, 32), compression="zlib", predictor=True, **some),
        tiff(wide, tile=(16, 16), compression="zlib", bigtiff=True, **some),
        tiff(_SMALL.astype(np.float32) / 255, **some),
        tiff(_SMALL_GRAY.astype(np.int16) - 128, photometric="minisblack"),
        tiff(np.moveaxis(_SMALL, 2, 0), planarconfig="separate", **some),
        *(pages, _fax(), _page("LZW"), _page("JPEG"), _page("PackBits")),
        tiff(np.dstack([_SMALL, _SMALL_GRAY]), extrasamples=["unassalpha"], **some),
        tiff_of((_SMALL[::2, ::2], {**some, "subifds": 1, "subfiletype": 1}), (_SMALL, some)),
    ]


def _page(compression: str) -> bytes:
    names = {"LZW": "tiff_lzw", "JPEG": "jpeg", "PackBits": "packbits"}
    return encode(Image.fromarray(_SMALL), "TIFF", compression=names[compression])


def _fax() -> bytes:
    return encode(Image.fromarray(_SMALL_GRAY > 128), "TIFF", compression="group4")
