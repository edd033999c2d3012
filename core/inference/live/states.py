"""What a judged frame shows."""

from dataclasses import dataclass, replace

import numpy as np

from core.inference.geometry import Box
from core.inference.verdict import Verdict


@dataclass(frozen=True)
class TrackState:
    """A face of a frame.

    Attributes:
        number: names the face for as long as it is followed.
        box: where it is, in pixels of the frame.
        p_fake: probability that it is generated, by all that was seen of it so far; None before
            every network that counts has seen it.
        verdict: what to make of it.
        judged: how many views were judged so far.
        enough: whether they are enough for a verdict, be it unsure.
        lost_s: for how long it has been looked for in vain; 0 while it is found.
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
        pixels: uint8 (height, width, 3), RGB; mirrored if that was asked for.
        tracks: its faces, in the order of their numbers.
    """

    time_s: float
    pixels: np.ndarray
    tracks: tuple[TrackState, ...]

    def mirrored(self) -> "LiveFrame":
        """As in a looking-glass. What is judged is never mirrored: the networks would notice."""
        width = self.pixels.shape[1]
        tracks = [
            replace(track, box=replace(track.box, x=width - track.box.x - track.box.w))
            for track in self.tracks
        ]
        return LiveFrame(self.time_s, np.ascontiguousarray(self.pixels[:, ::-1]), tuple(tracks))
