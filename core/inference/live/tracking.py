"""Track faces from frame to frame, with smoothed boxes."""

import math
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.inference.geometry import LEVEL_FROM_DEG, Box, Face

MIN_AFFINITY = 0.15  # below this a detection is another face
CONFIRM_HITS = 2  # detections that confirm a track: a single one may be a false positive
CONFIRM_WITHIN_S = 1.0  # an unconfirmed track without a detection for longer is dropped
COAST_S = 1.0  # a confirmed track without a detection for longer ...
COAST_LOOKS = 4  # ... and in at least this many searches is dropped
BOX_TAU_S = 0.12  # time constant of the smoothing of boxes
ROLL_TAU_S = 1.0  # and of the head's roll
DOUBLE_IOU = 0.5  # two tracks that overlap more follow the same face
SNAP_AFFINITY = 0.55  # below this the box jumps to the detection without smoothing


@dataclass
class Track:
    """One face over time, with a smoothed box; times are seconds of the stream.

    Attributes:
        key: unique from the first detection on.
        seen_s: when it was last detected.
        centre: float64 (4,): x and y of the centre, width, height, in pixels.
        number: from 1, unique, given when the track is confirmed; 0 before.
        roll_deg: smoothed roll of the head, in degrees.
        hits, misses: detections in all, and searches without one since the last.
    """

    key: int
    seen_s: float
    centre: np.ndarray
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
        """Update the track with a detection at a time; `roll_deg` None keeps the roll."""
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
        """Whether it was not detected for long enough to be dropped."""
        if not self.confirmed:
            return time_s - self.seen_s > CONFIRM_WITHIN_S
        return self.misses >= COAST_LOOKS and time_s - self.seen_s > COAST_S


def affinity(one: Box, other: Box) -> float:
    """A score in [0, 1] that two boxes hold the same face; 1 for equal boxes.

    The larger of the intersection over union and, for fast faces, a score of the distance of the
    centres and the ratio of the widths, of at most 0.6.
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
        """Update all tracks with the detections on a whole frame.

        Detections and tracks are assigned one to one with the largest sum of affinities; the
        remaining detections start new tracks.
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
        """Update one track with a detection, and confirm it after `CONFIRM_HITS`."""
        track.follow(box, time_s, roll_deg)
        if not track.number and track.hits >= CONFIRM_HITS:
            track.number = next(self._numbers)

    def looked(self, track: Track, box: Box | None, time_s: float) -> None:
        """Update one track with the result of a search near it, maybe the box of another face."""
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
        """Drop tracks without a detection for too long, and duplicate tracks of a face."""
        kept: list[Track] = []
        for track in sorted(self.tracks, key=lambda track: (not track.confirmed, track.number)):
            doubled = any(track.box.iou(other.box) > DOUBLE_IOU for other in kept)
            if not track.is_gone(time_s) and not doubled:
                kept.append(track)
        self.tracks = kept

    def move(self, scale: float, left: float, top: float) -> None:
        """Move all tracks to a frame of another size: times `scale`, then shifted, in pixels."""
        for track in self.tracks:
            track.centre = track.centre * scale + (left, top, 0, 0)

    def drop(self, track: Track) -> None:
        """Drop a track at once; its number is not used again."""
        self.tracks.remove(track)


def _centre(box: Box) -> np.ndarray:
    return np.array([box.x + box.w / 2, box.y + box.h / 2, box.w, box.h], np.float64)
