"""A set of faces judged in chunks: the figures of what is done can be read at any time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from PIL import Image

from core.config import CLASS_NAMES, FAKE, REAL
from core.dataset.index import DatasetIndex, labels_of
from core.errors import UserError
from core.evaluation.metrics import wilson_ci95
from core.evaluation.scores import Scores, judge_figures, judged, pair_figures
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes
from core.imaging import decode_image, encode
from core.inference.aligned import centre_square
from core.inference.networks import Network
from core.inference.verdict import Calibration, Condition, Verdict, decide, doubts_of

CHUNK = 4  # few: a slow generator should show that it moves, and stop soon
THUMBNAIL_PX = 144
MAX_FACES = 5000


class FaceSet(Protocol):
    """Faces of known class.

    Attributes:
        labels: int32 (n,), 0 fake, 1 real.
        sources, names: n strings each: where a face is from, and which it is.
    """

    labels: np.ndarray
    sources: list[str]
    names: list[str]

    def picture(self, number: int) -> np.ndarray:
        """One aligned face: uint8 (h, w, 3), RGB.

        Raises:
            UserError: it cannot be read.
        """


class GeneratedFaces:
    """What a generator makes of consecutive seeds."""

    def __init__(
        self, generator: FaceGenerator, source: str, first_seed: int, count: int, psi: float
    ):
        self._generator, self._psi = generator, psi
        self._seeds = list(range(first_seed, first_seed + count))
        self.labels = np.full(count, FAKE, np.int32)
        self.sources = [source] * count
        self.names = [f"seed {seed}" for seed in self._seeds]

    def picture(self, number: int) -> np.ndarray:
        codes = truncated_codes(self._generator, [self._seeds[number]], self._psi)
        return self._generator.paint(codes)[0]


class FolderFaces:
    """Faces of a data set; each file holds one aligned face."""

    def __init__(self, index: DatasetIndex, faces: pd.DataFrame):
        self._paths = list(faces["path"])
        self.labels = labels_of(faces)
        self.sources = list(faces["source"])
        self.names = [index.relative(path) for path in self._paths]

    def picture(self, number: int) -> np.ndarray:
        try:
            return decode_image(Path(self._paths[number]).read_bytes()).pixels
        except OSError as error:
            raise UserError(f"It cannot be read ({error.strerror}).") from error


class JoinedFaces:
    """Two sets as one, mixed evenly, so that a run that is stopped early has seen both."""

    def __init__(self, one: FaceSet, other: FaceSet):
        parts = [(part, n) for part in (one, other) for n in range(len(part.labels))]
        places = np.concatenate(
            [(np.arange(len(part.labels)) + 0.5) / len(part.labels) for part in (one, other)]
        )
        self._parts = [parts[place] for place in np.argsort(places, kind="stable")]
        self.labels = np.array([part.labels[n] for part, n in self._parts], np.int32)
        self.sources = [part.sources[n] for part, n in self._parts]
        self.names = [part.names[n] for part, n in self._parts]

    def picture(self, number: int) -> np.ndarray:
        part, place = self._parts[number]
        return part.picture(place)


@dataclass
class Measurement:
    """The classifier on a set of faces.

    Attributes:
        title: what was judged, for people.
        faces: the set.
        log_odds: float64 (n,), of fake, before calibration; NaN where not (yet) judged.
        conditions: by number, what else is known of the judged faces.
        thumbnails: WebP files of the judged faces, by number.
        failed: name -> why a face could not be judged.
        unreadable: the same for files that are none of `faces`, as nothing is known of them.
    """

    title: str
    faces: FaceSet
    unreadable: dict[str, str] = field(default_factory=dict)
    log_odds: np.ndarray = field(init=False)
    conditions: dict[int, Condition] = field(init=False, default_factory=dict)
    thumbnails: dict[int, bytes] = field(init=False, default_factory=dict)
    failed: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self):
        if not 0 < len(self.faces.labels) <= MAX_FACES:
            raise UserError(
                f"Between 1 and {MAX_FACES:,} faces can be measured at once. "
                f"Received: {len(self.faces.labels):,}."
            )
        self.log_odds = np.full(len(self.faces.labels), np.nan)

    @property
    def total(self) -> int:
        return len(self.log_odds)

    @property
    def looked_at(self) -> int:
        """How many faces were judged or failed."""
        return self.judged.size + len(self.failed)

    @property
    def heading(self) -> str:
        """The title, where the run stopped if it did, and how many of the faces have no verdict."""
        stopped = "" if self.looked_at == self.total else f", stopped after {self.looked_at:,}"
        without = f", {len(self.failed):,} not judged" if self.failed else ""
        return f"{self.title}{stopped}{without}"

    @property
    def judged(self) -> np.ndarray:
        """Numbers of the faces that are judged, int64."""
        return np.flatnonzero(np.isfinite(self.log_odds))

    def run(self, network: Network) -> Iterator[int]:
        """Judge the faces in chunks; it may be stopped at any count.

        Yields:
            How many faces were looked at: 0 before the first chunk, then after each.
        """
        yield 0
        for start in range(0, self.total, CHUNK):
            numbers, crops = [], []
            for number in range(start, min(start + CHUNK, self.total)):
                try:
                    pixels = centre_square(self.faces.picture(number)).pixels
                except UserError as error:
                    self.failed[self.faces.names[number]] = str(error)
                    continue
                numbers.append(number)
                crops.append(pixels)
                self.thumbnails[number] = _thumbnail(pixels)
            if numbers:
                self.log_odds[numbers], conditions = judged(network, crops)
                self.conditions |= dict(zip(numbers, conditions, strict=True))
            yield min(start + CHUNK, self.total)

    def labels(self) -> np.ndarray:
        """Classes of the judged faces: int32 (k,), 0 fake, 1 real."""
        return self.faces.labels[self.judged]

    def p_fake(self, calibration: Calibration) -> np.ndarray:
        """P(fake) of the judged faces: float64 (k,)."""
        return calibration.p_fake(self.log_odds[self.judged])

    def states(self, calibration: Calibration) -> np.ndarray:
        """The verdicts on the judged faces: str (k,), each a `State`."""
        return calibration.states(self.p_fake(calibration), self._doubts(calibration))

    def verdict(self, number: int, calibration: Calibration) -> tuple[float, Verdict]:
        """P(fake) of a judged face, and the verdict on it."""
        p_fake = float(calibration.p_fake(self.log_odds[number]))
        return p_fake, decide(p_fake, self.conditions[number], calibration)

    def _doubts(self, calibration: Calibration) -> np.ndarray:
        return doubts_of([self.conditions[number] for number in self.judged], calibration)

    def figures(self, calibration: Calibration) -> dict:
        """All figures of the judged faces: `judge_figures`, and the detection rate.

        Besides: title, detected (share of the fakes called fake), recall_real and accuracy, each
        with its 95% interval (key + "_ci95"), failed (files and faces not judged).
        """
        labels = self.labels()
        called = self.p_fake(calibration) >= calibration.threshold
        fakes = labels == FAKE
        return {
            "title": self.heading,
            **judge_figures(
                labels, self.log_odds[self.judged], calibration, self._doubts(calibration)
            ),
            **_share("detected", called[fakes]),
            **_share("recall_real", ~called[~fakes]),
            "failed": len(self.failed) + len(self.unreadable),
        }

    def scores(self) -> Scores:
        """The judged faces as `report` wants them; their files, if any, are not named."""
        names = [CLASS_NAMES[label] for label in self.labels()]
        sources = [self.faces.sources[number] for number in self.judged]
        faces = pd.DataFrame({"label": names, "source": sources})
        return Scores(
            faces,
            self.labels(),
            self.log_odds[self.judged],
            [self.conditions[number] for number in self.judged],
            self.failed,
        )

    def by_pair(self, calibration: Calibration) -> dict[str, dict]:
        """Each real source against each fake one: "real / fake" -> `judge_figures`."""
        return pair_figures(self.scores(), calibration)

    def table(self, calibration: Calibration) -> pd.DataFrame:
        """A row a judged face: face, source, label, p_fake, called, verdict, reason.

        called is "real" or "fake", by the threshold alone; verdict is one of `State`; reason says
        why it is unsure, "" where it is not.
        """
        p_fake = self.p_fake(calibration)
        called = np.where(p_fake >= calibration.threshold, CLASS_NAMES[FAKE], CLASS_NAMES[REAL])
        return pd.DataFrame(
            {
                "face": [self.faces.names[n] for n in self.judged],
                "source": [self.faces.sources[n] for n in self.judged],
                "label": [CLASS_NAMES[label] for label in self.labels()],
                "p_fake": p_fake,
                "called": called,
                "verdict": self.states(calibration),
                "reason": [self.verdict(n, calibration)[1].reason or "" for n in self.judged],
            }
        )

    def most_wrong(self, label: int, calibration: Calibration, count: int) -> list[int]:
        """The faces of a class that the classifier is most wrong about; only wrong ones."""
        return self._extremes(label, calibration, count, wrong=True)

    def surest(self, label: int, calibration: Calibration, count: int) -> list[int]:
        """The faces of a class that it is surest of and right about."""
        return self._extremes(label, calibration, count, wrong=False)

    def _extremes(
        self, label: int, calibration: Calibration, count: int, *, wrong: bool
    ) -> list[int]:
        p_fake = self.p_fake(calibration)
        called_fake = p_fake >= calibration.threshold
        wanted_fake = (label == FAKE) != wrong
        keep = np.flatnonzero((self.labels() == label) & (called_fake == wanted_fake))
        order = np.argsort(-p_fake[keep] if wanted_fake else p_fake[keep], kind="stable")
        return [int(self.judged[place]) for place in keep[order][:count]]


def _share(name: str, hits: np.ndarray) -> dict:
    """A share and its interval; None for both where there is nothing to count."""
    if not hits.size:
        return {name: None, f"{name}_ci95": None}
    return {name: float(hits.mean()), f"{name}_ci95": list(wilson_ci95(int(hits.sum()), hits.size))}


def _thumbnail(pixels: np.ndarray) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return encode(image, "WEBP", quality=85)
