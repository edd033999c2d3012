"""Fit the calibration of live verdicts, slow to accuse a person.

Example:
    films = list(film_views(Path("clips"), raw_judges(panel)))
    tracks = Tracks.joined(imitated_tracks(valid_faces, panel.parts), tracks_of(films))
    calibration = fit_live(tracks, panel.weights)
    people = held_out(tracks, films, panel.weights)  # each person judged without having been seen
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import t as student

from core.config import FAKE, REAL
from core.evaluation.calibration import MISSED_RATE, scaled
from core.inference.live.evidence import Evidence, Joining
from core.inference.verdict import Calibration, State
from core.publishing.live_tracks import Film, Tracks, View

ACCUSED_RATE = 0.01  # of filmed people, at most
ACCUSED_PHOTOS = 0.03  # of photos before an imitated webcam: two frames of a coarser camera
CLEARED_RATE = 0.8  # of filmed people that should be cleared, if they can be
NEAREST = 0.45  # P(fake) up to which one clears at most: one half is "nothing is known"
THRESHOLD = 0.5


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
    odds = np.sum([weight * tracks.odds[name] for name, weight in weights.items()], axis=0)
    real, filmed = tracks.labels == REAL, tracks.filmed
    if min(real.sum(), (~real).sum()) < 2:
        raise ValueError("`tracks` must hold two tracks of each class or more.")
    known = tracks.sharpnesses[np.isfinite(tracks.sharpnesses)]
    known = known if len(known) else np.zeros(1)  # then nothing is too blurred
    base = scaled(tracks.labels, odds, _fit_weights(tracks), known)
    people, photos = odds[real & filmed], odds[real & ~filmed]
    fakes = odds[~real & ~filmed] if (~real & ~filmed).any() else odds[~real]
    high = _rounded(base, accusing_bound(people, photos), np.ceil)
    low = _rounded(base, np.quantile(fakes, MISSED_RATE, method="lower"), np.floor)
    if len(people):
        low = max(low, _rounded(base, np.quantile(people, CLEARED_RATE), np.floor))
    return replace(base, unsure_low=min(low, NEAREST), unsure_high=max(high, 1 - NEAREST))


def _rounded(base: Calibration, log_odds: float, way: Callable[[float], float]) -> float:
    """P(fake) in whole percent, up or down, which is how the pages show it."""
    return float(way(100 * float(base.p_fake(np.array(log_odds)))) / 100)


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
    given = [state for state in states if state != State.UNSURE]
    after = states[states.index(given[0]) :] if given else []
    return {
        "p_fake": evidence.p_fake(joining),
        "verdict": states[-1] if states else State.UNSURE,
        "accused": State.FAKE in states,
        "changes": sum(a != b for a, b in pairwise(after)),
        "seconds": max(times) - min(times[1:], default=0.0),
    }
