"""What goes on inside the classifier: maps of its layers, and how they follow a moving face."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.open_cnn import LAYERS, open_cnn

MAX_SHIFT_PX = 16
FIELDS_PX = {"conv1": 3, "conv2": 12, "conv3": 22}  # receptive fields: the side of each
STEPS_PX = {"conv1": 1, "conv2": 2, "conv3": 4}  # pixels of the face between two values of a map


def look_inside(faces: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Maps and log-odds of faces.

    Args:
        faces: float32 (n, 128, 128, 3) in [0, 1].

    Returns:
        (layer -> float32 (n, h, w, filters) >= 0, log-odds of fake before calibration: (n,)).

    Raises:
        UserError: the weights are missing or were changed.
    """
    cnn = open_cnn()
    maps, log_odds = zip(*(cnn.maps(face) for face in faces), strict=True)
    together = {layer: np.stack([one[layer] for one in maps]) for layer in LAYERS}
    return together, np.array(log_odds, np.float32)


def shifted(face: np.ndarray, right_px: int, down_px: int) -> np.ndarray:
    """A face moved within its frame; the border is repeated.

    Args:
        face: float32 (128, 128, 3).
        right_px, down_px: how far.
    """
    matrix = np.array([[1, 0, right_px], [0, 1, down_px]], np.float32)
    size = face.shape[1], face.shape[0]
    return cv2.warpAffine(face, matrix, size, borderMode=cv2.BORDER_REPLICATE)


def equivariance(
    before: np.ndarray, after: np.ndarray, layer: str, right_px: int, down_px: int
) -> float:
    """How exactly a layer's maps moved with the face: their correlation after moving them back.

    Args:
        before, after: maps (h, w, filters) of the face and of the moved face.
        layer: one of `LAYERS`.
        right_px, down_px: how far the face was moved.

    Returns:
        Pearson's r over the part that is in both, in [-1, 1]; 1 is exact. A step that is no
        multiple of the layer's own is rounded, which costs some.
    """
    right, down = (round(step / STEPS_PX[layer]) for step in (right_px, down_px))
    height, width = before.shape[:2]
    edge = 1 + MAX_SHIFT_PX // STEPS_PX[layer]  # the repeated border is left out
    rows, columns = slice(edge, height - edge), slice(edge, width - edge)
    moved = np.roll(after, (-down, -right), axis=(0, 1))[rows, columns].ravel()
    still = before[rows, columns].ravel()
    if moved.std() < 1e-9 or still.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(still, moved)[0, 1])


@dataclass(frozen=True)
class Favourite:
    """Where a filter responds most.

    Attributes:
        number: of the filter.
        patch: float32 (side, side, 3): the part of the face it sees there, a view of it.
        strength: its value there.
    """

    number: int
    patch: np.ndarray
    strength: float


def likes_of(face: np.ndarray) -> dict[str, list[Favourite]]:
    """For every filter that responds at all, the part of a face that it responds to most.

    Args:
        face: float32 (128, 128, 3) in [0, 1].

    Returns:
        Layer of `LAYERS` -> its filters, in their order.

    Raises:
        UserError: the weights are missing or were changed.
    """
    maps, _ = open_cnn().maps(face)
    return {layer: _likes(face, maps[layer], layer) for layer in LAYERS}


def _likes(face: np.ndarray, maps: np.ndarray, layer: str) -> list[Favourite]:
    side, jump = FIELDS_PX[layer], STEPS_PX[layer]
    found = []
    for number, where in enumerate(maps.reshape(-1, maps.shape[-1]).argmax(axis=0)):
        row, column = np.unravel_index(where, maps.shape[:2])
        strength = float(maps[row, column, number])
        if strength > 0:
            top, left = row * jump, column * jump
            patch = face[top : top + side, left : left + side]
            found.append(Favourite(number, patch, strength))
    return found


def favourites(found: Iterable[Favourite], count: int = 24) -> list[Favourite]:
    """The filters that respond most, the strongest first, each with what it responds to most.

    Of those that respond to overlapping parts of one face only the strongest is taken: a single
    corner may please half of a layer.

    Args:
        found: of `likes_of`, of one layer and of any number of faces, one after the other.
        count: how many filters at most.
    """
    best: dict[int, Favourite] = {}
    for one in found:
        if one.number not in best or one.strength > best[one.number].strength:
            best[one.number] = one
    chosen: list[Favourite] = []
    for one in sorted(best.values(), key=lambda one: -one.strength):
        if not any(np.shares_memory(one.patch, other.patch) for other in chosen):
            chosen.append(one)
    return chosen[:count]


def first_kernels() -> np.ndarray:
    """The first layer's filters: float32 (64, 3, 3, 3), filter first, RGB last.

    Raises:
        UserError: the weights are missing or were changed.
    """
    return open_cnn().first_kernels
