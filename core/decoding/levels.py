"""Scale samples of any integer or floating point type to 8 bits: black 0, white 255."""

import numpy as np

from core.errors import UserError

_DEPTHS = (8, 10, 12, 14, 16, 24, 32)  # bits in use; cameras and scanners leave the rest 0
_BAND_SAMPLES = 2**22  # converted at a time, to save memory
_FLOAT_WHITES = (1.0, 255.0, 65535.0)
_OVERSHOOT = 0.1  # share of white by which sharpening and resizing exceed the range


def to_bytes(samples: np.ndarray, colours: int, bits: int) -> tuple[np.ndarray, list[str]]:
    """Scale samples to 8 bits by the range that their values suggest.

    Args:
        samples: (height, width, channels), any integer or floating point type.
        colours: how many channels are colours; others (alpha) are ignored for the range.
        bits: per sample, as the file states: up to 32 for integers.

    Returns:
        uint8 of the same shape, and sentences on what was guessed.

    Raises:
        UserError: the values of black and white cannot be told.
    """
    low, high = _ends(samples[..., :colours])
    black, white = _range(samples.dtype, bits, low, high)
    scaled = np.empty(samples.shape, np.uint8)
    rows = max(1, _BAND_SAMPLES // max(1, samples[0].size))
    for top in range(0, len(samples), rows):
        band = samples[top : top + rows].astype(np.float64)
        band = (band - black) * (255.0 / (white - black))
        np.nan_to_num(band, copy=False, nan=0.0)
        scaled[top : top + rows] = np.rint(np.clip(band, 0, 255))
    notes = []
    full = (1 << bits) - 1
    if samples.dtype.kind == "u" and white < full:
        notes.append(
            f"The picture's samples end at {high:.0f} of {full}: "
            f"they were read as {int(white).bit_length()}-bit."
        )
    return scaled, notes


def _ends(samples: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest finite value; (inf, -inf) if there is none."""
    if samples.dtype.kind != "f":
        return samples.min(), samples.max()
    low, high = np.inf, -np.inf
    for row in samples:
        finite = row[np.isfinite(row)]
        if finite.size:
            low, high = min(low, finite.min()), max(high, finite.max())
    return low, high


def _range(kind: np.dtype, bits: int, low: float, high: float) -> tuple[float, float]:
    if kind.kind == "f":
        return _float_range(low, high)
    if kind.kind == "i":
        return _signed_range(bits, int(low), int(high))
    depths = _DEPTHS if bits in (16, 32) else (bits,)  # packed samples use all their bits
    return 0, next((1 << depth) - 1 for depth in depths if high < 1 << depth)


def _signed_range(bits: int, low: int, high: int) -> tuple[int, int]:
    """Black and white of signed integers: black is 0 if nothing is negative, else the minimum."""
    if low >= 0:
        depths = sorted({depth for depth in _DEPTHS if depth < bits} | {bits - 1})
        return 0, next((1 << depth) - 1 for depth in depths if high < 1 << depth)
    depth = next(d for d in (8, 16, 32) if -(1 << d - 1) <= low and high < 1 << d - 1)
    if high - low < 1 << depth - 3:  # too small a range for an offset of half the type's
        raise _unknown_range(low, high)
    return -(1 << depth - 1), (1 << depth - 1) - 1


def _float_range(low: float, high: float) -> tuple[float, float]:
    """Black 0 and white 1, 255 or 65535, with some overshoot; other ranges are refused."""
    for white in _FLOAT_WHITES:
        least = 0.0 if white == 1.0 else white / 16  # with less it may be another range
        if low >= -_OVERSHOOT * white and least <= high <= (1 + _OVERSHOOT) * white:
            return 0.0, white
    raise _unknown_range(low, high)


def _unknown_range(low: float, high: float) -> UserError:
    return UserError(
        f"The picture's samples go from {low:.4g} to {high:.4g}, and nothing says which value is "
        "black and which is white. Save it as an 8-bit or 16-bit PNG."
    )
