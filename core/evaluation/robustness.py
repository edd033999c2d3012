"""Robustness: how verdicts hold on pictures that were compressed, scaled, filmed and so on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from core.damage import blurred, jpeg, noisy, rescaled, to_uint8
from core.errors import WrongUsage
from core.evaluation.scores import Scores, report, score_faces
from core.evaluation.sources import plentiful
from core.inference.networks import Network
from core.inference.verdict import Calibration
from core.webcam_imitation import Webcam

PER_SOURCE = 150
SEED = 0
# What sweeps are kept as -> whose they are.
SWEPT = {"both": "both networks", "classifier": "the CNN", "original": "the authors' recipe"}


@dataclass(frozen=True)
class Damage:
    """A kind of damage and how much of it.

    Attributes:
        title: for a chart.
        unit: of the levels.
        levels: from little to much.
        apply: (pixels, rng, level) -> pixels.
        neutral: the level that would change nothing, where that lies among the others.
    """

    title: str
    unit: str
    levels: tuple[float, ...]
    apply: Callable[[np.ndarray, np.random.Generator, float], np.ndarray]
    neutral: float | None = None


def _compressed(pixels: np.ndarray, rng: np.random.Generator, quality: float) -> np.ndarray:
    return jpeg(pixels, int(quality))


def _blurred(pixels: np.ndarray, rng: np.random.Generator, sigma_px: float) -> np.ndarray:
    return blurred(pixels, sigma_px)


def _noisy(pixels: np.ndarray, rng: np.random.Generator, deviation: float) -> np.ndarray:
    return noisy(pixels, rng.standard_normal(pixels.shape, dtype=np.float32), deviation)


def _rescaled(pixels: np.ndarray, rng: np.random.Generator, factor: float) -> np.ndarray:
    height, width = (max(8, round(length / factor)) for length in pixels.shape[:2])
    return rescaled(pixels, width, height)


def _cropped(pixels: np.ndarray, rng: np.random.Generator, kept: float) -> np.ndarray:
    """A part of the picture, wherever it lies: the margin around a face varies."""
    side = round(kept * min(pixels.shape[:2]))
    top, left = (rng.integers(0, length - side + 1) for length in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _brightened(pixels: np.ndarray, rng: np.random.Generator, gain: float) -> np.ndarray:
    return to_uint8(pixels.astype(np.float32) * gain)


def _gamma(pixels: np.ndarray, rng: np.random.Generator, exponent: float) -> np.ndarray:
    return to_uint8(255 * (pixels.astype(np.float32) / 255) ** exponent)


def _filmed(pixels: np.ndarray, rng: np.random.Generator, crf: float) -> np.ndarray:
    return Webcam(crf=(int(crf), int(crf) + 1))(pixels, rng)


def _swapped(pixels: np.ndarray, rng: np.random.Generator, swap: float) -> np.ndarray:
    """The commonest bug around a network, no damage: a check that a sweep notices anything."""
    return np.ascontiguousarray(pixels[..., ::-1]) if swap else pixels


DAMAGES = {
    "jpeg": Damage("JPEG compression", "quality", (95, 85, 75, 50, 30, 20, 10), _compressed),
    "blur": Damage("Gaussian blur", "sigma, px of 256", (0.5, 1, 1.5, 2, 3), _blurred),
    "noise": Damage("Noise", "standard deviation, gray levels", (2, 5, 10, 20), _noisy),
    "rescale": Damage("Scaled down and up", "factor", (1.5, 2, 3, 4, 8), _rescaled),
    "crop": Damage("Part of the picture", "share of the side", (0.95, 0.9, 0.8, 0.7), _cropped),
    "brightness": Damage("Brightness", "gain", (0.4, 0.6, 0.8, 1.25, 1.6), _brightened, neutral=1),
    "gamma": Damage("Gamma", "exponent", (0.5, 0.7, 1.4, 2), _gamma, neutral=1),
    "webcam": Damage("Imitated webcam", "H.264 CRF", (18, 26, 34), _filmed),
    "bgr": Damage("Red and blue swapped", "1 is swapped", (1,), _swapped),
}


def pick_faces(faces: pd.DataFrame, per_source: int = PER_SOURCE) -> pd.DataFrame:
    """Up to `per_source` faces of each source with enough of them, drawn with a fixed seed."""
    known = faces["source"].isin(plentiful(faces[["label", "source"]].value_counts().to_dict()))
    parts = [
        rows.sample(min(per_source, len(rows)), random_state=SEED)
        for _, rows in faces[known].groupby(["label", "source"])
    ]
    return pd.concat(parts).sort_index().reset_index(drop=True)


def sweep(
    faces: pd.DataFrame,
    network: Network,
    calibration: Calibration,
    *,
    damages: dict[str, Damage] | None = None,
) -> Iterator[dict]:
    """Judge the same faces again and again, each time damaged in another way.

    Args:
        faces: rows of an index; see `pick_faces`.
        network, calibration: the model, with the calibration of clean faces.
        damages: what to do to them; None takes all `DAMAGES`.

    Yields:
        A row a level, the clean faces first: damage (a key of `damages`, or "none"), level
        (None for clean faces), pairs (pair of sources -> n, accuracy, roc_auc,
        tpr_at_1pct_fpr, answered). The same face meets the same chance in every row.

    Raises:
        UserError: not one face can be decoded.
    """
    yield _row("none", None, score_faces(faces, network), calibration)
    for name, damage in (DAMAGES if damages is None else damages).items():
        for level in damage.levels:
            change = partial(_at_level, damage=damage, level=level)
            yield _row(name, level, score_faces(faces, network, change=change), calibration)


def chosen_damages(names: str | None) -> dict[str, Damage]:
    """The damages that "jpeg,blur" and the like name; all of them for None.

    Raises:
        WrongUsage: there is none of such a name.
    """
    asked = list(DAMAGES) if names is None else names.split(",")
    if unknown := [name for name in asked if name not in DAMAGES]:
        raise WrongUsage(f"There is no damage {unknown[0]!r}. There are {', '.join(DAMAGES)}.")
    return {name: DAMAGES[name] for name in asked}


def count_levels(damages: dict[str, Damage] | None = None) -> int:
    """How many rows a sweep has: of these damages, or of all."""
    chosen = DAMAGES if damages is None else damages
    return 1 + sum(len(damage.levels) for damage in chosen.values())


def _at_level(
    pixels: np.ndarray, rng: np.random.Generator, damage: Damage, level: float
) -> np.ndarray:
    return damage.apply(pixels, rng, level)


def _row(name: str, level: float | None, scores: Scores, calibration: Calibration) -> dict:
    kept = ("n", "accuracy", "roc_auc", "tpr_at_1pct_fpr", "answered")
    figures = report(scores, calibration)
    parts = figures["by_pair"] or {"all": figures}
    pairs = {pair: {key: part[key] for key in kept} for pair, part in parts.items()}
    return {"damage": name, "level": level, "pairs": pairs}
