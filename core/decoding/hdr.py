"""Tone mapping of high dynamic range (ITU-R BT.2100) to a standard screen.

FFmpeg's swscale does it too, but takes seconds to start and a quarter of a second per frame.
"""

from functools import cache

import cv2
import numpy as np

PQ, HLG = 16, 18  # transfer curves, numbered by ITU-T H.273
PAPER_NITS, HLG_PEAK_NITS = 203.0, 1000.0  # white paper and a grading screen, by BT.2408
HLG_SYSTEM_GAMMA = 1.2
SCREEN_GAMMA = 2.4  # BT.1886
_BAND_PIXELS = 2**22
_NIL = 1e-8  # in place of 0, whose powers take OpenCV ten times as long
_LUMINANCE = np.array([[0.2627, 0.6780, 0.0593]])  # of BT.2020
_TO_BT709 = np.array(  # BT.2087
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)


def toned_down(pixels: np.ndarray, curve: int) -> np.ndarray:
    """Map HDR colours of BT.2020 to BT.709; what is brighter than white paper is clipped.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        curve: `PQ` or `HLG`.

    Returns:
        uint8 of the same shape, RGB of BT.709, gamma 2.4; white paper is 255.
    """
    shown = np.empty_like(pixels)
    rows = max(1, _BAND_PIXELS // pixels.shape[1])
    for top in range(0, len(pixels), rows):  # as floats the largest photo would take 800 MB
        shown[top : top + rows] = _band(pixels[top : top + rows], curve)
    return shown


def _band(pixels: np.ndarray, curve: int) -> np.ndarray:
    light = cv2.LUT(pixels, _light(curve))
    if curve == HLG:  # from the light of the scene to that of a screen
        bright = cv2.pow(cv2.transform(light, _LUMINANCE) + _NIL, HLG_SYSTEM_GAMMA - 1)
        light = light * (bright[..., None] * (HLG_PEAK_NITS / PAPER_NITS))
    shown = np.clip(cv2.transform(light, _TO_BT709), _NIL, 1)
    return cv2.convertScaleAbs(cv2.pow(shown, 1 / SCREEN_GAMMA), alpha=255)


@cache
def _light(curve: int) -> np.ndarray:
    """float32 (256,): light of each 8-bit value; PQ's as a share of paper, HLG's of the scene."""
    value = np.arange(256) / 255
    if curve == PQ:
        root = value ** (32 / 2523)
        light = (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (8192 / 1305)
        return (light * 10_000 / PAPER_NITS).astype(np.float32)
    upper = (np.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(value <= 0.5, value**2 / 3, upper).astype(np.float32)
