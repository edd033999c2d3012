"""Stand-ins with known answers: a detector that reads boxes off the frame, a counting network."""

import cv2
import numpy as np

from core.inference.geometry import Box, Face
from core.inference.live.asking import InTurn
from core.inference.live.evidence import Joining
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.stream import LiveStream
from core.inference.verdict import Calibration

CALIBRATION = Calibration(
    temperature=1, bias=0, threshold=0.5, unsure_low=0.3, unsure_high=0.7, min_sharpness=5
)
SIDE = 120


def scene(*corners: tuple[int, int], size=(360, 640), side: int = SIDE, seed: int = 0):
    """A gray frame with rough squares that stand for faces, at (x, y)."""
    height, width = size
    frame = np.full((height, width, 3), 90, np.uint8)
    rng = np.random.default_rng(seed)
    for x, y in corners:
        square = rng.integers(120, 255, (side, side, 3), dtype=np.uint8)
        part = frame[max(0, y) : max(0, y + side), max(0, x) : max(0, x + side)]
        part[:] = square[: part.shape[0], : part.shape[1]]
    return frame


class SquareDetector:
    """Finds the rough squares of `scene`, and counts how it was asked."""

    def __init__(self):
        self.searches = self.looks = 0

    def detect(self, pixels, **_) -> list[Face]:
        self.searches += 1
        return [Face(box) for box in self._squares(pixels)]

    def detect_near(self, pixels, box: Box, roll_deg: float = 0.0) -> Box | None:
        self.looks += 1
        return max(self._squares(pixels), key=box.overlap, default=None)

    @staticmethod
    def _squares(pixels) -> list[Box]:
        mask = (pixels.max(axis=2) > 110).astype(np.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return [Box(*map(int, row[:4])) for row in stats[1:] if row[4] > 400]


class FixedPredictor:
    """Gives the same log-odds for every face, and keeps the size of each batch."""

    def __init__(self, log_odds: float = 3.0):
        self.value = log_odds
        self.batches: list[int] = []

    def log_odds(self, faces):
        self.batches.append(len(faces))
        return np.full(len(faces), self.value, np.float32)


class FixedSecond:
    """The same for the second opinion; counts the crops it was given."""

    def __init__(self, log_odds: float):
        self.value, self.asked = log_odds, 0

    def log_odds_of(self, crops):
        self.asked += len(crops)
        return np.full(len(crops), self.value, np.float32)


def judges_with(predictor, second=None) -> Judges:
    """The CNN alone, or both with equal weights."""
    alone = Joining({"cnn": 1.0}, CALIBRATION)
    if second is None:
        return Judges("cnn", predictor, None, alone, alone)
    both = Joining({"cnn": 0.5, "second": 0.5}, CALIBRATION)
    return Judges("both", predictor, second, both, alone)


def make(log_odds: float = 3.0, second=None, asking=InTurn, heard=None, **settings):
    """(pipeline, detector, predictor) with stand-ins."""
    detector, predictor = SquareDetector(), FixedPredictor(log_odds)
    pipeline = LivePipeline(
        judges_with(predictor, second),
        detector=detector,
        settings=LiveSettings(**settings),
        asking=asking,
        heard=heard or (lambda *view: None),
    )
    return pipeline, detector, predictor


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Ticking(LivePipeline):
    """Takes a known time for every frame."""

    clock, cost_s = None, 0.02

    def step(self, pixels, time_s):
        self.clock.now += self.cost_s
        return super().step(pixels, time_s)


def stream_of(log_odds: float = 3.0, places=None):
    """(stream, its clock, predictor): every frame takes `Ticking.cost_s` seconds."""
    clock = Clock()
    inner, detector, predictor = make(log_odds)
    pipeline = Ticking(judges_with(predictor), detector=detector, settings=inner.settings)
    pipeline.clock = clock
    return LiveStream(pipeline, clock, places), clock, predictor
