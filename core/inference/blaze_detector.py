"""The default detector: BlazeFace proposes, the face mesh confirms and places each face."""

import numpy as np

from core.inference.alignment import frame_of
from core.inference.blazeface import BlazeFace
from core.inference.geometry import Box, Face, Found, face_of, frame_of_box, is_aligned, square_of
from core.inference.landmarks import FaceMesh
from core.inference.search import Candidate, Plan, candidates, distinct, plan

CONFIRMED = 0.5  # of the face mesh: it is a face
WHOLE_SCORE = 0.5  # of BlazeFace: a picture that is one face needs no second look
LISTED_PX = 20  # narrower boxes are left out
NEAR_ROUNDS = 1
QUICK_ROUNDS = 2  # a video is looked at again soon


class BlazeFaceDetector:
    """Finds faces of any size and tilt. One detector serves all threads."""

    name = "blazeface"

    def __init__(self):
        """Load the models.

        Raises:
            UserError: the package is not installed, or its files are damaged.
        """
        self._network, self._mesh = BlazeFace(), FaceMesh()

    def find(self, pixels: np.ndarray) -> Found:
        """The faces of a photo, and what may have been missed.

        Args:
            pixels: uint8 (height, width, 3), RGB.
        """
        height, width = pixels.shape[:2]
        search = plan(width, height)
        proposed = candidates(self._network, pixels, search.sides)
        judged = [(each, self._confirmed(pixels, each)) for each in proposed]
        sure = distinct([face for _, face in judged if face is not None])
        faces = [each.face for each in sure if each.face.box.w >= LISTED_PX]
        unsure = [each for each, face in judged if face is None]
        notes = _notes(search, len(sure) - len(faces), unsure, faces)
        return Found(tuple(_largest_first(faces)), notes)

    def detect(self, pixels: np.ndarray, *, quick: bool = False) -> list[Face]:
        """Find the faces of a picture, largest first.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            quick: look at the whole only, as a video needs it, a few times a second.
        """
        if not quick:
            return list(self.find(pixels).faces)
        proposed = candidates(self._network, pixels, (max(pixels.shape[:2]),))
        judged = [self._confirmed(pixels, each, QUICK_ROUNDS) for each in proposed]
        return _largest_first([each.face for each in distinct([e for e in judged if e])])

    def detect_near(self, pixels: np.ndarray, box: Box, roll_deg: float = 0.0) -> Box | None:
        """Find a face again where it was a moment ago.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            box: where it was.
            roll_deg: how far it was turned.

        Returns:
            Where it is now, or None.
        """
        looked = self._mesh.refined(pixels, frame_of_box(box, roll_deg), NEAR_ROUNDS)
        return _sure_face(looked).box if _sure_face(looked) else None

    def _confirmed(self, pixels: np.ndarray, proposed: Candidate, *rounds: int) -> Candidate | None:
        face, (height, width) = proposed.face, pixels.shape[:2]
        whole = is_aligned(square_of(face), face.roll_deg, width, height)
        if whole and proposed.score >= WHOLE_SCORE:
            return proposed
        frame = frame_of(np.array(face.keypoints))
        placed = _sure_face(self._mesh.refined(pixels, frame, *rounds))
        return Candidate(placed, proposed.score) if placed else None


def _sure_face(looked: tuple[np.ndarray, float] | None) -> Face | None:
    if looked is None or looked[1] < CONFIRMED:
        return None
    try:
        return face_of(looked[0])
    except ValueError:
        return None


def _largest_first(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.box.area, reverse=True)


def _notes(search: Plan, tiny: int, unsure: list[Candidate], faces: list[Face]) -> tuple[str, ...]:
    return ()
