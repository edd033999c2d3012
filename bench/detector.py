"""The detectors side by side: BlazeFace, the Haar cascades, and the authors' webcam loop.

    python -m bench.detector --data DIR [--split valid] [--count 40]

DIR holds faces as `core.dataset.index` reads them. Tables, and rows of bench/results/detector.json:
`sets`: share of the pictures of each source with a face found, and with more than one.
`scenes`: faces pasted into made-up scenes: share found, and faces found where none is.
`faceless`: pictures without a face; how many show one all the same.
`framing`: the frame a detector gives an aligned face pasted into a scene, against the picture's
own: middle and side in pixels of 256 (FFHQ's template), and FFHQ_SCALE and FFHQ_RISE of
`core.inference.geometry` for its boxes.
`surroundings`: P(fake) of one face of 400 px on canvases of several sizes and colours: the spread.
`speed`: time for one picture over that of Haar.
"""

import argparse
import itertools
import time
from pathlib import Path

import cv2
import numpy as np

from bench.common import median_ms, print_table, write_json
from core.dataset.index import index_folder
from core.imaging import Photo, decode_image
from core.inference.detector import load_detector
from core.inference.geometry import Box, Face, crop_face, square_of
from core.inference.photo import load_inspector
from core.runtime import package_folder
from tests.support.scenes import faceless, noise, pasted, plain, screenshot, texture, turned

FACES = ("ffhq", "stylegan", "omi")  # aligned by FFHQ's own recipe
CANVASES = list(itertools.product([(1200, 900), (4000, 3000), (8000, 2000)], [255, 0]))
# scikit-image's and scikit-learn's pictures that show no person and no animal's face
PICTURES = (
    *("brick", "cell", "coffee", "color", "grass", "gravel", "horse", "hubble_deep_field", "ihc"),
    *("logo", "microaneurysms", "moon", "motorcycle_left", "page", "phantom", "retina", "rocket"),
    *("text", "clock_motion", "chessboard_GRAY", "china", "flower"),
)
CROPS = 8  # turned and scaled parts of each such picture


class AuthorsLoop:
    """Haar as the authors' webcam loop calls it: the full frame, 1.5, 3."""

    def __init__(self):
        file = cv2.data.haarcascades + "haarcascade_frontalface_default.xml"
        self._cascade = cv2.CascadeClassifier(file)

    def detect(self, pixels: np.ndarray) -> list[Face]:
        found = self._cascade.detectMultiScale(pixels[..., ::-1], 1.5, 3)
        return [Face(Box(*map(int, box))) for box in found]


def sets(detectors: dict, faces: dict[str, list[np.ndarray]]) -> list[dict]:
    """Share of pictures with a face found, and with more than one, by source."""
    rows = []
    for source, pictures in faces.items():
        row = {"table": "sets", "what": source, "n": len(pictures)}
        for name, detector in detectors.items():
            counts = np.array([len(detector.detect(picture)) for picture in pictures])
            row |= {f"{name} found": (counts > 0).mean(), f"{name} more": (counts > 1).mean()}
        rows.append(row)
    names = [key for key in rows[0] if key not in ("table", "what", "n")]
    weights = [row["n"] for row in rows]
    mean = {key: float(np.average([row[key] for row in rows], weights=weights)) for key in names}
    return [*rows, {"table": "sets", "what": "all", "n": sum(weights), **mean}]


