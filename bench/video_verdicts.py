"""What the live pipeline says of many faces in motion, by source.

    python -m bench.video_verdicts --data DIR [--split valid] [--faces 25]

Each still face of a split is moved through a made-up scene, encoded as H.264 and judged as a
video. This says more than two or three clips of real people can, but less than as many clips
would: the faces do not talk, blink or turn.
"""

import argparse
import io
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.common import print_table, write_json
from core.dataset.clips import moving_face
from core.dataset.index import index_folder
from core.imaging import decode_image
from core.inference.live.pipeline import LivePipeline
from core.inference.live.track_log import TrackReport
from core.inference.live.video import judge_video
from core.inference.photo import load_calibration
from core.inference.predictor import load_predictor
from core.mp4 import write_mp4

FPS, FRAMES = 15, 45
SIZES = ((1280, 720), (640, 480))
STATES = ("real", "fake", "unsure")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--faces", type=int, default=25, metavar="N", help="of each source")
    args = parser.parse_args()
    predictor, calibration = load_predictor(), load_calibration(live=True)
    faces = index_folder(args.data).part(args.split)
    rows = []
    for (label, source), part in faces.groupby(["label", "source"]):
        chosen = part.sample(min(args.faces, len(part)), random_state=0)
        reports, found = [], []
        for seed, path in enumerate(tqdm(chosen["path"], desc=source)):
            pipeline = LivePipeline(predictor, calibration)
            report = judge_video(clip(path, seed), None, pipeline, calibration)
            found.append(report.frames_with_face / report.frames)
            reports.append(max(report.tracks, key=lambda track: track.frames, default=None))
        rows.append(
            {"class": label, "source": source, **_tally(reports), "face found": np.mean(found)}
        )
    print_table(rows)
    write_json("video_verdicts", rows)


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
