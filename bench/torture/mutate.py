"""Seeded damage to files: what disks, networks, editors and ill will do to bytes."""

import random
import struct
from collections.abc import Callable, Sequence

MOST_BYTES = 2**20  # of a changed input
HEAD = 200  # where formats say what they are: half of all changes happen here
MOST_CHANGES = 6
_ENDS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 255, 256, 1000, 2**16 - 1, 2**16, 2**24)
_ENDS += (2**31 - 1, 2**31, 2**32 - 1)
_WIDTHS = ("<B", "<H", ">H", "<I", ">I", "<Q", ">Q")

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutate(
    rng: random.Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes] = ()
) -> bytes:
    """Change a file at one or several places.

    Args:
        rng: the same state gives the same bytes.
        data: a sound file.
        others: sound files of its kind, of which parts may be put into it.
        tokens: words that mean something where such files are read.
    """
    changes = _CHANGES + ((_token,) * 4 if tokens else ())
    for _ in range(min(MOST_CHANGES, 1 + int(rng.expovariate(0.7)))):
        data = rng.choice(changes)(rng, data, tokens if tokens else others)[:MOST_BYTES]
    return data


def _place(rng: random.Random, data: bytes) -> int:
    """A place in the file, the first part more often than its size would have it."""
    length = len(data)
    return rng.randrange(1 + (min(HEAD, length) if rng.random() < 0.5 else length))


def _flip(rng: random.Random, data: bytes, _) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8, 64))):
        if changed:
            changed[min(_place(rng, data), len(changed) - 1)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _set(rng: random.Random, data: bytes, _) -> bytes:
    place, value = _place(rng, data), rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256)))
    count = rng.choice((1, 1, 2, 4, 16, 256))
    return data[:place] + bytes([value]) * min(count, len(data) - place) + data[place + count :]


def _number(rng: random.Random, data: bytes, _) -> bytes:
    """A length, a count or a size says something else."""
    width, place = rng.choice(_WIDTHS), _place(rng, data)
    size = struct.calcsize(width)
    value = rng.choice((*_ENDS, len(data), max(0, len(data) - place), rng.getrandbits(8 * size)))
    said = struct.pack(width, value % (1 << 8 * size))
    return data[:place] + said + data[place + size :]


def _cut(rng: random.Random, data: bytes, _) -> bytes:
    return data[: _place(rng, data)]


def _without(rng: random.Random, data: bytes, _) -> bytes:
    place = _place(rng, data)
    return data[:place] + data[place + rng.choice((1, 2, 4, 12, 100, 1000)) :]


def _repeat(rng: random.Random, data: bytes, _) -> bytes:
    place = _place(rng, data)
    part = data[place : place + rng.choice((1, 4, 12, 60, 400, 4000))]
    return data[:place] + part * rng.choice((2, 3, 10, 200)) + data[place + len(part) :]


def _splice(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others) if others else data
    return data[: _place(rng, data)] + other[_place(rng, other) :]


def _noise(rng: random.Random, data: bytes, _) -> bytes:
    place = _place(rng, data)
    count = rng.choice((1, 8, 100, 3000))
    return data[:place] + rng.randbytes(count) + data[place + rng.choice((0, count)) :]


def _zeros(rng: random.Random, data: bytes, _) -> bytes:
    place = _place(rng, data)
    return data[:place] + bytes(len(data) - place)


def _token(rng: random.Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    place, word = _place(rng, data), rng.choice(tokens)
    return data[:place] + word + data[place + rng.choice((0, 0, len(word), 1, 4)) :]


_CHANGES: tuple[Change, ...] = (
    *(_flip, _flip, _set, _number, _number, _cut, _without, _repeat, _splice, _noise, _zeros),
)
