"""Where a picture may hold faces of any size: BlazeFace on the whole and on tiles, level by level.

One look finds faces from about 6% of what it sees. So a large picture is also cut into tiles, ever
finer, until the smallest face that is looked for takes that share of a tile.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.blazeface import SIDE, BlazeFace
from core.inference.geometry import Face, face_of, merge_boxes, outside_share, square_of

MIN_FACE_PX = 40  # width of the smallest box surely found, in pixels
SEEN_SHARE = 0.09  # a box' width over the tile's side from which it is found
OVERLAP = 0.3  # of neighbouring tiles, as a share of their side
LEVEL_RATIO = 2.6  # what lies across a tile's edge is whole in a tile of the next level up
MAX_TILES = 80  # bounds the time for one picture; beyond, the smallest face grows
FLAT = 2.0  # a tile whose levels spread less holds no face
LEAST_SCORE = 0.3  # of BlazeFace; low, as every candidate is looked at again
MAX_OUTSIDE = 0.6  # of a face's square; what lies more beyond the picture is no face


@dataclass(frozen=True)
class Candidate:
    """Attributes: face by its rough keypoints; score of BlazeFace in [0, 1]."""

    face: Face
    score: float


@dataclass(frozen=True)
class Plan:
    """How finely to look at a picture.

    Attributes:
        sides: of each level's tiles, in pixels of the picture, coarse first.
        smallest_px: width of the smallest box surely found, in pixels.
    """

    sides: tuple[float, ...]
    smallest_px: int


def plan(width: int, height: int) -> Plan:
    """How finely to look at a picture of so many pixels."""
    longest, smallest_px = max(width, height), MIN_FACE_PX
    while True:
        finest = smallest_px / SEEN_SHARE
        steps = max(0, math.ceil(math.log(max(1.0, longest / finest), LEVEL_RATIO)))
        ratio = (finest / longest) ** (1 / max(1, steps))
        sides = tuple(longest * ratio**step for step in range(steps + 1))
        cuts = [len(_cuts(width, side)) * len(_cuts(height, side)) for side in sides]
        if sum(cuts) <= MAX_TILES:
            return Plan(sides, smallest_px)
        smallest_px = math.ceil(smallest_px * 1.15)


def _cuts(length: float, side: float) -> list[int]:
    """Where overlapping tiles begin that cover a length evenly."""
    if length <= side * 1.001:
        return [0]
    count = math.ceil((length - side) / (side * (1 - OVERLAP))) + 1
    return [round(start) for start in np.linspace(0, length - side, count)]


def candidates(network: BlazeFace, pixels: np.ndarray, sides: tuple[float, ...]) -> list[Candidate]:
    """What may be faces, each once, surest first.

    Args:
        network: looks.
        pixels: uint8 (height, width, 3), RGB.
        sides: of the tiles, as in `Plan`.
    """
    found: list[Candidate] = []
    level = pixels
    for side in reversed(sides):  # fine first: a coarser level is made of the one before
        level = _shrunk(level, pixels.shape, min(1.0, SIDE / side))
        found += _seen_in_tiles(network, level, pixels)
    return distinct(found)


def distinct(found: list[Candidate]) -> list[Candidate]:
    """Of candidates that cover the same face the surest, surest first."""
    kept = merge_boxes([each.face.box for each in found], [each.score for each in found])
    return [found[index] for index in kept]


def _shrunk(level: np.ndarray, shape: tuple[int, ...], scale: float) -> np.ndarray:
    size = max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))
    if size == (level.shape[1], level.shape[0]):
        return level
    return cv2.resize(level, size, interpolation=cv2.INTER_AREA)


def _seen_in_tiles(
    network: BlazeFace, level: np.ndarray, pixels: np.ndarray
) -> Iterator[Candidate]:
    corners = [(x, y) for y in _cuts(level.shape[0], SIDE) for x in _cuts(level.shape[1], SIDE)]
    for x, y in corners:
        tile = level[y : y + SIDE, x : x + SIDE]
        if len(corners) == 1 or tile[::4, ::4].std() >= FLAT:
            yield from _seen(network, tile, (x, y), level, pixels)


def _seen(
    network: BlazeFace,
    tile: np.ndarray,
    corner: tuple[int, int],
    level: np.ndarray,
    pixels: np.ndarray,
) -> Iterator[Candidate]:
    """Candidates of one tile of a level, in the pixels of the picture."""
    seen = network.look(tile, LEAST_SCORE)
    stretch = np.array([pixels.shape[1] / level.shape[1], pixels.shape[0] / level.shape[0]])
    for score, keypoints in zip(seen.scores, seen.keypoints, strict=True):
        try:
            face = face_of((keypoints + corner) * stretch)
        except ValueError:
            continue
        if outside_share(square_of(face), pixels) <= MAX_OUTSIDE:
            yield Candidate(face, float(score))
