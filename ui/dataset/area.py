"""Which faces were chosen on the map, as a word of the address: a bit for each face there."""

import base64
import binascii
import hashlib
import zlib

import numpy as np

MOST_SIGNS = 600  # of a word that is read; one of 2,000 faces has 360 at most


def to_word(chosen: np.ndarray, among: np.ndarray, version: str) -> str:
    """The chosen faces as a word.

    Args:
        chosen: rows of the data set, int (n,).
        among: rows of the faces on the map, int (m,), rising.
        version: of the data set: of another one a word says nothing.
    """
    bits = np.packbits(np.isin(among, chosen)).tobytes()
    packed = base64.urlsafe_b64encode(zlib.compress(bits, 9)).decode().rstrip("=")
    return _stamp(among, version) + packed


def from_word(word: str, among: np.ndarray, version: str) -> np.ndarray | None:
    """The chosen rows, int64 (n,); None where the word is none, or is of other faces.

    Args:
        word: of `to_word`; may come from anybody.
        among, version: as there.
    """
    stamp = _stamp(among, version)
    if not word.startswith(stamp) or len(word) > MOST_SIGNS:
        return None
    packed, size = word[len(stamp) :], -(-len(among) // 8)
    try:
        data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        bits = zlib.decompressobj().decompress(data, size + 1)
    except (ValueError, binascii.Error, zlib.error):
        return None
    if len(bits) != size:
        return None
    mask = np.unpackbits(np.frombuffer(bits, np.uint8))[: len(among)].astype(bool)
    return np.asarray(among, np.int64)[mask] if mask.any() else None


def _stamp(among: np.ndarray, version: str) -> str:
    """What tells one map's faces from another's, in eight signs."""
    told = version.encode() + np.asarray(among, np.int64).tobytes()
    return hashlib.sha256(told).hexdigest()[:8]
