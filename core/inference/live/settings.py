"""What a user may change while a stream runs."""

from dataclasses import dataclass

from core.config import DEFAULT_DETECTOR, DETECTORS, MIN_FACE_PX


@dataclass(frozen=True)
class LiveSettings:
    """Settings of a stream, which may change while it runs.

    Attributes:
        threshold: P(fake) in (0, 1) from which a face is called fake; None as calibrated.
        min_face_px: faces whose shorter side has fewer pixels stay unsure; at least `MIN_FACE_PX`.
        mirror: flip the shown picture; what is judged is not flipped.
        search_s: seconds between detections on the whole frame while all faces are confirmed.
        idle_search_s: the same otherwise.
        follow_s: seconds between detections near the known faces.
        judge_s: seconds between two views of a face; closer frames tell nothing new.
        second_s: the same for the second opinion, which is slower and varies less.
        spread: spread the work over frames, so that none takes long: a frame judges only the face
            that has waited longest. One in which the whole frame was searched judges none, if
            frames come faster than `judge_s` and the last one judged some. Otherwise a frame
            judges all faces that are due.
        detector: one of `DETECTORS`.

    Raises:
        ValueError: `threshold`, `min_face_px` or `detector` is out of range.
    """

    threshold: float | None = None
    min_face_px: int = MIN_FACE_PX
    mirror: bool = False
    search_s: float = 1.0
    idle_search_s: float = 0.2
    follow_s: float = 0.066
    judge_s: float = 0.1
    second_s: float = 0.3
    spread: bool = False
    detector: str = DEFAULT_DETECTOR

    def __post_init__(self):
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ValueError(f"`threshold` must lie within (0, 1). Received: {self.threshold}")
        if self.detector not in DETECTORS:
            raise ValueError(
                f"`detector` must be one of {', '.join(DETECTORS)}. Received: {self.detector}"
            )
        if self.min_face_px < MIN_FACE_PX:
            raise ValueError(
                f"`min_face_px` must be {MIN_FACE_PX} or more. Received: {self.min_face_px}"
            )
