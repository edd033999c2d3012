"""Checks on a JPEG by its markers (ITU-T T.81, annexes B and G)."""

import re

import numpy as np

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # no restart, no stuffed byte
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_RARE_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_SCAN, _END = 0xDA, 0xD9
_COMMON_BITS = 8
_COEFFICIENTS = 64


def is_complete(jpeg: bytes) -> bool:
    """Whether a JPEG has scans of all components, frequencies and bits.

    A progressive JPEG that is cut between two scans has all its rows, coarsely, and decoders do not
    complain. Whether the last scan is complete is not checked.

    Raises:
        IndexError, KeyError, ValueError: its markers are damaged.
    """
    missing: dict[int, np.ndarray] = {}  # by component: bits still to come, of each frequency
    place = 2
    while found := _NEXT_MARKER.search(jpeg, place):
        marker = jpeg[found.start() + 1]
        if marker == _END:
            break
        start = found.end() + 2
        place = found.end() + int.from_bytes(jpeg[found.end() : start], "big")
        body = jpeg[start:place]
        if marker in _FRAMES:
            names = body[6 : 6 + 3 * body[5] : 3]
            missing = {name: np.full(_COEFFICIENTS, 8) for name in names}
        elif marker == _SCAN:
            count = body[0]
            first, last, bits = body[1 + 2 * count : 4 + 2 * count]
            for name in body[1 : 1 + 2 * count : 2]:
                missing[name][first : last + 1] = bits & 15
    return bool(missing) and not any(bits.any() for bits in missing.values())


def is_rare(jpeg: bytes) -> bool:
    """Whether a JPEG is of a kind that few programs read: more than 8 bits, lossless,
    hierarchical, or JPEG-LS."""
    place = 2
    while found := _NEXT_MARKER.search(jpeg, place):
        marker = jpeg[found.start() + 1]
        if marker in _FRAMES | _RARE_FRAMES:
            bits = jpeg[found.end() + 2 : found.end() + 3]
            return marker in _RARE_FRAMES or (bits != b"" and bits[0] != _COMMON_BITS)
        if marker in (_SCAN, _END):
            return False
        place = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
    return False
