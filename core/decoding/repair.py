"""Read faulty PNG and JPEG files that hold all pixels but make a strict reader fail."""

import struct
import zlib
from collections.abc import Callable

import numpy as np

from core.decoding.formats import damaged, rare
from core.decoding.jpeg_scans import is_complete, is_rare
from core.errors import UserError

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SCAN_OF_JPEG, _END_OF_JPEG = b"\xff\xda", b"\xff\xd9"
_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_HELPFUL = frozenset({b"tRNS", b"iCCP", b"sRGB", b"eXIf", b"acTL", b"fcTL", b"fdAT"})
_MOST_CHUNKS = 200_000
_MOST_PROFILE_BYTES = 4 * 2**20
_PADDING = 16  # this many zeros at the end come from a disk or download, not from the picture

Reading = tuple[np.ndarray, list[str]]
Read = Callable[[bytes], Reading]


def is_mendable(data: bytes) -> bool:
    """Whether a file begins as a PNG or JPEG; other formats are not repaired."""
    return data.startswith((_PNG, _JPEG))


def is_padded(data: bytes) -> bool:
    """Whether the end of a JPEG is zeros, as after an interrupted download.

    libjpeg decodes them as picture data and does not complain.
    """
    if not data.startswith(_JPEG) or data[-_PADDING:].strip(b"\0"):
        return False
    return data.rfind(_END_OF_JPEG) < data.rfind(_SCAN_OF_JPEG)


def read_mended(data: bytes, read: Read) -> Reading:
    """Read a faulty PNG or JPEG.

    Args:
        data: for which `is_mendable` is true.
        read: decodes a file's bytes to pixels and sentences, or raises.

    Returns:
        The pixels and sentences of `read`, with one on what is faulty.

    Raises:
        Exception: pixels are missing: a ValueError, or what `read` raises.
    """
    return _read_png(data, read) if data.startswith(_PNG) else _read_jpeg(data, read)


def fault_of(data: bytes) -> UserError:
    """The error for a file that cannot be decoded: of a rare kind, or damaged."""
    return rare("JPEG") if data.startswith(_JPEG) and is_rare(data) else damaged()


def _read_png(data: bytes, read: Read) -> Reading:
    """Read a PNG without its text and without damaged chunks that its pixels do not need."""
    kept = [_PNG]
    place = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        if place + 8 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        if kind == b"IEND":
            break
        checksum = data[place + 8 + length : place + 12 + length]
        sound = checksum == struct.pack(">I", zlib.crc32(kind + body))
        helps = kind in _HELPFUL and sound and not (kind == b"iCCP" and _is_bomb(body))
        if kind in _NEEDED or helps:
            if not sound and len(checksum) == 4:
                raise ValueError(f"The checksum of {kind!r} is wrong")
            kept.append(_chunk(kind, body))
        place += 12 + length
    kept.append(_chunk(b"IEND", b""))
    pixels, notes = read(b"".join(kept))
    return pixels, [*notes, "Parts of the file beside the picture are damaged or very large."]


def _is_bomb(profile: bytes) -> bool:
    unfolding = zlib.decompressobj()
    unfolding.decompress(profile[profile.find(b"\0") + 2 :], _MOST_PROFILE_BYTES)
    return bool(unfolding.unconsumed_tail)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _read_jpeg(data: bytes, read: Read) -> Reading:
    """Add the missing end marker to a JPEG, unless pixels are missing as well.

    If blocks are missing, a decoder goes on with the bits that follow, and zeros at the end marker;
    after the last block it reads nothing more. So it is decoded twice, the second time with noise
    before the end marker: only a complete picture comes out the same.
    """
    bare = data.rstrip(b"\0")
    if len(data) - len(bare) < _PADDING:
        bare = data
    bare = bare.removesuffix(_END_OF_JPEG[:1])
    if not is_complete(bare):
        raise ValueError("Scans of the picture are missing")
    noise = np.random.default_rng(0).integers(1, 255, 4096, dtype=np.uint8).tobytes()
    pixels, notes = read(bare + _END_OF_JPEG)
    other, _ = read(bare + b"\xfe\xfe" + noise + _END_OF_JPEG)
    if not np.array_equal(pixels, other):
        raise ValueError("Blocks of the picture are missing")
    return pixels, [*notes, "The file lacks its last bytes; the picture itself is complete."]