def scenes(faces: list[np.ndarray]):
    """(kind, scene, [(x, y, box width) of each face]) of everything that is pasted."""
    rng = np.random.default_rng(0)

    def within(kind: str, canvas: np.ndarray, side: int, face: np.ndarray):
        x, y = (int(rng.integers(0, size - side + 1)) for size in canvas.shape[1::-1])
        place = (x + side / 2, y + 0.55 * side, side / 1.53)
        return kind, pasted(face, side, canvas, x, y), [place]

    for number, face in enumerate(faces):
        for box_px in (30, 40, 60, 100, 250):
            side = round(1.53 * box_px)
            yield within(f"white, {box_px} px", plain(1200, 900, 255), side, face)
            yield within(f"black, {box_px} px", plain(1200, 900, 0), side, face)
            yield within(f"noise, {box_px} px", noise(1200, 900, number), side, face)
            yield within(f"textures, {box_px} px", texture(1200, 900, 12, number), side, face)
        yield within("white, 2000 px", plain(4000, 3200, 255), 3060, face)
        for roll in (-45, -30, -15, 15, 30, 45):
            scene = turned(face, 300, texture(900, 700, 30, number), roll)
            yield f"roll {abs(roll)}", scene, [(450, 350, 196)]
        dark = (face * 0.15).astype(np.uint8)
        yield within("backlight, 196 px", plain(1200, 900, 250), 300, dark)
        yield within(
            "night, 196 px", (noise(1600, 1200, number) * 0.04).astype(np.uint8), 300, face
        )
    for first, level in itertools.product(range(0, len(faces) - 9, 10), (255, 30, 225)):
        scene, middles = screenshot(faces[first : first + 10], 150, level)
        yield "screenshot", scene, [(x, y + 6, 98) for x, y in middles]


def pasted_scenes(detectors: dict, faces: list[np.ndarray]) -> list[dict]:
    """Share of pasted faces found, and faces found elsewhere for each scene, by kind."""
    tallies: dict[str, dict] = {}
    for kind, scene, places in scenes(faces):
        tally = tallies.setdefault(kind, {"n": 0, "scenes": 0, **dict.fromkeys(detectors, (0, 0))})
        tally["n"] += len(places)
        tally["scenes"] += 1
        for name, detector in detectors.items():
            boxes = [face.box for face in detector.detect(scene)]
            hits = [any(_is_at(box, place) for box in boxes) for place in places]
            strays = [box for box in boxes if not any(_is_at(box, place) for place in places)]
            tally[name] = tally[name][0] + sum(hits), tally[name][1] + len(strays)
    rows = []
    for kind, tally in tallies.items():
        row = {"table": "scenes", "what": kind, "n": tally["n"]}
        for name in detectors:
            row |= {
                f"{name} found": tally[name][0] / tally["n"],
                f"{name} false": tally[name][1] / tally["scenes"],
            }
        rows.append(row)
    return rows


def _is_at(box: Box, place: tuple[float, float, float]) -> bool:
    x, y, width = place
    apart = np.hypot(box.x + box.w / 2 - x, box.y + box.h / 2 - y)
    return apart < 0.35 * width and 0.5 < box.w / width < 2.0


def without_faces() -> dict[str, list[np.ndarray]]:
    """Pictures without a face: made by code, and real ones that come with libraries."""
    rng, found = np.random.default_rng(0), []
    for name, folder in (("skimage", "data"), ("sklearn", "datasets/images")):
        package = package_folder(name)
        where = package / folder if package else Path()
        found += [file for file in sorted(where.glob("*.*")) if file.stem in PICTURES]
    photos = [decode_image(file.read_bytes()).pixels for file in found]
    parts = []
    for photo, _ in itertools.product(photos, range(CROPS)):
        height, width = photo.shape[:2]
        side = int(min(height, width) * rng.uniform(0.3, 0.9))
        y, x = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
        part = np.ascontiguousarray(np.rot90(photo[y : y + side, x : x + side], rng.integers(4)))
        size = int(rng.integers(200, 1200))
        parts.append(cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA))
    return {"made by code": faceless(), "photos": photos, "parts of photos": parts}


def no_faces(detectors: dict) -> list[dict]:
    rows = []
    for kind, pictures in without_faces().items():
        row = {"table": "faceless", "what": kind, "n": len(pictures)}
        for name, detector in detectors.items():
            row[f"{name} false"] = sum(len(detector.detect(picture)) > 0 for picture in pictures)
        rows.append(row)
    return rows


