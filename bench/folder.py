"""Folder scoring: how near `classify --out` comes to what the networks alone can do.

    python -m bench.folder [--files 120] [--rounds 3] [--network both]

Pictures are variants of the shipped generated faces, 256 px, JPEG. Tables, and rows of
bench/results/folder.json:
`speed`: files a second of the networks alone (crops in memory, batches, the better of one process
with all cores and a process for each core), of `classify --out` on aligned faces and with
detection, and each over the networks; by the clock, and by the time all cores spend on a file,
which other work on the machine hardly changes. A command's figures are the slope between a short
and a long run, which leaves its start out.
`memory`: peak of the writing process and of a worker, and rows a second, for 10,000, 30,000 and
100,000 tiny pictures, judged by a stand-in for the networks: constant memory, linear time.
Each run is a process of its own, in turn; medians. An earlier version is compared with by
bench/classify_before.py.
"""

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.common import print_table, write_json
from core.config import ROOT
from core.examples import load_examples
from core.imaging import decode_image, encode
from core.runtime import cores, limit_threads

SIDE_PX = 256
WARM_FILES = 16  # of a short run
ALONE_S = 8.0
MEMORY_ROWS = (10_000, 30_000, 100_000)
MB = 2**20
ONE, EACH = "networks, one process", "networks, a process for each core"
ALIGNED, DETECTION = "classify --aligned --out", "classify --out"


def write_pictures(folder: Path, count: int) -> None:
    """Variants of the generated single faces: mirrored, brighter, darker; JPEG."""
    faces = [each for each in load_examples() if each.file.startswith("generated_seed")]
    pixels = [decode_image(each.data).pixels for each in faces]
    small = [cv2.resize(each, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for each in pixels]
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(count):
        face = small[number % len(small)][:, :: rng.choice([-1, 1])]
        face = np.clip(face * rng.uniform(0.9, 1.1), 0, 255).astype(np.uint8)
        Image.fromarray(face).save(folder / f"{number:05}.jpg", quality=90)


def taken(words: list[str], cwd: Path = ROOT) -> np.ndarray:
    """What `python -m core WORDS...` takes: (wall time, time of all cores), in seconds."""
    started, before = time.perf_counter(), _core_seconds()
    subprocess.run([sys.executable, "-m", "core", *words], cwd=cwd, check=True, capture_output=True)
    return np.array([time.perf_counter() - started, _core_seconds() - before])


def _core_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def classified(folder: Path, words: list[str]) -> np.ndarray:
    """What `classify --out` takes on a folder, as `taken`."""
    out = folder.with_suffix(".jsonl")
    out.unlink(missing_ok=True)
    return taken(["classify", str(folder), "--out", str(out), *words])


def alone(network: str, processes: int) -> np.ndarray:
    """Seconds a face, (wall, cores), of the networks alone, in so many processes at once."""
    words = [sys.executable, "-m", "bench.folder", "--alone", network]
    words += ["--threads", str(max(1, cores() // processes))]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for _ in range(processes)
    ]
    for process in running:
        process.stdout.readline()  # it has loaded and warmed up
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [json.loads(process.communicate()[0]) for process in running]
    rates, core_s = np.array(found).T
    return np.array([1 / rates.sum(), np.average(core_s, weights=rates)])


def measure_alone(network: str, threads: int) -> None:
    """In a process of its own: judge the same batch until the time is up."""
    from core.inference.networks import load_panel
    from core.scoring.unit import FILES

    limit_threads(threads)
    panel = load_panel(network)
    crops = list(np.random.default_rng(0).integers(0, 256, (FILES, 256, 256, 3), np.uint8))
    panel.listen(crops)
    print("ready", flush=True)
    sys.stdin.readline()
    started, used, judged = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - started < ALONE_S:
        panel.listen(crops)
        judged += len(crops)
    used = time.process_time() - used
    print(json.dumps([judged / (time.perf_counter() - started), used / judged]))


def speed(short: Path, long: Path, files: int, network: str, rounds: int) -> list[dict]:
    """Rates, and how much of what the networks alone do."""
    asked = {ALIGNED: ["--aligned", "--network", network], DETECTION: ["--network", network]}
    seconds: dict[str, list[np.ndarray]] = {name: [] for name in (ONE, EACH, *asked)}
    for _ in range(rounds):
        seconds[ONE].append(alone(network, 1))
        seconds[EACH].append(alone(network, cores()))
        for name, words in asked.items():
            both = classified(short, words), classified(long, words)
            seconds[name].append((both[1] - both[0]) / (files - WARM_FILES))
    medians = {name: np.median(each, axis=0) for name, each in seconds.items()}
    limit = np.minimum(medians[ONE], medians[EACH])
    return [
        {
            "table": "speed",
            "way": name,
            "network": network,
            "files_per_s": float(1 / wall_s),
            "of the networks": float(limit[0] / wall_s),
            "core_s_per_file": float(core_s),
            "of the networks, by core time": float(limit[1] / core_s),
        }
        for name, (wall_s, core_s) in medians.items()
    ]


def memory() -> list[dict]:
    """Peaks of a run over tiny pictures."""
    rows = []
    for count in MEMORY_ROWS:
        words = [sys.executable, "-m", "bench.folder", "--memory", str(count)]
        done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
        rows.append({"table": "memory", "rows": count, **json.loads(done.stdout)})
    for row in rows:
        row["writer, over the first"] = row["writer_mb"] / rows[0]["writer_mb"]
        row["worker, over the first"] = row["worker_mb"] / rows[0]["worker_mb"]
        row["rate, over the first"] = row["rows_per_s"] / rows[0]["rows_per_s"]
    return rows


def measure_memory(count: int) -> None:
    """In a process of its own: score tiny pictures with a stand-in for the networks."""
    from core.scoring.folder import FolderRun
    from tests.support.scoring import SETTINGS, in_processes

    tiny = encode(Image.new("RGB", (8, 8)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "in")
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.png").write_bytes(tiny)
        run = FolderRun(Path(name, "r.parquet"), SETTINGS)
        started = time.perf_counter()
        for _ in run.judge([folder], in_processes()):
            pass
        run.finish()
        seconds = time.perf_counter() - started
    while multiprocessing.active_children():  # their peaks are known when they have ended
        time.sleep(0.05)
    kinds = {"writer_mb": resource.RUSAGE_SELF, "worker_mb": resource.RUSAGE_CHILDREN}
    peaks = {name: resource.getrusage(kind).ru_maxrss * 1024 / MB for name, kind in kinds.items()}
    print(json.dumps({**peaks, "rows_per_s": count / seconds}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", default=120, type=int, help="of a long run (120)")
    parser.add_argument("--rounds", default=3, type=int, help="medians of so many (3)")
    parser.add_argument("--network", default=["both"], nargs="+", choices=["both", "cnn", "second"])
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        return measure_alone(args.alone, args.threads)
    if args.memory:
        return measure_memory(args.memory)
    with tempfile.TemporaryDirectory() as name:
        short, long = Path(name, "short"), Path(name, "long")
        write_pictures(short, WARM_FILES)
        write_pictures(long, args.files)
        tables = [speed(short, long, args.files, each, args.rounds) for each in args.network]
        tables.append(memory())
    for rows in tables:
        print_table(rows)
    write_json("folder", [row for rows in tables for row in rows])


if __name__ == "__main__":
    main()
