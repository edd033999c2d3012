"""Whether `classify` on a folder became slower: today's beside an earlier version's, in turn.

    python -m bench.classify_before [--against COMMIT] [--photos 1000] [--rounds 3] [--note TEXT]

COMMIT is taken out of git into a folder of its own and runs in the same Python. The photos are
made by code from the shipped generated faces: of ten three aligned ones, three portraits, two
scenes of three faces, one of a phone's 12 million pixels, and one that shows no face. Every run is
a process of its own, its whole time counts, and both are asked for the CNN's verdict: the earlier
version had no second opinion. The limit is 1.5 times the time of before the present detector. Rows
go into bench/results/classify_speed.json; a ratio side by side holds on a busy
machine too, and NOTE says so.
"""

import argparse
import itertools
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from bench.common import earlier_version, print_table, write_json
from bench.folder import taken
from core.config import ROOT
from core.examples import load_examples
from core.imaging import decode_image
from tests.support.scenes import pasted, resized, texture, turned

BEFORE = "6b1c62a"  # the last commit of Haar cascades alone
LIMIT = 1.5
WARM_UP = 10  # photos of a first run that does not count: it fills the caches of files


def made_photo(number: int, faces: list[np.ndarray]) -> np.ndarray:
    """The photo of a number, uint8 (height, width, 3) RGB; ten kinds in turn."""
    rng = np.random.default_rng(number)
    face, kind = faces[number % len(faces)], number % 10
    if kind < 3:
        return np.ascontiguousarray(resized(face, 256)[:, :: rng.choice([-1, 1])])
    if kind < 6:
        return turned(face, 360, texture(600, 800, 40, number), float(rng.uniform(-12, 12)))
    if kind < 8:
        scene = texture(1600, 1200, 60, number)
        for column in range(3):
            side = int(rng.integers(120, 420))
            x, y = 60 + column * 500, int(rng.integers(0, 1200 - side))
            scene = pasted(faces[(number + column) % len(faces)], side, scene, x, y)
        return scene
    if kind == 8:
        return pasted(face, 1400, texture(4000, 3000, 150, number), 1200, 700)
    return texture(1280, 960, 30, number)


def write_photos(folder: Path, count: int) -> None:
    """So many made photos as JPEG files."""
    faces = [each for each in load_examples() if each.file.startswith("generated_seed")]
    pixels = [decode_image(each.data).pixels for each in faces]
    folder.mkdir()
    for number in range(count):
        photo = Image.fromarray(made_photo(number, pixels))
        photo.save(folder / f"{number:05}.jpg", quality=90)


def versions(commit: str, elsewhere: Path) -> dict[str, tuple[Path, list[str]]]:
    """Where each version lies, and its words for the CNN's verdict."""
    earlier = earlier_version(commit, elsewhere)
    return {commit: (earlier, []), "today": (ROOT, ["--network", "cnn"])}


def measured(commit: str, photos: int, rounds: int) -> list[dict]:
    """Medians of both, in turn, over the earlier one's."""
    with tempfile.TemporaryDirectory() as name:
        few, all_of_them = Path(name, "few"), Path(name, "all")
        write_photos(few, WARM_UP)
        write_photos(all_of_them, photos)
        ways = versions(commit, Path(name, "before"))
        for place, words in ways.values():
            taken(["classify", "--json", str(few), *words], place)
        seconds: dict[str, list[np.ndarray]] = {way: [] for way in ways}
        for _, (way, (place, words)) in itertools.product(range(rounds), ways.items()):
            seconds[way].append(taken(["classify", "--json", str(all_of_them), *words], place))
    medians = {way: np.median(each, axis=0) for way, each in seconds.items()}
    first = medians[commit]
    return [
        {
            "version": way,
            "photos": photos,
            "rounds": rounds,
            "seconds": float(median[0]),
            "of before": float(median[0] / first[0]),
            "of before, by core time": float(median[1] / first[1]),
            "limit": LIMIT,
        }
        for way, median in medians.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", default=BEFORE, metavar="COMMIT", help=f"({BEFORE})")
    parser.add_argument("--photos", default=1000, type=int, help="in the folder (1000)")
    parser.add_argument("--rounds", default=3, type=int, help="medians of so many (3)")
    parser.add_argument("--note", help="kept with the figures: what else ran, for example")
    args = parser.parse_args()
    rows = measured(args.against, args.photos, args.rounds)
    print_table(rows)
    write_json("classify_speed", rows, args.note)


if __name__ == "__main__":
    main()
