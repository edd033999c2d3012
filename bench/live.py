"""The live pipeline beside the authors' webcam loop, on the same 1280x720 frames, on one core.

    python -m bench.live [VIDEO ...]

Without a video a generated face in a made-up scene is taken. Each way runs in a process of its
own that is bound to one core. Both loops get decoded frames and draw on them; only that is
timed. The authors' loop: Haar (scaleFactor 1.5, minNeighbors 3) on the full colour frame, raw
box, BGR taken for RGB, `model.predict` for every face of every frame. It runs our weights: what
is compared is the loop.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.common import print_table, write_json

SIZE = (1280, 720)
WARM_UP = 15


def ours():
    from core.inference.live.overlay import GHOST_S, draw_tracks
    from core.inference.live.pipeline import LivePipeline
    from core.inference.photo import load_calibration
    from core.inference.predictor import load_predictor

    pipeline = LivePipeline(load_predictor(), load_calibration(live=True))

    def step(pixels: np.ndarray, time_s: float) -> str | None:
        frame = pipeline.step(pixels, time_s)
        draw_tracks(frame)
        boxed = [track for track in frame.tracks if track.lost_s <= GHOST_S]
        largest = max(boxed, key=lambda track: track.box.area, default=None)
        return largest.verdict.state if largest else None

    return step


def authors():
    import cv2

    from bench.verdict import keras_predict

    predict = keras_predict()
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def step(pixels: np.ndarray, time_s: float) -> str | None:
        frame, verdict, widest = pixels[..., ::-1].copy(), None, 0
        for x, y, w, h in cascade.detectMultiScale(frame, 1.5, 3):
            face = cv2.resize(frame[y : y + h, x : x + w], (128, 128)) / 255.0
            fake, real = predict(face[None])[0]
            cv2.rectangle(frame, (x, y), (x + w, y + h), (0, 255, 0), 2)
            word = "real" if real > fake else "fake"
            cv2.putText(frame, word, (x, y - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 255, 0), 2)
            if w > widest:
                widest, verdict = w, word
        return verdict

    return step


WAYS = {"ours": ours, "authors' loop": authors}


def _frames(video: str) -> tuple[list[np.ndarray], float]:
    """Frames at 1280x720 (with gray bars where the shape differs) and their rate."""
    import av
    import cv2

    source = io.BytesIO(_generated()) if video == "generated" else video
    frames = []
    with av.open(source) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate)
        for frame in container.decode(stream):
            scale = min(SIZE[0] / frame.width, SIZE[1] / frame.height)
            size = round(frame.width * scale), round(frame.height * scale)
            pixels = cv2.resize(frame.to_ndarray(format="rgb24"), size)
            canvas = np.full((SIZE[1], SIZE[0], 3), 110, np.uint8)
            left, top = (SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2
            canvas[top : top + size[1], left : left + size[0]] = pixels
            frames.append(canvas)
    return frames, fps


def _generated() -> bytes:
    from core.dataset.clips import moving_face
    from core.examples import load_examples
    from core.imaging import decode_image
    from core.mp4 import write_mp4

    portrait = next(one for one in load_examples() if one.title == "Portrait A")
    face = decode_image(portrait.data).pixels
    buffer = io.BytesIO()
    write_mp4(moving_face(face, seed=1, size=SIZE, frames=300), buffer)
    return buffer.getvalue()


def measure(way: str, video: str) -> dict:
    """Run one loop over one video, in this process, on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    frames, fps = _frames(video)
    warm, step = WAYS[way](), WAYS[way]()
    for pixels in frames[:WARM_UP]:
        warm(pixels, 0.0)
    verdicts, seconds, cpu = [], [], time.process_time()
    for number, pixels in enumerate(frames):
        started = time.perf_counter()
        verdicts.append(step(pixels, number / fps))
        seconds.append(time.perf_counter() - started)
    cpu = time.process_time() - cpu
    shown = [verdict for verdict in verdicts if verdict]
    called = [verdict for verdict in shown if verdict != "unsure"]
    first = shown.index(called[0]) if called else 0
    flips = sum(a != b for a, b in zip(shown[first:], shown[first + 1 :], strict=False))
    length_s = len(frames) / fps
    return {
        "frames a second": len(frames) / sum(seconds),
        "p50 ms": 1000 * statistics.median(seconds),
        "p95 ms": 1000 * float(np.percentile(seconds, 95)),
        "core at 30 fps": cpu / len(frames) * 30,
        "face found": len(shown) / len(frames),
        "called fake": verdicts.count("fake") / len(frames),
        "called real": verdicts.count("real") / len(frames),
        "flips a minute": flips / length_s * 60,
    }


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "--measure":
        print(json.dumps(measure(sys.argv[2], sys.argv[3])))
        return
    rows = []
    for video in sys.argv[1:] or ["generated"]:
        for way in WAYS:
            command = [sys.executable, "-m", "bench.live", "--measure", way, video]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows.append(
                {"video": Path(video).stem, "way": way, **json.loads(output.splitlines()[-1])}
            )
        ratio = rows[-2]["frames a second"] / rows[-1]["frames a second"]
        rows[-2]["times the authors'"], rows[-1]["times the authors'"] = ratio, 1.0
    print_table(rows)
    write_json("live", rows)


if __name__ == "__main__":
    main()
