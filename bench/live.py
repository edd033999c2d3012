"""The live pipeline beside the authors' webcam loop, on the same 1280x720 frames.

    python -m bench.live [VIDEO ...]

Without a video, one generated face in a made-up scene is taken, then five. Each way runs in a
process of its own and may use all cores. It is measured twice: as fast as it goes (frames a
second), and at 30 frames a second as a camera sends them (latency from a frame's arrival to its
drawing; while one is judged, all but the newest are dropped). Decoding is not timed. The authors'
loop: Haar (scaleFactor 1.5, minNeighbors 3) on the full colour frame, raw box, BGR taken for RGB,
`model.predict` for every face of every frame. It runs our weights: what is compared is the loop.
Times depend on what else the machine does, which "load" tells: what counts is the ratio.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.common import print_table, write_json

SIZE = (1280, 720)
FRAMES, WARM_UP = 150, 15
Step = Callable[[np.ndarray, float], str | None]  # a frame and its time: the largest face's verdict


def ours(network: str) -> Step:
    from core.inference.live.asking import Beside
    from core.inference.live.judges import load_judges
    from core.inference.live.overlay import GHOST_S, draw_tracks
    from core.inference.live.pipeline import LivePipeline
    from core.inference.live.settings import LiveSettings

    judges = load_judges(network)
    if judges.note:
        raise SystemExit(judges.note)
    pipeline = LivePipeline(judges, settings=LiveSettings(spread=True), asking=Beside)

    def step(pixels: np.ndarray, time_s: float) -> str | None:
        frame = pipeline.step(pixels, time_s)
        draw_tracks(frame)
        boxed = [track for track in frame.tracks if track.lost_s <= GHOST_S]
        largest = max(boxed, key=lambda track: track.box.area, default=None)
        return largest.verdict.state if largest else None

    return step


def authors() -> Step:
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


WAYS = {
    "ours, both networks": partial(ours, "both"),
    "ours, CNN alone": partial(ours, "cnn"),
    "authors' loop": authors,
}


def _frames(video: str) -> tuple[list[np.ndarray], float]:
    """Frames at 1280x720 (with gray bars where the shape differs) and their rate."""
    import av
    import cv2

    source = io.BytesIO(_generated(int(video))) if video.isdigit() else video
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


def _generated(count: int) -> bytes:
    """So many generated faces side by side, each swaying in a scene of its own, as an MP4."""
    from bench.clips import FACE_SHARE, moving_face
    from core.examples import load_examples
    from core.imaging import decode_image
    from core.mp4 import write_mp4

    portraits = [one for one in load_examples() if one.title.startswith("Portrait")]
    share = min(FACE_SHARE, 0.9 * SIZE[0] / SIZE[1] / count)
    columns = [
        moving_face(
            decode_image(portraits[number % len(portraits)].data).pixels,
            seed=number + 1,
            size=(SIZE[0] // count, SIZE[1]),
            frames=FRAMES,
            share=share,
        )
        for number in range(count)
    ]
    buffer = io.BytesIO()
    write_mp4((np.hstack(row) for row in zip(*columns, strict=True)), buffer)
    return buffer.getvalue()


def measure(way: str, video: str) -> dict:
    """Run one loop over one video, in this process: as fast as it can, then at the video's pace."""
    frames, fps = _frames(video)
    warm = WAYS[way]()
    for pixels in frames[:WARM_UP]:
        warm(pixels, 0.0)
    verdicts, seconds, cpu_s = _at_full_speed(WAYS[way](), frames, fps)
    shown = [verdict for verdict in verdicts if verdict]
    called = [verdict for verdict in shown if verdict != "unsure"]
    first = shown.index(called[0]) if called else 0
    flips = sum(a != b for a, b in pairwise(shown[first:]))
    latencies_ms, drawn = _at_its_pace(WAYS[way](), frames, fps)
    return {
        "frames a second": len(frames) / sum(seconds),
        "p50 ms": float(np.percentile(latencies_ms, 50)),
        "p95 ms": float(np.percentile(latencies_ms, 95)),
        "drawn": drawn / len(frames),
        "cpu ms a frame": 1000 * cpu_s / len(frames),
        "face found": len(shown) / len(frames),
        "called fake": verdicts.count("fake") / len(frames),
        "called real": verdicts.count("real") / len(frames),
        "flips a minute": flips / (len(frames) / fps) * 60,
        "load": os.getloadavg()[0],
    }


def _at_full_speed(
    step: Step, frames: list[np.ndarray], fps: float
) -> tuple[list[str | None], list[float], float]:
    """One frame after the other: verdicts, seconds each took, and seconds of all cores."""
    verdicts, seconds, cpu_s = [], [], time.process_time()
    for number, pixels in enumerate(frames):
        started = time.perf_counter()
        verdicts.append(step(pixels, number / fps))
        seconds.append(time.perf_counter() - started)
    return verdicts, seconds, time.process_time() - cpu_s


def _at_its_pace(step: Step, frames: list[np.ndarray], fps: float) -> tuple[list[float], int]:
    """As a camera sends them; what comes meanwhile is dropped, but for the newest.

    Returns:
        ms from a frame's arrival to its drawing, of each that was drawn; and how many were.
    """
    latencies_ms, last, started = [], -1, time.perf_counter()
    while (newest := int((time.perf_counter() - started) * fps)) < len(frames):
        if newest == last:
            time.sleep(max(0.0, started + (newest + 1) / fps - time.perf_counter()))
            continue
        last = newest
        step(frames[newest], newest / fps)
        latencies_ms.append(1000 * (time.perf_counter() - started - newest / fps))
    return latencies_ms, len(latencies_ms)


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "--measure":
        print(json.dumps(measure(sys.argv[2], sys.argv[3])))
        return
    rows = []
    for video in sys.argv[1:] or ["1", "5"]:
        name = f"{video} generated" if video.isdigit() else Path(video).stem
        for way in WAYS:
            command = [sys.executable, "-m", "bench.live", "--measure", way, video]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows.append({"video": name, "way": way, **json.loads(output.splitlines()[-1])})
            print(rows[-1], flush=True)
        slowest = rows[-1]
        for row in rows[-len(WAYS) :]:
            row["times the authors'"] = row["frames a second"] / slowest["frames a second"]
    print_table(rows)
    write_json("live", rows)


if __name__ == "__main__":
    main()
