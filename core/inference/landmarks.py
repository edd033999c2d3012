"""Keypoints to the pixel: MediaPipe's face mesh (Kartynnik et al., 2019), and how sure it is."""

import numpy as np

from core.inference.alignment import Frame, frame_of, sampled
from core.inference.mediapipe import TfliteModel

_FILE = "face_landmark.tflite"
_SIDE = 192  # of the model's square input, in pixels
_POINTS = 468
# Points of the mesh that are averaged to each of BlazeFace's six keypoints. Of the mouth FFHQ
# takes the corners.
_GROUPS = ([33, 133, 159, 145], [263, 362, 386, 374], [1], [61, 291], [234], [454])
# The part of a face's frame the model sees. It drifts where a face looks smaller than this:
# measured on valid, it then comes back to the same frame from 10% off in two or three rounds.
_PART, _SHIFT = 0.92, 0.04
_ROUNDS = 3
_STILL = 0.004  # a frame that moved less, as a share of its side, has settled
_MIN_SIDE, _MAX_DRIFT = 4.0, 3.0  # a frame that collapses or bursts is no face's


class FaceMesh:
    """Finds eyes, nose and mouth in a frame that a detector proposed. Threads may share it."""

    def __init__(self):
        """Compile the model.

        Raises:
            UserError: the package is not installed, or its file is damaged.
        """
        self._model = TfliteModel(_FILE, (_POINTS * 3, 1))

    def look(self, pixels: np.ndarray, frame: Frame) -> tuple[np.ndarray, float]:
        """Look into a frame once.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            frame: where a face lies, roughly.

        Returns:
            (float64 (6, 2): keypoints in pixels of the picture, that it is a face: in [0, 1]).
        """
        x, y = frame.points(np.array([0.5, 0.5 + _SHIFT]))
        part = Frame(x, y, frame.side * _PART, frame.roll_deg)
        seen = sampled(pixels, part, _SIDE).astype(np.float32)[None] / 255
        mesh, flag = self._model(seen)
        places = mesh.reshape(_POINTS, 3)[:, :2] / _SIDE
        points = np.stack([places[group].mean(axis=0) for group in _GROUPS])
        return part.points(points), float(1 / (1 + np.exp(-np.clip(flag[0], -80, 80))))

    def refined(
        self, pixels: np.ndarray, frame: Frame, rounds: int = _ROUNDS
    ) -> tuple[np.ndarray, float] | None:
        """Look again and again, each time into the frame the last look gave.

        What is seen is always the face at one size, level and filling the frame, so neither the
        size of the picture nor what lies around the face moves the result.

        Returns:
            As `look`, or None where the frame runs away: no face's does.
        """
        started = frame.side
        for _ in range(rounds):
            if not (frame.side > _MIN_SIDE and 1 / _MAX_DRIFT < frame.side / started < _MAX_DRIFT):
                return None
            try:
                keypoints, surety = self.look(pixels, frame)
                before, frame = frame, frame_of(keypoints)
            except ValueError:  # it left the picture
                return None
            moved = np.hypot(frame.x - before.x, frame.y - before.y)
            if max(moved, abs(frame.side - before.side)) < _STILL * before.side:
                break
        return keypoints, surety
