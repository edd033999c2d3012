"""A folder of very many faces: how long until it is open, a page is turned, a filter is set.

    python -m bench.dataset DIR [--count 140000]

Makes copies of DIR's pictures, each with some bytes of its own, in a temporary folder outside of
the repository; then times, each in a process of its own: reading just the directory entries and
headers (the floor), the first index, a warm start, and filters, orders and pages on it.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from bench.common import median_ms, print_table, write_json
from core.config import CLASS_NAMES, SPLITS
from core.dataset.browse import Query, Verdicts, find, on_page
from core.dataset.index import index_folder
from core.dataset.index_cache import open_index
from core.dataset.thumbnails import thumbnail
from core.inference.photo import load_calibration

ROUNDS = 5
SHARES = {"train": 100, "valid": 20, "test": 20}


def make_copies(source: Path, target: Path, count: int) -> None:
    """Fill a folder in the Kaggle layout; every copy ends with bytes of its own."""
    faces = index_folder(source).faces
    pools = {name: [Path(p).read_bytes() for p in faces[faces["label"] == name]["path"][:500]]
             for name in CLASS_NAMES}  # fmt: skip
    for split in SPLITS:
        for name in CLASS_NAMES:
            folder, pool = target / split / name, pools[name]
            folder.mkdir(parents=True)
            for number in range(count * SHARES[split] // 280):
                data = pool[number % len(pool)] + number.to_bytes(4, "big")  # after the end marker
                (folder / f"copy_{number:06d}.jpg").write_bytes(data)


def floor(folder: Path) -> dict:
    """Just the entries and the headers, with as many threads, and nothing made of them."""
    start = time.perf_counter()
    paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    with ThreadPoolExecutor(8) as pool:
        read = sum(1 for _ in pool.map(_header, paths))
    return {"seconds": time.perf_counter() - start, "files": read}


def _header(path: str) -> tuple[int, int]:
    os.path.getsize(path)
    with Image.open(path) as image:
        return image.size


def opened(folder: Path) -> dict:
    """Opening it, cold or warm, as the page does."""
    start = time.perf_counter()
    index = open_index(folder, cache=folder.parent / "cache")
    return {"seconds": time.perf_counter() - start, "files": len(index.faces)}


def browsing(folder: Path) -> dict:
    """What the page does on a click, without Streamlit's own time."""
    faces = open_index(folder, cache=folder.parent / "cache").faces
    verdicts = Verdicts.of(np.random.default_rng(0).random(len(faces)), load_calibration())
    queries = {
        "filter": Query(split="train", label="fake", text="7", p_low=0.4, p_high=0.6),
        "sort": Query(order="uncertain"),
    }
    figures = {}
    for name, query in queries.items():
        figures[f"{name}_ms"] = _timed(lambda query=query: find(faces, query, verdicts))
    rows, pages = find(faces, Query(), verdicts), iter(range(1, 1000, 7))

    def turn() -> None:
        shown, _ = on_page(rows, Query(page=next(pages)))
        for path in faces["path"].iloc[shown]:
            thumbnail(path)

    figures["page_ms"] = _timed(turn)
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def _timed(call) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return median_ms(seconds)


WAYS = {"floor": floor, "opened": opened, "browsing": browsing}


def _alone(way: str, folder: Path) -> dict:
    """Run a way in a process of its own."""
    command = [sys.executable, "-m", "bench.dataset", str(folder), "--way", way]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=140_000)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.way:
        print(json.dumps(WAYS[args.way](args.data)))
        return
    scratch = Path(tempfile.mkdtemp(prefix="many-faces-"))
    try:
        make_copies(args.data, scratch / "set", args.count)
        _alone("floor", scratch / "set")  # so that no way gains by the other's warm disk
        plain = _alone("floor", scratch / "set")
        first, warm = (_alone("opened", scratch / "set") for _ in range(2))
        row = {
            "files": first["files"],
            "first_s": first["seconds"],
            "first / bare headers": first["seconds"] / plain["seconds"],
            "warm_s": warm["seconds"],
            **_alone("browsing", scratch / "set"),
        }
    finally:
        shutil.rmtree(scratch)
    print_table([row])
    write_json("dataset", [row])


if __name__ == "__main__":
    main()
