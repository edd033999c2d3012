"""The default detector: BlazeFace proposes, the face mesh places and confirms each face."""

from dataclasses import dataclass

import numpy as np

from core.inference.alignment import Frame, frame_of, sampled
from core.inference.blazeface import SIDE, BlazeFace
from core.inference.geometry import (
    Box,
    Face,
    Found,
    face_of,
    frame_of_box,
    is_aligned,
    picture_in,
    quarter_turned,
    square_of,
)
from core.inference.landmarks import FaceMesh
from core.inference.search import LEAST_SCORE, MIN_FACE_PX, Candidate, candidates, distinct, plan

# Chosen on valid and on pictures without a face (`python -m bench.detector`).
CONFIRMED = 0.5  # of the face mesh: it may be a face
AGAIN = 0.6  # of BlazeFace's second look, level and with room around the face: it is one
# BlazeFace takes a face on its head, and some on their side, for upright; the mesh is never sure.
UPRIGHT = 0.9999  # of the mesh: from here on it is not asked again in the other directions,
ANY_WAY = 0.05  # nor below: no face in any
OTHER_WAYS = (2, 1, 3)  # quarters
ODD_ROLL_DEG = 60.0  # a face that lies so much otherwise than BlazeFace saw it is odd: for it the
ODD_MESH = 0.999  # mesh has to be as sure as of hardly anything that only resembles a face
TURNED_LEVELS = 2  # of the search, where a picture is turned because it shows no face
SURE_SCORE, SURE_MESH = 0.5, 0.95  # where both are reached no second look is needed
DOUBTFUL = 0.2  # of the face mesh: what is refused from here on may be a face after all
WHOLE_SCORE = 0.55  # of BlazeFace: a picture that is one aligned face needs no mesh
CONTEXT = 2.0  # side of the second look over that of the face's frame
BORDERS = (0.25, 0.5)  # room given to a face that fills the picture, as shares of the picture
FILLING_SCORE, FILLING_SHARE = 0.66, 0.75  # mean of both looks; frame over the shorter side
SAME_PLACE, SAME_SIZE = 0.3, 1.8  # two looks mean one face within these
LISTED_PX = 20  # narrower boxes are counted, not listed
MANY_SMALL = 3
QUICK_ROUNDS, NEAR_ROUNDS = 2, 1  # a video is looked at again soon


@dataclass(frozen=True)
class _Opinion:
    """Attributes: the face, or None; doubt: it was refused and may be one."""

    face: Candidate | None
    doubt: bool = False


