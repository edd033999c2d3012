"""Keypoints to the pixel: MediaPipe's face mesh (Kartynnik et al., 2019), and how sure it is."""

import math

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
# measured on valid, from 8% off it comes back to the same frame within a pixel in six rounds.
_PART, _SHIFT = 0.92, 0.04
_ROUNDS = 4
_STILL = 0.001  # a frame that moved less, as a share of its side, has settled
_HOPELESS = 0.001  # nine tenths of what is no face stay below it at once, 0.5% of the faces
# The way to a frame leaves a trace of a pixel in it. So where it counts the frame is rounded, to
# whole pixels and coarse steps, and found once more from there: nearly always from the same start.
_SIDE_STEP, _ROLL_STEP_DEG = 1.04, 3.0
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
        mesh, surety = self.mesh(pixels, frame)
        return np.stack([mesh[group].mean(axis=0) for group in _GROUPS]), surety

    def mesh(self, pixels: np.ndarray, frame: Frame) -> tuple[np.ndarray, float]:
        """As `look`, with all points of the mesh, float64 (468, 2), instead of six."""
        x, y = frame.points(np.array([0.5, 0.5 + _SHIFT]))
        part = Frame(x, y, frame.side * _PART, frame.roll_deg)
        seen = sampled(pixels, part, _SIDE).astype(np.float32)[None] / 255
        mesh, flag = self._model(seen)
        places = part.points(mesh.reshape(_POINTS, 3)[:, :2] / _SIDE)
        return places, float(1 / (1 + np.exp(-np.clip(flag[0], -80, 80))))

    def placed(self, pixels: np.ndarray, frame: Frame) -> tuple[np.ndarray, float] | None:
        """Where a face is, the same whatever lies around it and wherever the search began.

        Returns:
            As `look`, or None where the frame runs away: no face's does.
        """
        found = self.refined(pixels, frame, _ROUNDS)
        if found is None or found[1] < 0.5:
            return found
        return self.refined(pixels, _rounded(frame_of(found[0])), _ROUNDS)

    def refined(
        self, pixels: np.ndarray, frame: Frame, rounds: int
    ) -> tuple[np.ndarray, float] | None:
        """Look again and again, each time into the frame the last look gave.

        What is seen is always the face at one size, level and filling the frame.

        Returns:
            As `look`, or None where the frame runs away: no face's does.
        """
        started = frame.side
        for _ in range(rounds):
            if not (frame.side > _MIN_SIDE and 1 / _MAX_DRIFT < frame.side / started < _MAX_DRIFT):
                return None
            try:
                keypoints, surety = self.look(pixels, frame)
                if surety < _HOPELESS:
                    break
                before, frame = frame, frame_of(keypoints)
            except ValueError:  # it left the picture
                return None
            moved = max(abs(frame.x - before.x), abs(frame.y - before.y))
            if max(moved, abs(frame.side - before.side)) < _STILL * before.side:
                break
        return keypoints, surety


def _rounded(frame: Frame) -> Frame:
    step = math.log(_SIDE_STEP)
    side = math.exp(step * round(math.log(frame.side) / step))
    roll_deg = _ROLL_STEP_DEG * round(frame.roll_deg / _ROLL_STEP_DEG)
    return Frame(round(frame.x), round(frame.y), side, roll_deg)
