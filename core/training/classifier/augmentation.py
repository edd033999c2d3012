"""Random augmentation of training faces, the same for both classes.

The sources of a face data set differ in JPEG tables, sharpness and crop: a network that learns
those scores well on the set and fails elsewhere. Following Wang et al. ("CNN-generated images are
surprisingly easy to spot... for now", CVPR 2020) a part of the samples is blurred, rescaled
and compressed; the rest stays clean, because the traces of a generator are as faint as the
damage itself.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from core.damage import blurred, jpeg, noisy, rescaled, to_uint8
from core.training.classifier.surroundings import paint_edges, replace_background, to_gray, widen
from core.webcam_imitation import Webcam


@dataclass(frozen=True)
class FaceAugmentation:
    """Random changes of one face, each with its own probability, after a flip with one half.

    Attributes:
        p_crop: chance of a random crop, sometimes rotated, as a detector's box would give;
            otherwise the face is shifted by an even number of pixels, which keeps the phase of the
            2x2 mean.
        min_crop: smallest side of a crop, as a share of the image's.
        max_roll_deg: largest rotation, in degrees.
        p_light: chance of another contrast, brightness and white balance.
        p_degrade: chance of blur, rescaling, noise or JPEG compression (one to three of them).
        p_gray: chance that the face becomes gray.
        p_edge: chance of plain strips at one to three edges, as crops leave them.
        p_wide: chance of padding around the face, up to 15% of the side in all.
        p_background: chance that everything outside the head is blurred or replaced.
        webcam: the imitated webcam that a filmed face goes through.
    """

    p_crop: float = 0.3
    min_crop: float = 0.7
    max_roll_deg: float = 8.0
    p_light: float = 0.6
    p_degrade: float = 0.25
    p_gray: float = 0.0
    p_edge: float = 0.0
    p_wide: float = 0.0
    p_background: float = 0.0
    webcam: Webcam = field(default_factory=Webcam)

    def __call__(
        self, pixels: np.ndarray, rng: np.random.Generator, *, filmed: bool = False
    ) -> np.ndarray:
        """Change a face.

        Args:
            pixels: uint8 (side, side, 3), RGB.
            rng: the only source of randomness.
            filmed: crop it at random and put it through `webcam`, whatever the chances say.

        Returns:
            uint8 (side', side', 3), RGB, a square.
        """
        if rng.random() < 0.5:
            pixels = pixels[:, ::-1]
        pixels = self._surround(pixels, rng)
        if filmed:
            pixels = _random_crop(pixels, rng, self.min_crop, self.max_roll_deg)
            return self.webcam(pixels, rng)
        if rng.random() < self.p_crop:
            pixels = _random_crop(pixels, rng, self.min_crop, self.max_roll_deg)
        else:
            pixels = _even_shift(pixels, rng)
        if rng.random() < self.p_light:
            pixels = _relight(pixels, rng)
        if rng.random() < self.p_degrade:
            for change in rng.permutation(4)[: rng.integers(1, 4)]:
                pixels = (_blur, _rescale, _noise, _compress)[change](pixels, rng)
        return np.ascontiguousarray(pixels)

    def _surround(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Change the surroundings and colour. A chance of 0 draws no random number."""
        changes = (
            (self.p_background, replace_background),
            (self.p_wide, widen),
            (self.p_edge, paint_edges),
            (self.p_gray, to_gray),
        )
        for chance, change in changes:
            if chance and rng.random() < chance:
                pixels = change(pixels, rng)
        return pixels


def _even_shift(pixels: np.ndarray, rng: np.random.Generator, reach: int = 6) -> np.ndarray:
    side = min(pixels.shape[:2])
    dy, dx = 2 * rng.integers(0, 2 * reach + 1, size=2)
    edge = 2 * reach
    padded = cv2.copyMakeBorder(pixels, edge, edge, edge, edge, cv2.BORDER_REFLECT_101)
    return padded[dy : dy + side, dx : dx + side]


def _random_crop(
    pixels: np.ndarray, rng: np.random.Generator, min_crop: float, max_roll_deg: float
) -> np.ndarray:
    height, width = pixels.shape[:2]
    side = round(rng.uniform(min_crop, 1.0) * min(height, width))
    if rng.random() < 0.4:
        middle = (width / 2 - 0.5, height / 2 - 0.5)
        turn = cv2.getRotationMatrix2D(middle, rng.uniform(-max_roll_deg, max_roll_deg), 1.0)
        size = (width, height)
        pixels = cv2.warpAffine(
            pixels, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
    top = rng.integers(0, height - side + 1)
    left = rng.integers(0, width - side + 1)
    return pixels[top : top + side, left : left + side]


def _relight(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    contrast, brightness = rng.uniform(0.75, 1.25), rng.uniform(-25, 25)
    balance = rng.uniform(0.95, 1.05, size=3)
    values = (pixels.astype(np.float32) - 128) * (contrast * balance) + 128 + brightness
    return to_uint8(values)


def _blur(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return blurred(pixels, rng.uniform(0.3, 2.0))


def _rescale(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = max(32, int(min(pixels.shape[:2]) * rng.uniform(0.4, 1.0)))
    down = rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    return rescaled(pixels, side, side, int(down))


def _noise(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    grain = rng.standard_normal(pixels.shape, dtype=np.float32)
    return noisy(pixels, grain, rng.uniform(1, 8))


def _compress(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return jpeg(np.ascontiguousarray(pixels), int(rng.integers(40, 96)))