class BlazeFaceDetector:
    """Finds faces of any size and tilt. One detector serves all threads."""

    name = "blazeface"

    def __init__(self):
        """Find the models.

        Raises:
            UserError: the package is not installed, or lacks a file.
        """
        self._network, self._mesh = BlazeFace(), FaceMesh()

    def find(self, pixels: np.ndarray) -> Found:
        """The faces of a photo, and what may have been missed.

        Args:
            pixels: uint8 (height, width, 3), RGB.
        """
        search = plan(pixels.shape[1], pixels.shape[0])
        proposed = candidates(self._network, pixels, search.sides)
        opinions = [self._confirmed(pixels, each, quick=False) for each in proposed]
        sure = distinct([each.face for each in opinions if each.face])
        sure = sure or self._filling(pixels) or self._lying(pixels, search.sides)
        faces = [each.face for each in sure if each.face.box.w >= LISTED_PX]
        notes = _notes(
            faces,
            tiny=len(sure) - len(faces),
            doubts=sum(each.doubt for each in opinions) if not faces else 0,
            smallest_px=search.smallest_px,
            shorter_px=min(pixels.shape[:2]),
        )
        return Found(_largest_first(faces), notes)

    def detect(self, pixels: np.ndarray, *, quick: bool = False) -> list[Face]:
        """Find the faces of a picture, largest first.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            quick: look at the whole only, as a video needs it, a few times a second.
        """
        if not quick:
            return list(self.find(pixels).faces)
        proposed = candidates(self._network, pixels, (max(pixels.shape[:2]),))
        opinions = [self._confirmed(pixels, each, quick=True) for each in proposed]
        sure = distinct([each.face for each in opinions if each.face])
        return list(_largest_first([each.face for each in sure]))

    def detect_near(self, pixels: np.ndarray, box: Box, roll_deg: float = 0.0) -> Box | None:
        """Find a face again where it was a moment ago.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            box: where it was.
            roll_deg: how far it was turned.

        Returns:
            Where it is now, or None.
        """
        if min(box.w, box.h) < 1:
            return None
        looked = self._mesh.refined(pixels, frame_of_box(box, roll_deg), NEAR_ROUNDS)
        face = _face_seen(looked)
        return face.box if face else None

    def _confirmed(
        self, pixels: np.ndarray, proposed: Candidate, quick: bool, lying: bool = False
    ) -> _Opinion:
        """Whether there is a face; one that lies has to pass both of the closer looks."""
        face, whole_picture = proposed.face, Box(0, 0, pixels.shape[1], pixels.shape[0])
        whole = is_aligned(square_of(face), face.roll_deg, whole_picture)
        frame = frame_of(np.array(face.keypoints))
        if whole and proposed.score >= WHOLE_SCORE:
            return _Opinion(proposed if quick else self._right_way_up(pixels, proposed, frame))
        if quick:
            looked = self._mesh.refined(pixels, frame, QUICK_ROUNDS)
        else:
            looked = self._placed_any_way(pixels, frame)
        placed = _face_seen(looked)
        if looked is None or placed is None:
            return _Opinion(None, doubt=looked is not None and looked[1] >= DOUBTFUL)
        odd = lying or _degrees_apart(placed.roll_deg, frame.roll_deg) > ODD_ROLL_DEG
        sure_mesh = looked[1] >= (ODD_MESH if odd else SURE_MESH)
        if not odd and sure_mesh and proposed.score >= SURE_SCORE:
            return _Opinion(Candidate(placed, proposed.score))
        if (sure_mesh or not odd) and self._score_in_context(pixels, placed) >= AGAIN:
            return _Opinion(Candidate(placed, proposed.score))
        return _Opinion(None, doubt=True)

    def _right_way_up(self, pixels: np.ndarray, proposed: Candidate, frame: Frame) -> Candidate:
        """A picture that is one aligned face, as it was proposed or the way it really lies."""
        if self._mesh.look(pixels, frame)[1] >= UPRIGHT:
            return proposed
        looked = self._mesh.placed(pixels, frame)
        other = _surest([self._mesh.placed(pixels, frame.turned(q)) for q in OTHER_WAYS])
        face = _face_seen(other)
        if face is None or other is None or other[1] < max(ODD_MESH, looked[1] if looked else 0.0):
            return proposed
        return Candidate(face, proposed.score)

    def _placed_any_way(self, pixels: np.ndarray, frame: Frame) -> tuple[np.ndarray, float] | None:
        """As `_placed`; where that leaves doubt, also from the frame in the other directions."""
        looked = self._placed(pixels, frame)
        if looked is None or not ANY_WAY <= looked[1] < UPRIGHT:
            return looked
        other = _surest([self._placed(pixels, frame.turned(q)) for q in OTHER_WAYS])
        return other if other and other[1] > max(ODD_MESH, looked[1]) else looked

    def _lying(self, pixels: np.ndarray, sides: tuple[float, ...]) -> list[Candidate]:
        """Faces of a picture that seems to show none: those on their heads or their sides."""
        for quarters in OTHER_WAYS:
            turned = np.ascontiguousarray(np.rot90(pixels, quarters))
            seen = candidates(self._network, turned, sides[:TURNED_LEVELS])
            proposed = [each for each in seen if each.score >= SURE_SCORE]
            opinions = [self._confirmed(turned, each, False, lying=True) for each in proposed]
            if found := distinct([each.face for each in opinions if each.face]):
                return [_turned_back(each, turned, quarters) for each in found]
        return []

    def _placed(self, pixels: np.ndarray, frame: Frame) -> tuple[np.ndarray, float] | None:
        """As `FaceMesh.placed`; a picture on an even ground is looked at without the ground."""
        looked = self._mesh.placed(pixels, frame)
        face = _face_seen(looked)
        if looked is None or face is None:
            return looked
        part = picture_in(pixels, square_of(face))
        if part.area == pixels.shape[0] * pixels.shape[1]:
            return looked
        inside = pixels[part.y : part.y + part.h, part.x : part.x + part.w]
        corner = np.array([part.x, part.y])
        again = self._mesh.placed(inside, frame_of(looked[0] - corner))
        return (again[0] + corner, again[1]) if again and _face_seen(again) else looked

    def _filling(self, pixels: np.ndarray) -> list[Candidate]:
        """A face cut so tightly that there is no room around it: two looks must agree on it."""
        looks = [self._network.look(pixels, LEAST_SCORE, border) for border in BORDERS]
        if not all(len(look) for look in looks):
            return []
        one, other = (frame_of(look.keypoints[0]) for look in looks)
        score = float(np.mean([look.scores[0] for look in looks]))
        large = one.side >= FILLING_SHARE * min(pixels.shape[:2])
        if score < FILLING_SCORE or not large or not _is_same(one, other):
            return []
        return [Candidate(face_of(np.mean([look.keypoints[0] for look in looks], axis=0)), score)]

    def _score_in_context(self, pixels: np.ndarray, face: Face) -> float:
        """BlazeFace's score of a face where it is easiest: level, in the middle, half the side."""
        frame = frame_of(np.array(face.keypoints))
        wide = Frame(frame.x, frame.y, frame.side * CONTEXT, frame.roll_deg)
        seen = self._network.look(sampled(pixels, wide, SIDE), LEAST_SCORE)
        expected = Frame(SIDE / 2, SIDE / 2, SIDE / CONTEXT, 0.0)
        pairs = zip(seen.scores, seen.keypoints, strict=True)
        scores = [float(score) for score, each in pairs if _is_same(frame_of(each), expected)]
        return max(scores, default=0.0)


