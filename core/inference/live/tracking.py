"""Follow faces from frame to frame: who is who, and where, without jitter."""

import math
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.inference.geometry import LEVEL_FROM_DEG, Box, Face

MIN_AFFINITY = 0.15  # below this a detection is another face
CONFIRM_HITS = 2  # a face seen once may be a pattern on a curtain
CONFIRM_WITHIN_S = 1.0
COAST_S = 1.0  # a face that is not found for longer ...
COAST_LOOKS = 4  # ... and at least so often is gone; a slow stream has few looks a second
BOX_TAU_S = 0.12  # time constant of the box' smoothing
ROLL_TAU_S = 1.0
DOUBLE_IOU = 0.5  # two tracks that overlap more follow the same face
SNAP_AFFINITY = 0.55  # a face that jumps is followed at once


@dataclass
class Track:
    """One face over time. Its box is smoothed; times are in seconds of the stream.

    Attributes:
        key: names it from the first detection on.
        number: from 1, given when it is confirmed, never twice; 0 before.
        seen_s: when it was last detected.
        hits, misses: how often it was detected, and how often in a row it was not.
        roll_deg: smoothed tilt of the head.
    """

    key: int
    seen_s: float
    centre: np.ndarray  # float64 (4,): x and y of the centre, width, height
    number: int = 0
    roll_deg: float = 0.0
    hits: int = 1
    misses: int = 0

    @property
    def confirmed(self) -> bool:
        return self.number > 0

    @property
    def box(self) -> Box:
        x, y, w, h = self.centre
        return Box(round(x - w / 2), round(y - h / 2), round(w), round(h))

    @property
    def face(self) -> Face:
        level = abs(self.roll_deg) < LEVEL_FROM_DEG
        return Face(self.box, 0.0 if level else self.roll_deg)

    def follow(self, box: Box, time_s: float, roll_deg: float | None = None) -> None:
        """Take in where the face was found now."""
        elapsed = max(0.0, time_s - self.seen_s)
        gain = 1 - math.exp(-elapsed / BOX_TAU_S)
        if affinity(self.box, box) < SNAP_AFFINITY:
            gain = 1.0
        self.centre += gain * (_centre(box) - self.centre)
        if roll_deg is not None:
            turned = (roll_deg - self.roll_deg + 180) % 360 - 180  # the shorter way round
            self.roll_deg += (1 - math.exp(-elapsed / ROLL_TAU_S)) * turned
        self.seen_s = time_s
        self.hits += 1
        self.misses = 0

    def is_gone(self, time_s: float) -> bool:
        """Whether it was looked for long enough in vain."""
        if not self.confirmed:
            return time_s - self.seen_s > CONFIRM_WITHIN_S
        return self.misses >= COAST_LOOKS and time_s - self.seen_s > COAST_S


def affinity(one: Box, other: Box) -> float:
    """How likely two boxes hold the same face, in [0, 1]; 1 for equal boxes.

    Intersection over union, or for a fast face that left its box the closeness of the centres,
    both less where the sizes differ.
    """
    sizes = min(one.w, other.w) / max(one.w, other.w, 1)
    across = one.x + one.w / 2 - other.x - other.w / 2
    down = one.y + one.h / 2 - other.y - other.h / 2
    apart = math.hypot(across, down) / max(one.w, other.w, 1)
    return max(one.iou(other), 0.6 * sizes * max(0.0, 1 - apart))


class Tracker:
    """Keeps the tracks of a stream."""

    def __init__(self):
        self.tracks: list[Track] = []
        self._keys, self._numbers = count(), count(1)

    def update(self, faces: list[Face], time_s: float) -> None:
        """Take in all faces of a frame that was searched as a whole.

        Every face belongs to one track at most, so that the sum of affinities is greatest;
        what is left over starts new tracks.
        """
        pairs = self._match(faces)
        found = {row for row, _ in pairs}
        for row, track in enumerate(self.tracks):
            track.misses += row not in found
        for row, column in pairs:
            face = faces[column]
            self.found(self.tracks[row], face.box, time_s, face.roll_deg)
        taken = {column for _, column in pairs}
        for column, face in enumerate(faces):
            if column not in taken:
                self.tracks.append(Track(next(self._keys), time_s, _centre(face.box)))
        self.forget(time_s)

    def found(self, track: Track, box: Box, time_s: float, roll_deg: float | None = None) -> None:
        """Take in where one of the tracks is now."""
        track.follow(box, time_s, roll_deg)
        if not track.number and track.hits >= CONFIRM_HITS:
            track.number = next(self._numbers)

    def looked(self, track: Track, box: Box | None, time_s: float) -> None:
        """Take in what a look near a track gave: its box, another face's, or None."""
        if box is None or affinity(track.box, box) < MIN_AFFINITY:
            track.misses += 1
        else:
            self.found(track, box, time_s)

    def _match(self, faces: list[Face]) -> list[tuple[int, int]]:
        if not self.tracks or not faces:
            return []
        scores = np.array([[affinity(t.box, face.box) for face in faces] for t in self.tracks])
        rows, columns = linear_sum_assignment(-scores)
        return [(r, c) for r, c in zip(rows, columns, strict=True) if scores[r, c] >= MIN_AFFINITY]

    def forget(self, time_s: float) -> None:
        """Drop faces that were not found for too long, and all but one track of a face."""
        kept: list[Track] = []
        for track in sorted(self.tracks, key=lambda track: (not track.confirmed, track.number)):
            doubled = any(track.box.iou(other.box) > DOUBLE_IOU for other in kept)
            if not track.is_gone(time_s) and not doubled:
                kept.append(track)
        self.tracks = kept

    def move(self, scale: float, left: float, top: float) -> None:
        """Take the tracks along to another size: times `scale`, then shifted, in pixels."""
        for track in self.tracks:
            track.centre = track.centre * scale + (left, top, 0, 0)

    def drop(self, track: Track) -> None:
        """Forget a face at once. Numbers go on."""
        self.tracks.remove(track)


def _centre(box: Box) -> np.ndarray:
    return np.array([box.x + box.w / 2, box.y + box.h / 2, box.w, box.h], np.float64)
