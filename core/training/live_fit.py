"""Fit the calibration of live verdicts: on imitated webcam faces and on people who were filmed.

Example:
    judges = raw_judges(panel)
    films = film_views(Path("clips"), judges)
    tracks = Tracks.joined(imitated_tracks(valid_faces, panel.parts), tracks_of(films))
    calibration = fit_live(tracks, panel.weights)
    people = held_out(tracks, films, panel.weights)  # each person judged without having been seen
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student

from core.config import CLASS_NAMES, FAKE, REAL
from core.dataset.webcam import Webcam
from core.errors import UserError
from core.evaluation.calibration import MISSED_RATE, fit_scaling
from core.evaluation.folder import score_faces
from core.inference.live.evidence import Evidence, Joining, capped
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.video import judge_video
from core.inference.networks import Network, Panel
from core.inference.verdict import Calibration

ACCUSED_RATE = 0.01  # of filmed people, at most
ACCUSED_PHOTOS = 0.03  # of photos before an imitated webcam: two frames of a coarser camera
CLEARED_RATE = 0.8  # of filmed people that should be cleared, if they can be
NEAREST = 0.45  # P(fake) up to which one clears at most: one half is "nothing is known"
THRESHOLD = 0.5
LOOKS = 2  # imitated filmings of a face, whose mean stands for a track
PER_SOURCE = 30
View = tuple[str, float, float]  # network, log-odds, time_s


@dataclass(frozen=True)
class Tracks:
    """What the networks say of faces in motion, n of them.

    Attributes:
        odds: mean log-odds of each network over its views, float (n,) by its name.
        labels: int (n,), 0 fake, 1 real.
        people: str (n,), whom each shows; tracks of one name are held out together.
        filmed: bool (n,), by a camera; the others are imitated on a still face.
        sharpnesses: float (n,), nan where it was not measured.
    """

    odds: dict[str, np.ndarray]
    labels: np.ndarray
    people: np.ndarray
    filmed: np.ndarray
    sharpnesses: np.ndarray

    def kept(self, mask: np.ndarray) -> "Tracks":
        """Those of a bool (n,)."""
        odds = {name: values[mask] for name, values in self.odds.items()}
        rest = {field.name: getattr(self, field.name)[mask] for field in fields(self)[1:]}
        return Tracks(odds, **rest)

    @classmethod
    def joined(cls, *parts: "Tracks") -> "Tracks":
        """Several sets, whose networks are the same, as one."""
        odds = {name: np.concatenate([p.odds[name] for p in parts]) for name in parts[0].odds}
        rest = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(cls)[1:]
        }
        return cls(odds, **rest)


def fit_live(tracks: Tracks, weights: dict[str, float]) -> Calibration:
    """The calibration of a verdict on whole tracks, slow to accuse.

    "Fake" begins where the next person who is filmed would lie with a chance of `ACCUSED_RATE`,
    taken from the spread of the filmed people (Student's t, so few of them ask for a wide margin),
    above all of them, and above all but `ACCUSED_PHOTOS` of the imitated photos. "Real" ends where
    `MISSED_RATE` of the imitated fakes lie below, or `CLEARED_RATE` of the filmed people if that
    is further. Around one half, where nothing is known, it is always unsure.

    Args:
        tracks: at least two of each class, some of them imitated or filmed.
        weights: how the networks' log-odds are joined; those not named do not count.

    Raises:
        ValueError: a class has fewer than two tracks.
    """
    odds = sum(weight * tracks.odds[name] for name, weight in weights.items())
    real, filmed = tracks.labels == REAL, tracks.filmed
    if min(real.sum(), (~real).sum()) < 2:
        raise ValueError("`tracks` must hold two tracks of each class or more.")
    temperature, bias = fit_scaling(tracks.labels, odds, _fit_weights(tracks))
    known = tracks.sharpnesses[np.isfinite(tracks.sharpnesses)]
    base = Calibration(
        temperature=round(temperature, 4),
        bias=round(bias, 4),
        threshold=THRESHOLD,
        unsure_low=0.0,
        unsure_high=1.0,
        min_sharpness=round(float(np.percentile(known, 1)), 1) if len(known) else 0.0,
    )
    people, photos = odds[real & filmed], odds[real & ~filmed]
    fakes = odds[~real & ~filmed] if (~real & ~filmed).any() else odds[~real]
    high = _rounded(base, accusing_bound(people, photos), np.ceil)
    low = _rounded(base, np.quantile(fakes, MISSED_RATE, method="lower"), np.floor)
    if len(people):
        low = max(low, _rounded(base, np.quantile(people, CLEARED_RATE), np.floor))
    return replace(base, unsure_low=min(low, NEAREST), unsure_high=max(high, 1 - NEAREST))


def _rounded(base: Calibration, log_odds: float, way: Callable[[float], float]) -> float:
    """P(fake) in whole percent, up or down, which is how the pages show it."""
    return float(way(100 * base.p_fake(np.array(log_odds))) / 100)


def accusing_bound(people: np.ndarray, photos: np.ndarray) -> float:
    """Log-odds from which one accuses: beyond it lies one more real face at `ACCUSED_RATE`.

    Args:
        people: log-odds of real people who were filmed, float (n,).
        photos: of photos before an imitated webcam, float (m,); of the two one may be empty.
    """
    bounds = []
    if len(photos):
        bounds.append(np.quantile(photos, 1 - ACCUSED_PHOTOS, method="higher"))
    if len(people):
        bounds.append(people.max())
    if (count := len(people)) > 1:
        far = student.ppf(1 - ACCUSED_RATE, count - 1) * np.sqrt(1 + 1 / count)
        bounds.append(people.mean() + far * people.std(ddof=1))
    return float(max(bounds))


def _fit_weights(tracks: Tracks) -> np.ndarray:
    """Each class one half, and in it filmed people as much as all imitated faces together."""
    weights = np.zeros(len(tracks.labels))
    for label in (FAKE, REAL):
        inside = tracks.labels == label
        kinds = [inside & tracks.filmed, inside & ~tracks.filmed]
        if label == FAKE and kinds[1].any():  # a few films of other generators weigh as they are
            kinds = [inside]
        kinds = [kind for kind in kinds if kind.any()]
        for kind in kinds:
            weights[kind] = 1 / kind.sum() / len(kinds)
    return weights


def imitated_tracks(
    faces: pd.DataFrame,
    parts: dict[str, Network],
    *,
    per_source: int = PER_SOURCE,
    progress: Callable[[int], object] = lambda count: None,
) -> Tracks:
    """Faces of a data set, each put through an imitated webcam `LOOKS` times.

    Args:
        faces: rows of an index.
        parts: the networks by name.
        per_source: most faces of a source and class, drawn the same way every time.
        progress: told how many faces one network has looked at once more.
    """
    groups = faces.groupby(["label", "source"], group_keys=False)
    chosen = groups.sample(frac=1, random_state=0).groupby(["label", "source"]).head(per_source)
    chosen = chosen.reset_index(drop=True)
    odds: dict[str, list[np.ndarray]] = {name: [] for name in parts}
    for look in range(LOOKS):
        for name, part in parts.items():
            scores = score_faces(chosen, part, progress, change=_filming(look))
            odds[name].append(scores.log_odds)
    means = {
        name: np.mean([[capped(value) for value in look] for look in looks], axis=0)
        for name, looks in odds.items()
    }
    count = len(scores.labels)
    people = scores.faces["path"].astype(str).to_numpy()
    return Tracks(means, scores.labels, people, np.zeros(count, bool), scores.sharpnesses)


def _filming(look: int) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    camera = Webcam()
    return lambda pixels, rng: camera(pixels, np.random.default_rng([look, rng.integers(2**32)]))


@dataclass(frozen=True)
class Film:
    """What was said of the face of a film that was judged most often.

    Attributes:
        name: of the file.
        label: 0 fake, 1 real.
        views: what each network said, in the order of time.
    """

    name: str
    label: int
    views: tuple[View, ...]


def raw_judges(panel: Panel) -> Judges:
    """The networks of a panel as they judge before there is a live calibration."""
    calibration = replace(panel.calibration, min_sharpness=0.0, max_disagreement=None)
    joining = Joining(panel.weights, calibration)
    cnn, second = panel.parts["cnn"].predictor, panel.parts.get("second")
    return Judges(panel.name, cnn, second, joining, joining)


def film_views(folder: Path, judges: Judges) -> Iterable[Film]:
    """Judge every film below `folder`/real and `folder`/fake, one person each.

    Raises:
        UserError: there are none.
    """
    paths = [(path, label) for label in (FAKE, REAL) for path in _films(folder, label)]
    if not paths:
        raise UserError(f"{folder} has no films in the folders real/ and fake/.")
    for path, label in paths:
        heard: dict[int, list[View]] = {}

        def note(key: int, *view, heard=heard) -> None:
            heard.setdefault(key, []).append(view)

        judge_video(path, None, LivePipeline(judges, heard=note))
        yield Film(path.stem, label, tuple(max(heard.values(), key=len, default=[])))


def _films(folder: Path, label: int) -> list[Path]:
    below = folder / CLASS_NAMES[label]
    return sorted(path for path in below.glob("*") if path.is_file()) if below.is_dir() else []


def tracks_of(films: Iterable[Film]) -> Tracks:
    """Films as tracks; one in which no face was judged is left out."""
    judged = [film for film in films if film.views]
    means = [evidence_of(film.views).means() for film in judged]
    return Tracks(
        {name: np.array([each[name] for each in means]) for name in means[0]},
        np.array([film.label for film in judged]),
        np.array([film.name for film in judged]),
        np.ones(len(judged), bool),
        np.full(len(judged), np.nan),
    )


def evidence_of(views: Iterable[View]) -> Evidence:
    """All that was said of a face, added up."""
    evidence = Evidence()
    for view in views:
        evidence.add(*view)
    return evidence


def held_out(tracks: Tracks, films: Iterable[Film], weights: dict[str, float]) -> pd.DataFrame:
    """How each film is called, with a calibration that never saw its person.

    Args:
        tracks: all there are, those of `films` among them.
        films: as from `film_views`.
        weights: as for `fit_live`.

    Returns:
        A row a film: name, label, p_fake, verdict at its end, accused (whether "fake" was ever
        shown), changes (of the shown verdict after the first one was given), seconds.
    """
    rows = []
    for film in films:
        calibration = fit_live(tracks.kept(tracks.people != film.name), weights)
        rows.append(
            {"name": film.name, "label": film.label} | shown(film.views, weights, calibration)
        )
    return pd.DataFrame(rows)


def shown(views: Iterable[View], weights: dict[str, float], calibration: Calibration) -> dict:
    """What a person would have read while these views came in: see `held_out`."""
    joining, evidence, states = Joining(weights, calibration), Evidence(), []
    times = [0.0]
    for part, log_odds, time_s in views:
        evidence.add(part, log_odds, time_s)
        times.append(time_s)
        states.append(evidence.decide(time_s, joining).state)
    given = [state for state in states if state != "unsure"]
    after = states[states.index(given[0]) :] if given else []
    return {
        "p_fake": evidence.p_fake(joining),
        "verdict": states[-1] if states else "unsure",
        "accused": "fake" in states,
        "changes": sum(a != b for a, b in pairwise(after)),
        "seconds": max(times) - min(times[1:], default=0.0),
    }