def _is_same(one: Frame, other: Frame) -> bool:
    apart = max(abs(one.x - other.x), abs(one.y - other.y))
    return apart < SAME_PLACE * other.side and 1 / SAME_SIZE < one.side / other.side < SAME_SIZE


def _face_seen(looked: tuple[np.ndarray, float] | None) -> Face | None:
    if looked is None or looked[1] < CONFIRMED:
        return None
    try:
        return face_of(looked[0])
    except ValueError:
        return None


def _degrees_apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def _surest(
    looks: list[tuple[np.ndarray, float] | None],
) -> tuple[np.ndarray, float] | None:
    return max(filter(None, looks), key=lambda looked: looked[1], default=None)


def _turned_back(found: Candidate, turned: np.ndarray, quarters: int) -> Candidate:
    """A face of a picture that was turned counterclockwise, where it lies in the picture itself."""
    size = turned.shape[1::-1]
    points = quarter_turned(np.array(found.face.keypoints), size, -quarters)
    return Candidate(face_of(points), found.score)


def _largest_first(faces: list[Face]) -> tuple[Face, ...]:
    return tuple(sorted(faces, key=lambda face: face.box.area, reverse=True))


def _notes(
    faces: list[Face], *, tiny: int, doubts: int, smallest_px: int, shorter_px: int
) -> tuple[str, ...]:
    """Sentences on where faces may have been missed."""
    notes = []
    if smallest_px > max(MIN_FACE_PX, shorter_px):  # none that is larger would have room in it
        notes.append("The picture is very long and narrow: a face in it may have been missed.")
    elif smallest_px > MIN_FACE_PX:
        notes.append(
            f"The picture is very large: faces narrower than {smallest_px} px may have been missed."
        )
    elif sum(face.box.w < smallest_px for face in faces) + tiny >= MANY_SMALL:
        notes.append(f"Faces narrower than {smallest_px} px may have been missed.")
    if tiny:
        what = "1 face" if tiny == 1 else f"{tiny} faces"
        notes.append(f"Not listed: {what} narrower than {LISTED_PX} px, too small to judge.")
    if doubts:
        notes.append(
            "Something looks a little like a face but not enough to judge it: one may have been "
            "missed."
        )
    return tuple(notes)
