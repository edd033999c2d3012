"""A judged frame and its faces."""

from dataclasses import dataclass, replace

import numpy as np

from core.inference.geometry import Box
from core.inference.verdict import Verdict


@dataclass(frozen=True)
class TrackState:
    """A face in a frame.

    Attributes:
        number: of its track, from 1.
        box: in pixels of the frame.
        p_fake: calibrated P(fake) over all its views so far; None until every network that counts
            has judged one.
        verdict: at this frame.
        judged: how many views were judged so far.
        enough: whether there are enough views for a verdict.
        lost_s: seconds since it was last found; 0 while it is found.
    """

    number: int
    box: Box
    p_fake: float | None
    verdict: Verdict
    judged: int
    lost_s: float = 0.0
    enough: bool = True


@dataclass(frozen=True)
class LiveFrame:
    """A judged frame.

    Attributes:
        time_s: its time in the stream, in seconds.
        pixels: uint8 (height, width, 3), RGB; mirrored if the settings say so.
        tracks: its faces, sorted by number.
    """

    time_s: float
    pixels: np.ndarray
    tracks: tuple[TrackState, ...]

    def mirrored(self) -> "LiveFrame":
        """The frame and its boxes, flipped left to right."""
        width = self.pixels.shape[1]
        tracks = [
            replace(track, box=replace(track.box, x=width - track.box.x - track.box.w))
            for track in self.tracks
        ]
        return LiveFrame(self.time_s, np.ascontiguousarray(self.pixels[:, ::-1]), tuple(tracks))
