"""Ship the live calibrations: of the CNN, of the second opinion and of both, fitted on films."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from core.artifacts import Shipment
from core.config import ARTIFACTS_DIR, FAKE, REAL
from core.dataset.index import load_split
from core.inference.networks import load_panel
from core.inference.verdict import Calibration, State
from core.publishing.live_fit import fit_live, held_out
from core.publishing.live_tracks import (
    Film,
    Tracks,
    film_views,
    imitated_tracks,
    raw_judges,
    tracks_of,
)
from core.publishing.model_card import write_model_card
from core.publishing.with_card import ship_with_card

_FILES = {"cnn": "classifier", "second": "second", "both": "both"}


def publish_live(data: Path, clips: Path, *, folder: Path = ARTIFACTS_DIR) -> Iterator[str]:
    """Fit and ship what live verdicts of the shipped networks stand on.

    Call it anew whenever one of the networks, or how they are joined, was published.

    Args:
        data: a data set with a split valid, whose faces are put through an imitated webcam.
        clips: a folder of films, real/ and fake/, one person each.
        folder: where the artifacts lie.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the data, the films or the shipped networks cannot be used.

    Example:
        for line in publish_live(Path("data"), Path("clips")):
            print(line)
    """
    panel = load_panel("both", folder)
    films = list(film_views(clips, raw_judges(panel)))
    yield f"Judged {len(films)} films."
    _, faces = load_split(data, "valid")
    imitated = imitated_tracks(faces, panel.parts)
    yield f"Imitated {len(imitated.labels)} faces of valid before a webcam."
    tracks = Tracks.joined(imitated, tracks_of(films))
    described = (
        f"{len(imitated.labels)} faces of valid before an imitated webcam, "
        f"{sum(film.label == REAL for film in films)} filmed people"
    )
    joinings = {name: {name: 1.0} for name in panel.parts} | {panel.name: panel.weights}
    shipments = []
    for name, weights in joinings.items():
        calibration, figures = fit_live(tracks, weights), held_out_figures(tracks, films, weights)
        content = {"live.json": json.dumps(asdict(calibration)).encode()}
        shipments.append(Shipment(_FILES[name], content, described, figures))
        yield f"{name}: {asdict(calibration)}; held out: {figures}"
    # At once: those of one fitting go together, and the card quotes one of them.
    ship_with_card(write_model_card, shipments, folder=folder)
    yield f"Wrote the live calibrations to {folder.name}/."
    yield "Wrote MODEL_CARD.md."


def held_out_figures(tracks: Tracks, films: list[Film], weights: dict[str, float]) -> dict:
    """What was said of filmed people and films, each with a calibration that never saw it."""
    rows = held_out(tracks, films, weights)
    return {
        "held_out_people": _tally(rows[rows["label"] == REAL]),
        "held_out_generated_films": _tally(rows[rows["label"] == FAKE]),
        "imitated": imitated_shares(
            tracks.kept(~tracks.filmed), weights, fit_live(tracks, weights)
        ),
    }


def imitated_shares(
    tracks: Tracks, weights: dict[str, float], calibration: Calibration
) -> dict[str, float]:
    """Which share of the imitated photos is accused, of the imitated fakes cleared and caught."""
    odds = sum(weight * tracks.odds[name] for name, weight in weights.items())
    called = calibration.states(calibration.p_fake(odds))
    real = tracks.labels == REAL
    return {
        "photos_called_fake": round(float((called[real] == State.FAKE).mean()), 4),
        "photos_called_real": round(float((called[real] == State.REAL).mean()), 4),
        "fakes_called_real": round(float((called[~real] == State.REAL).mean()), 4),
        "fakes_called_fake": round(float((called[~real] == State.FAKE).mean()), 4),
    }


def _tally(rows: pd.DataFrame) -> dict:
    counts = rows["verdict"].value_counts()
    return {
        "n": len(rows),
        **{f"called_{state}": int(counts.get(state, 0)) for state in ("real", "unsure", "fake")},
        "ever_called_fake": int(rows["accused"].sum()),
        "changes_of_the_verdict": int(rows["changes"].sum()),
    }
