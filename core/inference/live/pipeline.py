"""The live pipeline: frames and their times in, faces with verdicts out."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.config import DEFAULT_DETECTOR, DETECTORS, MIN_FACE_PX
from core.inference.detector import FaceDetector, shared_detector
from core.inference.geometry import Box, Crop, clipped, crop_face
from core.inference.live.evidence import Evidence
from core.inference.live.fit import Fit, Size
from core.inference.live.tracking import Track, Tracker
from core.inference.predictor import Predictor
from core.inference.verdict import Calibration, Verdict, sharpness, weakness
from core.inference.views import face_view

MAX_FACES = 10
CUT_CORRELATION, CUT_CHANGE = 0.3, 20.0  # of two thumbnails: below and above, a new scene
# Of two looks at a face half a second apart 98% are more alike than this, of two persons 10%.
SAME_PERSON = 0.45


@dataclass(frozen=True)
class LiveSettings:
    """What a user may change while a stream runs.

    Attributes:
        threshold: P(fake) from which a face is called fake; None is the calibrated one.
        memory_s: time constant of the averaging, in seconds.
        min_face_px: smaller faces stay unsure.
        mirror: flip the picture left to right first.
        search_s: pause between searches of the whole frame while faces are followed.
        idle_search_s: the same while there are none.
        follow_s: pause between looks for known faces near where they were.
        judge_s: pause between judgements of a face; frames closer than that tell nothing new.
        detector: finds the faces; a key of `DETECTORS`.
    """

    threshold: float | None = None
    memory_s: float = 3.0
    min_face_px: int = MIN_FACE_PX
    mirror: bool = False
    search_s: float = 1.0
    idle_search_s: float = 0.2
    follow_s: float = 0.066
    judge_s: float = 0.1
    detector: str = DEFAULT_DETECTOR

    def __post_init__(self):
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ValueError(f"`threshold` must lie within (0, 1). Received: {self.threshold}")
        if self.detector not in DETECTORS:
            raise ValueError(
                f"`detector` must be one of {', '.join(DETECTORS)}. Received: {self.detector}"
            )
        if not self.memory_s > 0:
            raise ValueError(f"`memory_s` must be above 0. Received: {self.memory_s}")
        if self.min_face_px < MIN_FACE_PX:
            raise ValueError(
                f"`min_face_px` must be {MIN_FACE_PX} or more. Received: {self.min_face_px}"
            )


@dataclass(frozen=True)
class TrackState:
    """A face of a frame.

    Attributes:
        number: names the face for as long as it is followed.
        box: where it is, in pixels of the frame.
        p_fake: averaged probability that it is generated; None before the first judgement.
        p_fake_overall: the same over all the time it was followed, without fading.
        verdict: what to make of it.
        judged: how many views were judged so far.
        lost_s: for how long it has been looked for in vain; 0 while it is found.
    """

    number: int
    box: Box
    p_fake: float | None
    p_fake_overall: float | None
    verdict: Verdict
    judged: int
    lost_s: float = 0.0


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


@dataclass
class _Known:
    """What the pipeline remembers of a track, beside where it is."""

    evidence: Evidence
    judged_s: float = -math.inf
    turn: int = 0
    look: np.ndarray | None = None


class LivePipeline:
    """Judges one stream. Not for several threads at once; the predictor may be shared."""

    def __init__(
        self,
        predictor: Predictor,
        calibration: Calibration,
        *,
        detector: FaceDetector | None = None,
        settings: LiveSettings | None = None,
    ):
        self.settings = settings or LiveSettings()
        self._predictor, self._calibration = predictor, calibration
        self._detector = detector
        self._tracker = Tracker()
        self._known: dict[int, _Known] = {}
        self._now_s = self._searched_s = self._followed_s = -math.inf
        self._thumbnail: np.ndarray | None = None
        self._size: Size | None = None

    def step(self, pixels: np.ndarray, time_s: float) -> LiveFrame:
        """Judge the next frame.

        Args:
            pixels: uint8 (height, width, 3), RGB, of any size; not changed.
            time_s: its time in seconds. A time that runs backwards counts as no time.

        Raises:
            ValueError: not such an array, or a time that is not finite.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(
                "`pixels` must be a uint8 array of shape (height, width, 3). "
                f"Received: dtype={pixels.dtype}, shape={pixels.shape}"
            )
        if not math.isfinite(time_s):
            raise ValueError(f"`time_s` must be finite. Received: {time_s}")
        self._now_s = max(self._now_s, time_s)
        settings = self.settings  # one look: another thread may replace it at any time
        if settings.mirror:
            pixels = np.ascontiguousarray(pixels[:, ::-1])
        self._follow_size(pixels.shape[1::-1])
        self._find(pixels, settings)
        self._judge(pixels, settings)
        return LiveFrame(self._now_s, pixels, self._states(pixels, settings))

    def _follow_size(self, size: Size) -> None:
        """Where a stream changes its size, take the known faces along and search anew."""
        if self._size not in (None, size):
            fit = Fit.of(self._size, size)
            self._tracker.move(fit.scale, fit.left, fit.top)
            self._searched_s = -math.inf
        self._size = size

    def _detector_for(self, settings: LiveSettings) -> FaceDetector:
        return self._detector or shared_detector(settings.detector)[0]

    def _find(self, pixels: np.ndarray, settings: LiveSettings) -> None:
        """Search the whole frame now and then; in between look where the faces were."""
        now, tracker, detector = self._now_s, self._tracker, self._detector_for(settings)
        cut = self._is_cut(pixels)
        if cut:
            self._searched_s = -math.inf
        settled = bool(tracker.tracks) and all(track.confirmed for track in tracker.tracks)
        pause = settings.search_s if settled else settings.idle_search_s
        if now - self._searched_s >= pause:
            self._searched_s = self._followed_s = now
            tracker.update(detector.detect(pixels, quick=True)[:MAX_FACES], now)
            if cut:
                self._drop_strangers(pixels)
        elif now - self._followed_s >= settings.follow_s:
            self._followed_s = now
            for track in tracker.tracks:
                near = detector.detect_near(pixels, track.box, track.roll_deg)
                tracker.looked(track, near, now)
            tracker.forget(now)
        alive = {track.key for track in tracker.tracks}
        self._known = {key: self._known[key] for key in self._known.keys() & alive}

    def _is_cut(self, pixels: np.ndarray) -> bool:
        """Whether the picture has nothing in common with the one before: another scene."""
        small = cv2.resize(pixels, (32, 18), interpolation=cv2.INTER_AREA)
        now = small.mean(axis=2).ravel()
        before, self._thumbnail = self._thumbnail, now
        if before is None or np.abs(now - before).mean() < CUT_CHANGE:
            return False
        return likeness(now - now.mean(), before - before.mean()) < CUT_CORRELATION

    def _drop_strangers(self, pixels: np.ndarray) -> None:
        """After a cut: keep only who is still there and looks as before; search again at once."""
        for track in list(self._tracker.tracks):
            known = self._known.get(track.key)
            here = track.seen_s == self._now_s and clipped(track.box, pixels).area > 0
            before = None if known is None else known.look
            if not here or (
                before is not None
                and likeness(before, look_of(crop_face(pixels, track.face).pixels)) < SAME_PERSON
            ):
                self._tracker.drop(track)
                self._searched_s = -math.inf

    def _judge(self, pixels: np.ndarray, settings: LiveSettings) -> None:
        """Judge the faces whose turn it is, in one batch."""
        due: list[tuple[Evidence, np.ndarray]] = []
        for track in self._tracker.tracks:
            known = self._known.get(track.key)
            if known is None:
                known = self._known[track.key] = _Known(Evidence(self._now_s))
            fresh = track.seen_s >= known.judged_s  # found since its last judgement
            if not fresh or self._now_s - known.judged_s < settings.judge_s:
                continue
            known.judged_s = self._now_s
            tensor, reason = self._view(pixels, track, known, settings)
            known.turn += 1
            if reason:
                known.evidence.add_weak(reason)
            else:
                due.append((known.evidence, tensor))
        if not due:
            return
        raw = self._predictor.log_odds(np.stack([tensor for _, tensor in due]))
        for (evidence, _), value in zip(due, self._calibration.calibrated(raw), strict=True):
            evidence.add(float(value), self._now_s, settings.memory_s)

    def _view(
        self, pixels: np.ndarray, track: Track, known: _Known, settings: LiveSettings
    ) -> tuple[np.ndarray | None, str | None]:
        """What the network would see of a face, or why it should not be asked.

        The views that a photo gets all at once take turns here: the average over time is
        their average too.
        """
        box = clipped(track.box, pixels)
        if box.area == 0:
            return None, "The face has left the picture."
        crop: Crop = crop_face(pixels, track.face)
        known.look = look_of(crop.pixels)
        tensor = face_view(crop.pixels, known.turn)
        reason = weakness(
            min(track.box.w, track.box.h),
            sharpness(tensor),
            crop.outside,
            self._calibration,
            min_side_px=settings.min_face_px,
        )
        return tensor, reason

    def _states(self, pixels: np.ndarray, settings: LiveSettings) -> tuple[TrackState, ...]:
        calibration = self._calibration
        if settings.threshold is not None:
            calibration = calibration.with_threshold(settings.threshold)
        states = []
        for track in sorted(self._tracker.tracks, key=lambda track: track.number):
            evidence, box = self._known[track.key].evidence, clipped(track.box, pixels)
            if not track.confirmed or box.area == 0:
                continue
            verdict = evidence.decide(self._now_s, calibration)
            chances = evidence.p_fake, evidence.p_fake_overall
            lost_s = self._now_s - track.seen_s if track.misses else 0.0
            states.append(TrackState(track.number, box, *chances, verdict, evidence.judged, lost_s))
        return tuple(states)


def look_of(crop: np.ndarray) -> np.ndarray:
    """A face in a few numbers without its brightness: float32 (16, 16, 3)."""
    small = cv2.resize(crop, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean(axis=(0, 1))


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two arrays without a mean, in [-1, 1]."""
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / max(size, 1e-6))
