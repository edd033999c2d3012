"""How good generated faces are: against real ones, beside a floor and a ceiling, in one table."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.dataset.real_faces import RealFaces, framed, load_real_faces
from core.evaluation.generators.dinov2 import Dinov2Space
from core.evaluation.generators.distances import (
    frechet_distance,
    kernel_distance,
    manifold,
    memorization,
    ms_ssim_diversity,
    precision_recall,
    sharpness_ratio,
)
from core.evaluation.generators.face_check import FaceCheck
from core.evaluation.generators.feature_cache import remembered
from core.evaluation.generators.feature_space import NAME, SHA256, FeatureSpace
from core.evaluation.generators.inception import InceptionSpace
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes

TRAINED_ON = ("train", "valid")
BLUR_SIGMA_PX = 2.0
HELD_OUT = "held-out real faces"
BLURRED = f"{HELD_OUT}, blurred by {BLUR_SIGMA_PX:g} px"
FIRST_SEED = 1_000_000  # far from the seeds people look at
DINOV2_REFERENCE = 1500  # real faces; it takes 0.15 s a face and core
PSIS = (0.5, 0.7, 0.85, 1.0)
NEARLY = 0.9  # of the share of real faces that are found whole: so many of the generated ones


@dataclass(frozen=True)
class _Reference:
    """Real faces and what is computed of them once."""

    pixels: np.ndarray
    features: np.ndarray
    seen_by_dinov2: np.ndarray


class QualityJudge:
    """Measures sets of faces against the real faces of a folder.

    All sets have as many faces as there are held-out ones, in the mixture of sources that was
    trained on, because the Fréchet distance falls with their number.
    """

    def __init__(self, data: Path, inception: Path | None = None):
        """Read the real faces and their features.

        Args:
            data: folder in the Kaggle layout; the generators were trained on its train and
                valid, test is held out.
            inception: file of the Inception graph (see `InceptionSpace`), for the true FID too.

        Raises:
            UserError: a split has no real faces, or a feature network is missing.
        """
        self._space, self._dinov2, self._check = FeatureSpace(), Dinov2Space(), FaceCheck()
        self._inception = InceptionSpace(inception) if inception else None
        trained_on = load_real_faces(data, TRAINED_ON)
        held_out = _like(load_real_faces(data, ("test",)), trained_on.counts)
        self._trained_on, self._held_out = (
            self._reference(pixels) for pixels in (trained_on.pixels, held_out)
        )
        picked = np.random.default_rng(0).permutation(len(trained_on.pixels))[: len(held_out)]
        self._real = manifold(self._trained_on.features[picked])
        if self._inception:
            self._seen_by_inception = self._inception.features(trained_on.pixels)

    def _reference(self, pixels: np.ndarray) -> _Reference:
        some = np.random.default_rng(1).permutation(len(pixels))[:DINOV2_REFERENCE]
        features = remembered(self._space, pixels)
        return _Reference(pixels, features, remembered(self._dinov2, pixels[np.sort(some)]))

    @property
    def count(self) -> int:
        """How many faces a set has."""
        return len(self._held_out.pixels)

    def describe(self) -> dict:
        """What the figures are measured with."""
        described = {
            "feature_space": NAME,
            "feature_sha256": SHA256,
            "faces_a_set": self.count,
            "reference_faces": len(self._trained_on.pixels),
            "dinov2": self._dinov2.name,
            "dinov2_sha256": self._dinov2.sha256,
            "dinov2_reference_faces": len(self._trained_on.seen_by_dinov2),
        }
        if self._inception:
            described["inception_sha256"] = self._inception.sha256
        return described

    def paint(self, generator: FaceGenerator, psi: float = 1.0) -> np.ndarray:
        """A set of a generator's faces: uint8 (n, 128, 128, 3)."""
        seeds = range(FIRST_SEED, FIRST_SEED + self.count)
        codes = truncated_codes(generator, seeds, psi)
        faces = [framed(generator.paint(code[None])[0], generator.framing) for code in codes]
        return np.stack(faces)

    def distances(self, faces: np.ndarray) -> dict[str, float]:
        """Fréchet and kernel distance of a set to the real faces that were trained on.

        With Inception at hand its Fréchet distance too, under the name it has there: fid.
        """
        features = self._space.features(faces)
        kid, error = kernel_distance(features, self._trained_on.features)
        figures = {
            "frechet": frechet_distance(features, self._trained_on.features),
            "kid": kid,
            "kid_error": error,
        }
        if self._inception:
            seen = self._inception.features(faces)
            figures["fid"] = frechet_distance(seen, self._seen_by_inception)
        return figures

    def whole(self, faces: np.ndarray) -> float:
        """The share of a set in which eyes, nose and mouth are found where a face has them."""
        return float(self._check.whole(faces).mean())

    def by_psi(self, generator: FaceGenerator) -> list[dict[str, float]]:
        """How near to real faces, and how whole, a generator's faces are at each of `PSIS`."""
        rows = []
        for psi in PSIS:
            faces = self.paint(generator, psi)
            figures = self.distances(faces)
            rows.append({"psi": psi, "whole": self.whole(faces), "frechet": figures["frechet"]})
        return rows

    def measure(self, faces: np.ndarray) -> dict[str, float]:
        """All figures of a set; see `core.evaluation.generators.distances`.

        Args:
            faces: uint8 (n, 128, 128, 3), RGB.
        """
        features = self._space.features(faces)
        seen = self._dinov2.features(faces)
        return {
            **self.distances(faces),
            "frechet_dinov2": frechet_distance(seen, self._trained_on.seen_by_dinov2),
            "whole": self.whole(faces),
            **precision_recall(self._real, manifold(features)),
            "sharpness": sharpness_ratio(faces, self._trained_on.pixels),
            "ms_ssim": ms_ssim_diversity(faces),
            **memorization(features, self._held_out.features, self._trained_on.features),
        }

    def anchors(self) -> dict[str, dict[str, float]]:
        """The same figures of what a generator should reach, and of what it should beat."""
        real = self._held_out.pixels
        blurred = np.stack([cv2.GaussianBlur(face, (0, 0), BLUR_SIGMA_PX) for face in real])
        return {
            HELD_OUT: self.measure(real),
            BLURRED: self.measure(blurred),
        }


def opening_psi(metrics: dict) -> float:
    """The psi that a generator is shown with at first, chosen by this rule and not by hand.

    Of those at which nearly as many faces are whole as of photos it never saw, the one whose
    faces are nearest to real ones; where there is none, the one with the most whole faces.

    Args:
        metrics: `generator.metrics.json`.

    Returns:
        One of `PSIS`; 1 for figures that do not tell.
    """
    rows = metrics.get("by_psi")
    if not rows:
        return 1.0
    enough = NEARLY * metrics["quality"][HELD_OUT]["whole"]
    good = [row for row in rows if row["whole"] >= enough]
    best = min(good, key=lambda row: row["frechet"]) if good else None
    return float((best or max(rows, key=lambda row: row["whole"]))["psi"])


def _like(faces: RealFaces, counts: dict[str, int]) -> np.ndarray:
    """As many of the faces as can be had in the mixture of `counts`, drawn at random."""
    have, whole = faces.counts, sum(counts.values())
    shares = {source: count / whole for source, count in counts.items() if source in have}
    total = min(have[source] / share for source, share in shares.items())
    rng = np.random.default_rng(0)
    picked: list[np.ndarray] = [
        rng.permutation(np.flatnonzero(faces.sources == source))[: round(total * share)]
        for source, share in shares.items()
    ]
    return faces.pixels[np.sort(np.concatenate(picked)).astype(np.intp)]
