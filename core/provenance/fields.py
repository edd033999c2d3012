"""A file's metadata as text. No pixels are decoded."""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from defusedxml import ElementTree
from PIL import ExifTags, Image, ImageFile, IptcImagePlugin, JpegImagePlugin

from core.decoding.formats import open_image

_PNG = b"\x89PNG\r\n\x1a\n"
_TOLD_IN_PNG = frozenset({b"IHDR", b"tEXt", b"zTXt", b"iTXt", b"eXIf"})
_MOST_CHUNKS, _MOST_TEXTS = 200_000, 100
_MOST_XMP_BYTES = 2**20
_XMP = frozenset(
    {
        *("DigitalSourceType", "CreatorTool", "softwareAgent", "action", "Credit", "provenance"),
        *("Make", "Model", "Lens", "LensModel", "CreateDate", "DateCreated", "ModifyDate"),
        *("DateTimeOriginal", "Software", "li"),
    }
)
_PLACES = re.compile(
    r"GPS\w*|City|State|ProvinceState|Country|CountryName|CountryCode|Location|Sublocation"
)
_PROGRAMS = ("CreatorTool", "Software", "softwareAgent")
_IPTC = {(2, 65): "program", (2, 110): "credit"}
_IPTC_PLACES = {(2, 26), (2, 27), (2, 90), (2, 92), (2, 95), (2, 100), (2, 101)}
_EXIF = ("Make", "Model", "Software", "DateTime", "Artist", "HostComputer", "ImageDescription")
_EXIF_INNER = ("DateTimeOriginal", "LensMake", "LensModel", "UserComment")
_GPS_VERSION = 0


@dataclass
class Fields:
    """The metadata of a file.

    Attributes:
        exif, text, iptc: name of a field -> its value; `text` is PNG's text chunks, or a comment.
        xmp: name of a field, without its namespace -> its values, in the file's order.
        image_format: Pillow's name of the format.
        has_place: whether EXIF, XMP or IPTC hold a location, which is not kept.
        tables: the quantization tables of a JPEG, 64 numbers each, row by row; else empty.
        unread: names of the parts that could not be read.
    """

    exif: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    iptc: dict[str, str] = field(default_factory=dict)
    xmp: dict[str, list[str]] = field(default_factory=dict)
    image_format: str = ""
    has_place: bool = False
    tables: list[list[int]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def programs(self) -> list[str]:
        """The names of all programs in the metadata, each once."""
        names = [
            *(self.exif.get("Software", ""), self.text.get("Software", "")),
            *(name for key in _PROGRAMS for name in self.xmp.get(key, [])),
            self.iptc.get("program", ""),
        ]
        return [name for name in dict.fromkeys(names) if name]

    @property
    def credits(self) -> list[str]:
        """The credit lines in XMP and IPTC."""
        return [*self.xmp.get("Credit", []), *filter(None, [self.iptc.get("credit")])]


def read_fields(data: bytes) -> Fields:
    """Read a file's metadata; damaged parts are left out and listed in `unread`.

    Args:
        data: the bytes of a picture file, untrusted.

    Raises:
        Exception: of many types, if not even the header can be read.
    """
    found = Fields()
    with open_image(_told_in_png(data) if data.startswith(_PNG) else data) as image:
        found.image_format = image.format or ""
        for name, read in _PARTS.items():
            try:
                read(image, found)
            except Exception:  # damaged metadata raises many types
                found.unread.append(name)
    return found


def _told_in_png(data: bytes) -> bytes:
    """A PNG without its pixels: Pillow reads chunks behind them only after decoding them."""
    kept, texts = [_PNG], 0
    for kind, body in _chunks(data):
        texts += kind in _TOLD_IN_PNG
        if kind in _TOLD_IN_PNG and texts <= _MOST_TEXTS:
            checksum = struct.pack(">I", zlib.crc32(kind + body))
            kept.append(struct.pack(">I", len(body)) + kind + body + checksum)
    end = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
    return b"".join([*kept, end])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        if place + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, place)
        yield kind, data[place + 8 : place + 8 + length] if kind in _TOLD_IN_PNG else b""
        place += 12 + length


def _read_text(image: Image.Image, found: Fields) -> None:
    if image.format == "PNG":
        texts = {str(key): text for key, text in image.info.items() if isinstance(text, str)}
        found.text.update(texts)
    comment = image.info.get("comment")
    if isinstance(comment, bytes):
        found.text["comment"] = comment.decode("utf-8", "replace")


def _read_exif(image: Image.Image, found: Fields) -> None:
    exif = Image.Image.getexif(image)  # that of PNG would decode the picture first
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for names, fields in ((_EXIF, exif), (_EXIF_INNER, inner)):
        for name in names:
            if text := _as_words(fields.get(ExifTags.Base[name])):
                found.exif[name] = text
    places = set(exif.get_ifd(ExifTags.IFD.GPSInfo)) - {_GPS_VERSION}
    found.has_place |= bool(places)


def _as_words(value: object) -> str:
    """A field of EXIF as text: Pillow decodes Latin-1, but many programs write UTF-8."""
    if isinstance(value, bytes):
        return _comment(value)
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.strip("\0 ")


def _comment(value: bytes) -> str:
    """EXIF's user comment: eight bytes name its character set; UTF-16 in either byte order."""
    name, words = value[:8], value[8:]
    if not name.startswith(b"UNICODE"):
        return (
            (words if name.startswith(b"ASCII") else value).decode("utf-8", "replace").strip("\0 ")
        )
    both = [words.decode(order, "replace") for order in ("utf-16-be", "utf-16-le")]
    return max(both, key=lambda text: sum(sign.isascii() for sign in text[:1000])).strip("\0 ")


def _read_xmp(image: Image.Image, found: Fields) -> None:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    packet = packet.strip(b"\0 \r\n\t")
    if not packet:
        return
    if len(packet) > _MOST_XMP_BYTES:
        raise ValueError(f"`packet` has {len(packet)} bytes")
    for name, value in _xmp_values(ElementTree.fromstring(packet)):
        if _PLACES.fullmatch(name):
            found.has_place = True
        elif name in _XMP:
            found.xmp.setdefault(name, []).append(value)


def _xmp_values(root: Any) -> Iterator[tuple[str, str]]:
    """(name, value) of all elements and attributes that are not empty."""
    for element in root.iter():
        own = _local(element.tag)
        for name, value in ((own, element.text), *element.attrib.items()):
            local = own if _local(name) == "resource" else _local(name)
            if value and value.strip():
                yield local, value.strip()


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _read_iptc(image: ImageFile.ImageFile, found: Fields) -> None:
    for key, value in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        first = value[0] if isinstance(value, list) else value
        if key in _IPTC:
            found.iptc[_IPTC[key]] = first.decode("utf-8", "replace").strip("\0 ")
        found.has_place |= key in _IPTC_PLACES and bool(first.strip(b"\0 "))


def _read_tables(image: Image.Image, found: Fields) -> None:
    if isinstance(image, JpegImagePlugin.JpegImageFile):  # an MPO is one, too
        found.tables = [list(table) for _, table in sorted(image.quantization.items())]


_PARTS = {
    "text": _read_text,
    "EXIF": _read_exif,
    "XMP": _read_xmp,
    "IPTC": _read_iptc,
    "JPEG tables": _read_tables,
}
