"""Make an ICC profile from primaries, a white point and a transfer curve (ICC.1:2010)."""

import struct

import numpy as np

Chromaticity = tuple[float, float]  # x and y of CIE 1931
D65 = (0.3127, 0.3290)
BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_D50 = np.array([0.9642, 1.0, 0.8249])  # white of every profile's XYZ
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_TABLE = 1024  # values of a curve
_HEADER_BYTES, _TAG_BYTES = 128, 12


def srgb_light(values: np.ndarray) -> np.ndarray:
    """Linear light in [0, 1] of stored values in [0, 1], by sRGB's curve (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def profile_of(
    primaries: tuple[Chromaticity, ...], white: Chromaticity, exponent: float | None
) -> bytes:
    """Make an RGB profile.

    Args:
        primaries: x and y of red, green and blue.
        white: x and y of the white point.
        exponent: linear light is the stored value to this power; None for sRGB's curve.

    Returns:
        The bytes of a display profile of version 2.4.

    Raises:
        ValueError: no such chromaticities, or the white lies outside their gamut.
    """
    columns = _to_d50(primaries, white).T
    tags = {b"wtpt": _xyz(_D50)}
    tags |= {letter + b"XYZ": _xyz(columns[at]) for at, letter in enumerate((b"r", b"g", b"b"))}
    tags |= {letter + b"TRC": _curve(exponent) for letter in (b"r", b"g", b"b")}
    return _packed(tags)


def _to_d50(primaries: tuple[Chromaticity, ...], white: Chromaticity) -> np.ndarray:
    """The matrix from linear colours to XYZ as seen under D50."""
    points = np.array([*primaries, white], float)
    if not np.isfinite(points).all() or not (points[:, 1] > 1e-6).all():
        raise ValueError(f"No chromaticities: {points.tolist()}")
    shares = np.column_stack([points, 1 - points.sum(axis=1)]) / points[:, 1:]
    columns, light = shares[:3].T, shares[3]
    try:
        amounts = np.linalg.solve(columns, light)
    except np.linalg.LinAlgError as error:
        raise ValueError("Primaries on a line make no colours") from error
    if not (amounts > 0).all():
        raise ValueError("The white lies outside of what the primaries make")
    adapted = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ light))
    return np.linalg.inv(_BRADFORD) @ adapted @ _BRADFORD @ (columns * amounts)


def _xyz(values: np.ndarray) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(float(value) * 65536) for value in values))


def _curve(exponent: float | None) -> bytes:
    steps = np.linspace(0, 1, _TABLE)
    light = srgb_light(steps) if exponent is None else steps**exponent
    return struct.pack(">4sII", b"curv", 0, _TABLE) + np.rint(light * 65535).astype(">u2").tobytes()


def _packed(tags: dict[bytes, bytes]) -> bytes:
    """A display profile of version 2.4 with these tags."""
    name = b"stated\0"
    tags = {
        b"desc": struct.pack(">4sII", b"desc", 0, len(name)) + name + bytes(79),
        b"cprt": struct.pack(">4sI", b"text", 0) + b"none\0",
        **tags,
    }
    directory, body = struct.pack(">I", len(tags)), b""
    start = _HEADER_BYTES + len(directory) + _TAG_BYTES * len(tags)
    for kind, content in tags.items():
        directory += struct.pack(">4sII", kind, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    header = struct.pack(">I4xI4s4s4s12x4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    header = header.ljust(68, b"\0") + struct.pack(
        ">3i", *(round(float(value) * 65536) for value in _D50)
    )
    return header.ljust(_HEADER_BYTES, b"\0") + directory + body
