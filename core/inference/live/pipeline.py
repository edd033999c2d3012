"""The live pipeline: from frames with times to faces with verdicts."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.inference.appearance import sharpness
from core.inference.detector import FaceDetector, shared_detector
from core.inference.geometry import Crop, clipped, crop_face
from core.inference.live.asking import Asking, InTurn
from core.inference.live.evidence import Evidence
from core.inference.live.fit import Fit, Size
from core.inference.live.judges import ALONE, Judges
from core.inference.live.looks import SAME_PERSON, Cuts, likeness, look_of
from core.inference.live.settings import LiveSettings
from core.inference.live.states import LiveFrame, TrackState
from core.inference.live.tracking import Track, Tracker
from core.inference.networks import Network
from core.inference.verdict import Calibration, weakness
from core.inference.views import face_view

MAX_FACES = 10

logger = logging.getLogger(__name__)


@dataclass
class _Known:
    """What the pipeline keeps of a track besides its position."""

    evidence: Evidence = field(default_factory=Evidence)
    judged_s: float = -math.inf
    asked_s: float = -math.inf
    turn: int = 0
    asked: int = 0
    look: np.ndarray | None = None


class LivePipeline:
    """Judges one stream. Not thread-safe but for `settings`; the networks may be shared.

    Attributes:
        settings: used from the next frame on.
        note: why the CNN judges alone although more was wanted, in a sentence, or None.
    """

    def __init__(
        self,
        judges: Judges,
        *,
        detector: FaceDetector | None = None,
        settings: LiveSettings | None = None,
        asking: Callable[[Network], Asking] = InTurn,
        heard: Callable[[int, str, float, float], object] = lambda *view: None,
    ):
        """Start without tracks.

        Args:
            judges: the networks.
            detector: finds the faces; None takes the detector of the settings.
            settings: to start with.
            asking: how the second opinion is run: `InTurn`, or `Beside` for a live stream.
            heard: called with (key of the track, network, log-odds, time_s) for every judged view.
        """
        self.settings = settings or LiveSettings()
        self.note = judges.note
        self._judges, self._joining = judges, judges.joining
        self._asking = asking(judges.second) if judges.second else None
        self._heard = heard
        self._detector = detector
        self._tracker = Tracker()
        self._known: dict[int, _Known] = {}
        self._now_s = self._searched_s = self._followed_s = -math.inf
        self._put_off = self._is_fast = False
        self._cuts = Cuts()
        self._size: Size | None = None

    @property
    def calibration(self) -> Calibration:
        """The calibration in use, with the threshold of the settings."""
        return self._joining.accusing_from(self.settings.threshold).calibration

    @property
    def remembered(self) -> int:
        """The number of faces of which anything is kept in memory."""
        return len(self._known.keys() | {track.key for track in self._tracker.tracks})

    def step(self, pixels: np.ndarray, time_s: float) -> LiveFrame:
        """Judge the next frame.

        Args:
            pixels: uint8 (height, width, 3), RGB, of any size; not changed.
            time_s: its time in seconds; an earlier time than the last counts as the last.

        Raises:
            ValueError: no such array, or `time_s` is not finite.
            UserError: what the detector or the CNN raises.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(
                "`pixels` must be a uint8 array of shape (height, width, 3). "
                f"Received: dtype={pixels.dtype}, shape={pixels.shape}"
            )
        if not math.isfinite(time_s):
            raise ValueError(f"`time_s` must be finite. Received: {time_s}")
        before_s, self._now_s = self._now_s, max(self._now_s, time_s)
        settings = self.settings  # one look: another thread may replace it at any time
        self._is_fast = self._now_s - before_s < settings.judge_s
        self._follow_size(pixels.shape[1::-1])
        self._find(pixels, settings)
        self._judge(pixels, settings)
        frame = LiveFrame(self._now_s, pixels, self._states(pixels, settings))
        return frame.mirrored() if settings.mirror else frame

    def _follow_size(self, size: Size) -> None:
        """When a stream changes its size, move the tracks and search the whole frame."""
        if self._size not in (None, size):
            fit = Fit.of(self._size, size)
            self._tracker.move(fit.scale, fit.left, fit.top)
            self._searched_s = -math.inf
        self._size = size

    def _detector_for(self, settings: LiveSettings) -> FaceDetector:
        return self._detector or shared_detector(settings.detector)[0]

    def _find(self, pixels: np.ndarray, settings: LiveSettings) -> None:
        """Detect on the whole frame at intervals; in between only near the tracks."""
        now, tracker, detector = self._now_s, self._tracker, self._detector_for(settings)
        cut = self._cuts.is_cut(pixels)
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
        keys = [track.key for track in tracker.tracks]
        self._known = {key: self._known.get(key) or _Known() for key in keys}

    def _drop_strangers(self, pixels: np.ndarray) -> None:
        """After a cut: drop tracks that were not found or look different; then search again."""
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
        """Judge the faces that are due: with the CNN in one batch, then with the second opinion."""
        due = [
            (track, *view)
            for track in self._candidates(settings)
            if (view := self._usable_view(pixels, track, settings)) is not None
        ]
        if due and "cnn" in self._joining.weights:
            raw = self._judges.predictor.log_odds(np.stack([tensor for _, _, tensor in due]))
            for (track, _, _), value in zip(due, raw, strict=True):
                self._add(track.key, "cnn", float(value), self._now_s)
        if self._asking is not None:
            self._consult(self._asking, {track.key: crop for track, crop, _ in due}, settings)

    def _candidates(self, settings: LiveSettings) -> list[Track]:
        """The faces whose turn it is in this frame."""
        due = [track for track in self._tracker.tracks if self._is_due(track, settings)]
        if not settings.spread:
            return due
        searched = self._searched_s == self._now_s
        self._put_off = searched and self._is_fast and not self._put_off
        if self._put_off:
            return []
        return sorted(due, key=lambda track: self._known[track.key].judged_s)[:1]

    def _is_due(self, track: Track, settings: LiveSettings) -> bool:
        """Whether it was found, and enough time went by, since it was last judged."""
        known = self._known[track.key]
        fresh = track.seen_s >= known.judged_s
        return fresh and self._now_s - known.judged_s >= settings.judge_s

    def _usable_view(
        self, pixels: np.ndarray, track: Track, settings: LiveSettings
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Crop and tensor of a face that is due and can be judged; else None."""
        known = self._known[track.key]
        known.judged_s = self._now_s
        view = self._view(pixels, track, known, settings)
        known.turn += 1
        if isinstance(view, str):
            known.evidence.add_weak(view)
            return None
        return view

    def _consult(
        self, asking: Asking, crops: dict[int, np.ndarray], settings: LiveSettings
    ) -> None:
        """Collect the second opinion's answers and hand it new views; if it fails, drop it."""
        try:
            self._listen(asking)
            self._ask(asking, crops, settings)
            self._listen(asking)
        except Exception as error:
            logger.exception("The second opinion failed")
            self._asking, self._joining = None, self._judges.alone
            self.note = f"The second opinion failed ({type(error).__name__}). {ALONE}"

    def _ask(self, asking: Asking, crops: dict[int, np.ndarray], settings: LiveSettings) -> None:
        """Hand over the faces that have waited longest, every other view mirrored.

        Its output depends on mirroring; the mean of both is steadier.
        """
        for key in sorted(crops, key=lambda key: self._known[key].asked_s):
            known = self._known[key]
            if asking.is_free and self._now_s - known.asked_s >= settings.second_s:
                crop = crops[key][:, :: -1 if known.asked % 2 else 1]
                known.asked_s, known.asked = self._now_s, known.asked + 1
                asking.ask(key, np.ascontiguousarray(crop), self._now_s)

    def _listen(self, asking: Asking) -> None:
        """Add its answers to the evidence; those on dropped tracks are ignored."""
        for answer in asking.answers():
            if answer.key in self._known:
                self._add(answer.key, "second", answer.log_odds, answer.time_s)

    def _add(self, key: int, part: str, log_odds: float, time_s: float) -> None:
        self._known[key].evidence.add(part, log_odds, time_s)
        self._heard(key, part, log_odds, time_s)

    def _view(
        self, pixels: np.ndarray, track: Track, known: _Known, settings: LiveSettings
    ) -> tuple[np.ndarray, np.ndarray] | str:
        """Crop and tensor of a face, or a sentence on why it cannot be judged.

        The views that a photo gets at once take turns here, so the mean over time is over them.
        """
        box = clipped(track.box, pixels)
        if box.area == 0:
            return "The face has left the picture."
        crop: Crop = crop_face(pixels, track.face)
        known.look = look_of(crop.pixels)
        tensor = face_view(crop.pixels, known.turn)
        reason = weakness(
            min(track.box.w, track.box.h),
            sharpness(tensor),
            crop.outside,
            self._joining.calibration,
            min_side_px=settings.min_face_px,
        )
        return reason or (crop.pixels, tensor)

    def _states(self, pixels: np.ndarray, settings: LiveSettings) -> tuple[TrackState, ...]:
        joining, states = self._joining.accusing_from(settings.threshold), []
        for track in sorted(self._tracker.tracks, key=lambda track: track.number):
            evidence, box = self._known[track.key].evidence, clipped(track.box, pixels)
            if not track.confirmed or box.area == 0:
                continue
            lost_s = self._now_s - track.seen_s if track.misses else 0.0
            states.append(
                TrackState(
                    number=track.number,
                    box=box,
                    p_fake=evidence.p_fake(joining),
                    verdict=evidence.decide(self._now_s, joining),
                    judged=evidence.judged,
                    lost_s=lost_s,
                    enough=not evidence.is_thin(joining),
                )
            )
        return tuple(states)
