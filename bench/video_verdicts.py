"""What live verdicts say of filmed people, each held out, and of still faces set in motion.

    python -m bench.video_verdicts --clips DIR --data DIR [--split valid] [--faces 25]

DIR of clips has films in real/ and fake/, one person each. Every person is judged with a live
calibration that was fitted on all the others and on the imitated webcam faces of valid; and in
five bursts out of the film, as Photo > Camera takes them, beside five single frames.

With `--faces N`, N still faces of each source are moved through a made-up scene, encoded as H.264
and judged as videos with the shipped calibration. This shows the generators, but says less of
people: the faces do not talk, blink or turn.
"""

import argparse
import io
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.clips import moving_face
from bench.common import print_table, write_json
from core.config import CLASS_NAMES, FAKE, REAL
from core.dataset.index import index_folder, load_split
from core.imaging import decode_image
from core.inference.live.judges import load_judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.track_log import TrackReport
from core.inference.live.video import judge_video
from core.inference.networks import load_panel
from core.mp4 import write_mp4
from core.publishing.live_fit import fit_live, held_out, shown
from core.publishing.live_tracks import (
    Film,
    Tracks,
    View,
    film_views,
    imitated_tracks,
    raw_judges,
    tracks_of,
)

FPS, FRAMES = 15, 45
SIZES = ((1280, 720), (640, 480))
STATES = ("real", "unsure", "fake")
TAKES, BURST_S = 5, 2.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--clips", type=Path, metavar="DIR")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--faces", type=int, metavar="N", help="of each source, set in motion")
    args = parser.parse_args()
    if args.clips:
        rows = measure_films(args.clips, args.data)
        print_table(rows)
        write_json("video_verdicts", rows)
    if args.faces:
        rows = measure_stills(args.data, args.split, args.faces)
        print_table(rows)
        write_json("video_stills", rows)


def measure_films(clips: Path, data: Path) -> list[dict]:
    """A row a class of films and a network."""
    panel = load_panel("both")
    films = list(tqdm(film_views(clips, raw_judges(panel)), desc="films"))
    _, faces = load_split(data, "valid")
    with tqdm(desc="imitated") as bar:
        tracks = Tracks.joined(
            imitated_tracks(faces, panel.parts, progress=bar.update), tracks_of(films)
        )
    joinings = {panel.name: panel.weights} | {name: {name: 1.0} for name in panel.parts}
    return [
        film_row(tracks, [film for film in films if film.label == label], name, weights)
        for name, weights in joinings.items()
        for label in (REAL, FAKE)
    ]


def film_row(tracks: Tracks, films: list[Film], network: str, weights: dict[str, float]) -> dict:
    """What was said of films of one class, each held out."""
    rows = held_out(tracks, films, weights)
    spreads = [spread_of_takes(film, tracks, weights) for film in films]
    return {
        "films": CLASS_NAMES[films[0].label],
        "network": network,
        "n": len(rows),
        **{f"called {state}": int((rows["verdict"] == state).sum()) for state in STATES},
        "ever called fake": int(rows["accused"].sum()),
        "changes a minute": float(rows["changes"].sum() / rows["seconds"].sum() * 60),
        "spread of five bursts": float(np.median([burst for burst, _ in spreads])),
        "spread of five frames": float(np.median([frame for _, frame in spreads])),
    }


def spread_of_takes(film: Film, tracks: Tracks, weights: dict[str, float]) -> tuple[float, float]:
    """Highest less lowest P(fake) of five bursts of a film, and of five single views."""
    calibration = fit_live(tracks.kept(tracks.people != film.name), weights)
    first, last = film.views[0][2], film.views[-1][2]
    starts = np.linspace(first, max(first, last - BURST_S), TAKES)
    bursts = [shown(_between(film.views, at, at + BURST_S), weights, calibration) for at in starts]
    frames = [_single(film.views, at, weights) for at in np.linspace(first, last, TAKES)]
    chances = [burst["p_fake"] for burst in bursts if burst["p_fake"] is not None]
    return float(np.ptp(chances)), float(np.ptp(calibration.p_fake(np.array(frames))))


def _between(views: tuple[View, ...], start_s: float, end_s: float) -> list[View]:
    return [view for view in views if start_s <= view[2] <= end_s]


def _single(views: tuple[View, ...], time_s: float, weights: dict[str, float]) -> float:
    """Joined log-odds of the views nearest to a moment."""
    nearest = {
        part: min((v for v in views if v[0] == part), key=lambda view: abs(view[2] - time_s))[1]
        for part in weights
    }
    return sum(weight * nearest[part] for part, weight in weights.items())


def clip(path: str, seed: int) -> io.BytesIO:
    """A face file as a short H.264 video; size, distance and coarseness vary with the seed."""
    rng = np.random.default_rng(seed)
    face = decode_image(Path(path).read_bytes()).pixels
    size, share = SIZES[rng.integers(2)], rng.uniform(0.5, 0.9)
    frames = moving_face(face, seed=seed, size=size, frames=FRAMES, fps=FPS, share=share)
    buffer = io.BytesIO()
    write_mp4(frames, buffer, fps=FPS, crf=int(rng.integers(20, 30)))
    buffer.seek(0)
    return buffer


def measure_stills(data: Path, split: str, count: int) -> list[dict]:
    """A row a source: what the shipped live verdict says of its faces in motion."""
    judges, rows = load_judges(), []
    for (label, source), part in index_folder(data).part(split).groupby(["label", "source"]):
        chosen = part.sample(min(count, len(part)), random_state=0)
        reports, found = [], []
        for seed, path in enumerate(tqdm(chosen["path"], desc=source)):
            report = judge_video(clip(path, seed), None, LivePipeline(judges))
            found.append(report.frames_with_face / report.frames)
            reports.append(max(report.tracks, key=lambda track: track.frames, default=None))
        rows.append(
            {"class": label, "source": source, **_tally(reports), "face found": np.mean(found)}
        )
    return rows


def _tally(reports: list[TrackReport | None]) -> dict:
    judged = [report for report in reports if report is not None]
    verdicts = [report.verdict for report in judged] + ["unsure"] * (len(reports) - len(judged))
    shares = {f"called {state}": verdicts.count(state) / len(verdicts) for state in STATES}
    means = [report.p_fake_mean for report in judged if report.p_fake_mean is not None]
    flips = [report.flips_per_minute for report in judged]
    return {
        "clips": len(reports),
        **shares,
        "median P(fake)": float(np.median(means)) if means else float("nan"),
        "flips a minute": float(np.mean(flips)) if flips else 0.0,
    }


if __name__ == "__main__":
    main()
