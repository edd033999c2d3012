"""Haar cascades side by side, and the geometry of an FFHQ crop around their boxes.

    python -m bench.detector --data DIR [--split valid] [--count 100]

For each frontal cascade and source: the share of pictures with exactly one face found, with
none, and, on aligned faces, the picture's side over the box's side and how far the picture's
middle lies above the box's (FFHQ_SCALE and FFHQ_RISE of `core.inference.geometry`).
"""

import argparse
import time
from pathlib import Path

import numpy as np

from bench.common import median_ms, print_table, write_json
from core.dataset.index import index_folder
from core.imaging import decode_image
from core.inference import detector as detector_module

CASCADES = ("default", "alt", "alt2")


def measure(cascade: str, paths: list[str]) -> dict:
    """Run one cascade, with the app's other settings, over pictures of one face each."""
    detector_module.CASCADE = f"haarcascade_frontalface_{cascade}.xml"
    detector = detector_module.FaceDetector()
    counts, geometry, seconds = [], [], []
    for path in paths:
        pixels = decode_image(Path(path).read_bytes()).pixels
        started = time.perf_counter()
        faces = detector.detect(pixels)
        seconds.append(time.perf_counter() - started)
        counts.append(len(faces))
        if len(faces) == 1:
            box, side = faces[0].box, pixels.shape[0]
            geometry.append((side / box.w, (box.y + box.h / 2 - side / 2) / box.h))
    scale, rise = np.median(geometry, axis=0) if geometry else (np.nan, np.nan)
    return {
        "one": counts.count(1) / len(counts),
        "none": counts.count(0) / len(counts),
        "more": sum(count > 1 for count in counts) / len(counts),
        "scale": float(scale),
        "rise": float(rise),
        "median_ms": median_ms(seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--count", default=100, type=int)
    args = parser.parse_args()
    faces = index_folder(args.data).part(args.split)
    rows = []
    for source, group in faces.groupby("source"):
        paths = list(group.sample(min(args.count, len(group)), random_state=0)["path"])
        rows += [{"source": source, "cascade": name, **measure(name, paths)} for name in CASCADES]
    print_table(rows)
    write_json("detector", rows)


if __name__ == "__main__":
    main()
