"""What a user may change while a stream runs."""

from dataclasses import dataclass

from core.config import DEFAULT_DETECTOR, DETECTORS, MIN_FACE_PX


@dataclass(frozen=True)
class LiveSettings:
    """What a user may change while a stream runs.

    Attributes:
        threshold: P(fake) from which a face is called fake; None is the calibrated one.
        min_face_px: smaller faces stay unsure.
        mirror: show the picture as in a looking-glass; what is judged is not flipped.
        search_s: pause between searches of the whole frame while faces are followed.
        idle_search_s: the same while there are none.
        follow_s: pause between looks for known faces near where they were.
        judge_s: pause between judgements of a face; frames closer than that tell nothing new.
        second_s: the same for the second opinion, which takes longer and swings less.
        spread: share the work out over frames, so that none takes long: a frame judges one face,
            the one that has waited longest. One in which the whole frame was searched judges
            none, if frames come faster than `judge_s` and the last one was not left out, too.
            Else all faces whose turn it is are judged.
        detector: finds the faces; a key of `DETECTORS`.
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
