"""Changes of the surroundings of a face, so that no background gives the class away.

If all faces before a plain wall are generated, a network learns the wall. All functions take and
return uint8 (side, side, 3), RGB, and draw only from the given random generator.
"""

import cv2
import numpy as np

MAX_EDGE, MAX_WIDE = 0.08, 0.15  # shares of the side
# Of a face framed like the data set's: where the head's ellipse lies, and its half axes.
CENTER, HALF_AXES = (0.5, 0.54), (0.38, 0.50)


def replace_background(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur everything outside the head, or replace it by a wall or coloured blobs; soft edges."""
    side = pixels.shape[0]
    mask = np.zeros((side, side), np.float32)
    axes = [round(half * side * rng.uniform(0.92, 1.1)) for half in HALF_AXES]
    middle = [round(share * side) for share in CENTER]
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, cv2.FILLED)
    mask = cv2.GaussianBlur(mask, (0, 0), side * rng.uniform(0.01, 0.04))[..., None]
    other = (_blurred, _wall, _blobs)[rng.integers(3)](pixels, rng)
    mixed = pixels * mask + other * (1 - mask)
    return np.rint(mixed).astype(np.uint8)


def widen(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pad the face by reflection, by its border or with one colour; the result is larger."""
    reach = max(1, round(rng.uniform(0, MAX_WIDE) / 2 * pixels.shape[0]))
    kind = (cv2.BORDER_REFLECT_101, cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT)[rng.integers(3)]
    colour = _colour(rng).tolist()
    return cv2.copyMakeBorder(pixels, reach, reach, reach, reach, kind, value=colour)


def paint_edges(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A plain strip at one to three edges."""
    pixels, colour = pixels.copy(), _colour(rng)
    for edge in rng.permutation(4)[: rng.integers(1, 4)]:
        strip = max(1, round(rng.uniform(0, MAX_EDGE) * pixels.shape[0]))
        turned = np.rot90(pixels, edge)  # a view: writing to it writes to the picture
        turned[:strip] = colour
    return pixels


def to_gray(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The face in gray, still with three channels."""
    gray = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """White, black, some gray, or any colour: uint8 (3,)."""
    levels = (np.full(3, 255), np.zeros(3), np.full(3, rng.integers(256)), rng.integers(0, 256, 3))
    return levels[rng.integers(4)].astype(np.uint8)


def _blurred(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(pixels, (0, 0), pixels.shape[0] * rng.uniform(0.02, 0.08))


def _wall(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A plain wall with a gradient of light and sensor noise."""
    side = pixels.shape[0]
    slope = np.linspace(-1, 1, side) * rng.uniform(0, 40)
    light = slope[:, None] if rng.random() < 0.5 else slope[None]
    wall = _colour(rng).astype(np.float32) + light[..., None]
    wall = wall + rng.standard_normal((side, side, 3), np.float32) * rng.uniform(0, 4)
    return np.clip(wall, 0, 255)


def _blobs(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    few = rng.integers(0, 256, (rng.integers(3, 9), rng.integers(3, 9), 3)).astype(np.uint8)
    return cv2.resize(few, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)
