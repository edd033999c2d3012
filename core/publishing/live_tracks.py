"""What the networks say of faces in motion: imitated on still faces, and filmed for real."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.config import CLASS_NAMES, FAKE, REAL
from core.errors import UserError
from core.evaluation.scores import score_faces
from core.inference.live.evidence import Evidence, Joining, capped
from core.inference.live.judges import Judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.video import judge_video
from core.inference.networks import Network, Panel
from core.webcam_imitation import Webcam

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
    """A camera with chances of its own; every other one in a mirror, as a live track is seen."""
    camera, way = Webcam(), -1 if look % 2 else 1

    def film(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        seen = camera(pixels, np.random.default_rng([look, rng.integers(2**32)]))
        return np.ascontiguousarray(seen[:, ::way])

    return film


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
    cnn, second = panel.predictor, panel.parts.get("second")
    return Judges(panel.name, cnn, second, joining, joining)


def film_views(folder: Path, judges: Judges) -> Iterator[Film]:
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
