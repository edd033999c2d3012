"""BlazeFace (Bazarevsky et al., 2019): where faces may be, with six keypoints each."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.inference.mediapipe import TfliteModel

KEYPOINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")  # the person's
BLEND_IOU = 0.3  # MediaPipe's: boxes that overlap more are one face, and are averaged
_FILE = "face_detection_back.tflite"
SIDE = 256  # of the model's square input, in pixels
_GRIDS = ((16, 2), (32, 6))  # stride in pixels and anchors a cell, from MediaPipe's graph
_OVERFLOW = 80.0  # of the exponential in float32


@dataclass(frozen=True)
class Detections:
    """What may be faces, surest first; places are in the pixels of what was looked at.

    Attributes:
        scores: float32 (n,) in [0, 1].
        boxes: float32 (n, 4): left, top, width, height.
        keypoints: float32 (n, 6, 2): x and y in the order of `KEYPOINTS`.
    """

    scores: np.ndarray
    boxes: np.ndarray
    keypoints: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)


def anchors() -> np.ndarray:
    """Middles of the model's anchors: float32 (896, 2), x and y in pixels of the input."""
    parts = []
    for stride, count in _GRIDS:
        middles = (np.arange(SIDE // stride) + 0.5) * stride
        grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
        parts.append(np.repeat(grid, count, axis=0))
    return np.concatenate(parts).astype(np.float32)


_ANCHORS = anchors()


def decode(scores: np.ndarray, regressors: np.ndarray, least: float) -> Detections:
    """Read the model's output as MediaPipe's `tensors_to_detections` does.

    Args:
        scores: float32 (896,), before the sigmoid.
        regressors: float32 (896, 16): middle, size and keypoints in pixels of the input, all
            but the size relative to the anchor.
        least: lower scores are left out, in [0, 1].
    """
    chances = 1 / (1 + np.exp(-np.clip(scores, -_OVERFLOW, _OVERFLOW)))
    chosen = np.flatnonzero(chances >= least)
    chosen = chosen[np.argsort(-chances[chosen], kind="stable")]
    points = regressors[chosen].reshape(-1, 8, 2)
    origin = _ANCHORS[chosen][:, None]
    sizes = np.maximum(points[:, 1:2], 1e-3)
    boxes = np.concatenate([points[:, :1] + origin - sizes / 2, sizes], axis=1).reshape(-1, 4)
    return Detections(chances[chosen], boxes, points[:, 2:] + origin)


def blended(found: Detections) -> Detections:
    """One detection for each face: those that overlap, averaged by their scores (MediaPipe)."""
    scores, boxes, points = [], [], []
    left = np.arange(len(found))
    while len(left):
        same = _iou(found.boxes[left[0]], found.boxes[left]) > BLEND_IOU
        same[0] = True
        weights = found.scores[left][same]
        scores.append(found.scores[left[0]])
        boxes.append(np.average(found.boxes[left][same], axis=0, weights=weights))
        points.append(np.average(found.keypoints[left][same], axis=0, weights=weights))
        left = left[~same]
    return Detections(
        np.array(scores, np.float32),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(points, np.float32).reshape(-1, 6, 2),
    )


def _iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    ends = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    shared = np.clip(ends - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(axis=1)
    return shared / np.maximum(box[2:].prod() + boxes[:, 2:].prod(axis=1) - shared, 1e-6)


def letterboxed(pixels: np.ndarray, border: float = 0.0) -> tuple[np.ndarray, float, np.ndarray]:
    """A picture scaled into the middle of a black square, as MediaPipe feeds its models.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        border: black on each side at least, as a share of the picture's longer side.

    Returns:
        (uint8 (256, 256, 3), the scale, its (left, top) in the square).
    """
    height, width = pixels.shape[:2]
    scale = SIDE / (max(height, width) * (1 + 2 * border))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if (width, height) != size:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        pixels = cv2.resize(pixels, size, interpolation=method)
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    square[top : top + size[1], left : left + size[0]] = pixels
    return square, scale, np.array([left, top], np.float32)


class BlazeFace:
    """The `back` model, for cameras that look outwards: faces from 5% of the picture on."""

    def __init__(self):
        """Compile the model.

        Raises:
            UserError: the package is not installed, or its file is damaged.
        """
        self._model = TfliteModel(_FILE, (len(_ANCHORS), len(_ANCHORS) * 16))

    def look(self, pixels: np.ndarray, least: float, border: float = 0.0) -> Detections:
        """Look at a picture once, as a whole; safe from several threads.

        Args:
            pixels: uint8 (height, width, 3), RGB, of any size.
            least: lower scores are left out, in [0, 1].
            border: as in `letterboxed`.

        Returns:
            One detection for each face, in pixels of the picture.
        """
        square, scale, corner = letterboxed(pixels, border)
        scores, regressors = self._model(square.astype(np.float32)[None] / 127.5 - 1)
        found = blended(decode(scores, regressors.reshape(-1, 16), least))
        boxes = found.boxes.copy()
        boxes[:, :2] -= corner
        return Detections(found.scores, boxes / scale, (found.keypoints - corner) / scale)