def framing(detectors: dict, faces: list[np.ndarray]) -> list[dict]:
    """How far the frame of an aligned face lies from its picture."""
    rows, canvas = [], plain(900, 700, 150)
    for name, detector in detectors.items():
        errors, boxes = [], []
        for face in faces:
            found = detector.detect(pasted(face, 256, canvas, 300, 200))
            if len(found) != 1:
                continue
            square, box = square_of(found[0]), found[0].box
            middle = square.x + square.w / 2 - 428, square.y + square.h / 2 - 328
            errors.append((np.hypot(*middle), abs(square.w - 256)))
            boxes.append((256 / box.w, (box.y + box.h / 2 - 328) / box.h))
        (middle, side), worst = np.median(errors, axis=0), np.percentile(errors, 95, axis=0)
        scale, rise = np.median(boxes, axis=0)
        rows.append(
            {
                "table": "framing",
                "what": name,
                "n": len(errors),
                "middle px": float(middle),
                "side px": float(side),
                "middle px, 95%": float(worst[0]),
                "side px, 95%": float(worst[1]),
                "scale": float(scale),
                "rise": float(rise),
            }
        )
    return rows


def surroundings(detectors: dict, faces: list[np.ndarray], network: str) -> list[dict]:
    """P(fake) of the same face on several canvases: how much it moves."""
    rows, inspector = [], load_inspector(network=network)
    for name in ("blazeface", "haar"):
        judge = inspector.with_detector(detectors[name]).judge
        spreads, missed = [], 0
        for face in faces:
            chances = []
            for (width, height), level in CANVASES:
                x, y = width // 2 - 217, height // 2 - 193
                results = judge(Photo(pasted(face, 400, plain(width, height, level), x, y)))
                chances += [result.p_fake for result in results[:1]]
            missed += len(CANVASES) - len(chances)
            spreads += [np.ptp(chances)] if chances else []
        rows.append(
            {
                "table": "surroundings",
                "what": f"{name}, {network}",
                "n": len(faces),
                "within 0.03": float(np.mean(np.array(spreads) <= 0.03)),
                "mean spread": float(np.mean(spreads)),
                "largest": float(np.max(spreads)),
                "missed": missed,
            }
        )
    return rows


def speed(detectors: dict, faces: list[np.ndarray]) -> list[dict]:
    """Median time of a picture, over Haar's."""
    rows = []
    for width, height in ((256, 256), (1200, 900), (4000, 3000)):
        side = 256 if width == 256 else 400
        canvas = texture(width, height, 40)
        pictures = [pasted(face, side, canvas, (width - side) // 2, 0) for face in faces[:8]]
        times = {}
        for name, detector in detectors.items():
            detector.detect(pictures[0])
            seconds = []
            for picture in pictures:
                started = time.perf_counter()
                found = detector.detect(picture)
                [crop_face(picture, face) for face in found]
                seconds.append(time.perf_counter() - started)
            times[name] = median_ms(seconds)
        ratios = {f"{name} / haar": each / times["haar"] for name, each in times.items()}
        rows.append({"table": "speed", "what": f"{width}x{height}", "n": len(pictures), **ratios})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--split", default="valid", choices=["train", "valid"])
    parser.add_argument("--count", default=40, type=int, help="pictures of a source (40)")
    args = parser.parse_args()
    index, faces = index_folder(args.data).part(args.split), {}
    for source, group in index.groupby("source"):
        paths = group.sample(min(args.count, len(group)), random_state=0)["path"]
        faces[source] = [decode_image(Path(path).read_bytes()).pixels for path in paths]
    detectors = {name: load_detector(name)[0] for name in ("blazeface", "haar")}
    detectors["authors"] = AuthorsLoop()
    aligned = [face for number in range(args.count // 2) for face in _nth(faces, number)]
    tables = [
        sets(detectors, faces),
        pasted_scenes(detectors, aligned[:20]),
        no_faces(detectors),
        framing(detectors, aligned),
        surroundings(detectors, aligned[:20], "cnn"),
        surroundings(detectors, aligned[:20], "both"),
        speed(detectors, aligned),
    ]
    for rows in tables:
        print_table(rows)
    write_json("detector", [row for rows in tables for row in rows])


def _nth(faces: dict[str, list[np.ndarray]], number: int) -> list[np.ndarray]:
    return [faces[source][number] for source in FACES if number < len(faces.get(source, []))]


if __name__ == "__main__":
    main()
