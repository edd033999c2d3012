"""ICC profiles of matrices and curves, made by the numbers (ICC.1:2010), for tests."""

import struct

import numpy as np

# Primaries and white as chromaticities x, y, and the exponent of the curve.
PROFILES = {
    "srgb": ([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], (0.3127, 0.3290), None),
    "display_p3": ([(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)], (0.3127, 0.3290), None),
    "adobe_rgb": ([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], (0.3127, 0.3290), 563 / 256),
    "prophoto": ([(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)], (0.3457, 0.3585), 1.8),
    "linear": ([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], (0.3127, 0.3290), 1.0),
}
D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def to_xyz(name: str) -> np.ndarray:
    """The matrix from a profile's linear colours to XYZ under D50."""
    primaries, white, _ = PROFILES[name]
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    light = np.array([white[0] / white[1], 1, (1 - sum(white)) / white[1]])
    matrix = columns * np.linalg.solve(columns, light)
    scale = np.diag((_BRADFORD @ D50) / (_BRADFORD @ light))
    return np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD @ matrix


def linear(values: np.ndarray, exponent: float | None) -> np.ndarray:
    """Stored values in 0..1 as light; without an exponent sRGB's own curve."""
    if exponent is not None:
        return values**exponent
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def stored(light: np.ndarray, exponent: float | None) -> np.ndarray:
    """The other way round."""
    light = np.clip(light, 0, 1)
    if exponent is not None:
        return light ** (1 / exponent)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def in_space(pixels: np.ndarray, name: str) -> np.ndarray:
    """What an sRGB picture (uint8) is stored as in a wider space: floats in 0..1."""
    light = linear(pixels / 255.0, None) @ (np.linalg.inv(to_xyz(name)) @ to_xyz("srgb")).T
    return stored(light, PROFILES[name][2])


def _curve(exponent: float | None) -> bytes:
    if exponent is None:  # sRGB's as a table
        table = np.rint(linear(np.linspace(0, 1, 1024), None) * 65535).astype(">u2")
        return struct.pack(">4sII", b"curv", 0, len(table)) + table.tobytes()
    return struct.pack(">4sIIH", b"curv", 0, 1, round(exponent * 256))


def _xyz(values: np.ndarray) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(value * 65536) for value in values))


def profile(name: str) -> bytes:
    """An RGB profile by name."""
    columns = to_xyz(name).T
    tags = {b"wtpt": _xyz(D50)}
    tags |= {b"rgb"[i : i + 1] + b"XYZ": _xyz(columns[i]) for i in range(3)}
    tags |= {b"rgb"[i : i + 1] + b"TRC": _curve(PROFILES[name][2]) for i in range(3)}
    return _packed(b"RGB ", name, tags)


def gray_profile(exponent: float) -> bytes:
    """A gray profile of one curve."""
    return _packed(b"GRAY", "gray", {b"wtpt": _xyz(D50), b"kTRC": _curve(exponent)})


def press_profile(colours: np.ndarray) -> bytes:
    """A CMYK profile that prints each of the 16 ways of all or no ink as a given sRGB colour.

    Args:
        colours: uint8 (2, 2, 2, 2, 3) by cyan, magenta, yellow and black ink.
    """
    xyz = linear(colours.reshape(16, 3) / 255.0, None) @ to_xyz("srgb").T / D50
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (xyz * 24389 / 27 + 16) / 116)
    lightness = 116 * root[:, 1] - 16
    ab = 128 + np.stack([500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], axis=1)
    corners = np.rint(np.column_stack([lightness * 2.55, ab])).clip(0, 255).astype(np.uint8)
    identity = bytes(range(256))
    unit = struct.pack(">9i", *np.rint(np.eye(3) * 65536).astype(int).ravel())
    table = struct.pack(">4sI4B", b"mft1", 0, 4, 3, 2, 0) + unit
    table += 4 * identity + corners.tobytes() + 3 * identity
    return _packed(b"CMYK", "press", {b"wtpt": _xyz(D50), b"A2B0": table}, b"Lab ")


def _packed(space: bytes, name: str, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ") -> bytes:
    """A profile of version 2.4; `pcs` is the space that its tags lead to."""
    text = name.encode() + b"\0"
    tags = {
        b"desc": struct.pack(">4sII", b"desc", 0, len(text)) + text + bytes(78),
        b"cprt": struct.pack(">4sI", b"text", 0) + b"none\0",
        **tags,
    }
    place = 128 + 4 + 12 * len(tags)
    directory, bodies = struct.pack(">I", len(tags)), b""
    for tag, body in tags.items():
        body += bytes(-len(body) % 4)
        directory += struct.pack(">4sII", tag, place + len(bodies), len(body))
        bodies += body
    head = struct.pack(
        ">I4xI4s4s4s12x4s", place + len(bodies), 0x02400000, b"mntr", space, pcs, b"acsp"
    )
    head += bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head + bytes(128 - len(head)) + directory + bodies
