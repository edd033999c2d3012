"""The works that are killed and resumed, and what would be wrong with what they leave.

Training of the classifier, `classify --out` (with a network that costs nothing), `dataset paint`,
`generate`, what `publish` does to the shipped files, and a download from a stand-in of Kaggle's
server on this machine.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

FILES, FACES, PHOTOS, EPOCHS = 64, 40, 24, 4
VERSIONS, PARTS, PART_BYTES = 60, ("xml", "bin", "weights.h5"), 200_000
ANSWER_S = 0.05  # that the server takes for a file
PAUSE_S = 0.02  # that the network which costs nothing takes for a file
WORKERS_END_S = 30.0


@dataclass(frozen=True)
class Story:
    """Work that can be resumed.

    Attributes:
        name: of it.
        share: of all kills.
        work: does it, from a data folder into another one; begins, or goes on.
        faults: what is wrong in a folder, beside a whole one; asked after every kill, and with
            `done` at the end.
        kills: before a piece of work is let to its end.
        beside: what must run meanwhile, given the data folder.
    """

    name: str
    share: float
    work: Callable[[Path, Path], None]
    faults: Callable[[Path, Path, bool], Iterator[str]]
    kills: int = 6
    beside: Callable[[Path], AbstractContextManager] = nullcontext


def make_data(folder: Path) -> None:
    from core.imaging import encode
    from tests.conftest import write_dataset

    write_dataset(folder / "faces", {"train": PHOTOS // 2, "valid": 6})
    (folder / "photos").mkdir()
    for number in range(FILES):
        pixels = np.full((8, 8, 3), number * 37 % 256, np.uint8)
        (folder / "photos" / f"{number:03}.png").write_bytes(encode(pixels))


def _command(*words) -> None:
    from core.cli.main import main

    sys.exit(main([str(word) for word in words]))


def _train(data: Path, folder: Path) -> None:
    begun = ["--resume"] if (folder / "run.json").exists() else []
    words = ["--recipe", "original", "--epochs", EPOCHS, "--data", data / "faces", "--out", folder]
    _command("train", "classifier", *words, *begun)


def _train_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    from core.tables import read_rows
    from core.training.checkpoint import load_arrays

    names = ("run.json", "history.csv", "last.npz", "best.weights.npz")
    there = [name for name in names if (folder / name).exists()]
    if done and len(there) < len(names):
        yield f"of the run only {there} are there"
        return
    try:
        rows = read_rows((folder / names[1]).read_bytes()) if names[1] in there else []
        arrays = {name: load_arrays(folder / name) for name in there if name.endswith(".npz")}
    except Exception as error:
        yield f"half a file: {type(error).__name__}"
        return
    if names[0] in there:
        json.loads((folder / names[0]).read_text())
    columns = ["epoch", "loss", "val_loss", "val_accuracy", "lr"]
    for row, other in zip(rows, read_rows((whole / names[1]).read_bytes()), strict=done):
        if any(row[name] != other[name] for name in columns):
            yield "an epoch has other figures than in an unbroken run"
    if done:
        for name, kept in arrays.items():
            sound = load_arrays(whole / name)
            if set(kept) != set(sound) or any((kept[k] != sound[k]).any() for k in kept):
                yield f"{name} differs from that of an unbroken run"


def _score(data: Path, folder: Path) -> None:
    from tests.support.scoring import main

    main(str(data / "photos"), str(folder / "r.jsonl"), str(folder / "log"), str(PAUSE_S))


def _score_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    out = folder / "r.jsonl"
    if not out.exists():
        if done:
            yield "there is no table"
        return
    if out.read_bytes() != (whole / out.name).read_bytes():
        yield "the table differs from that of an unbroken run"
    rows = pd.DataFrame([json.loads(line) for line in out.read_text().splitlines()])
    if len(rows) != FILES or rows["path"].duplicated().any():
        yield "a file is missing, or judged twice"
    if done and not _ended({int(line.split()[0]) for line in _lines(folder / "log")}):
        yield "a worker outlives its killed parent"


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def _ended(processes: set[int]) -> bool:
    until_s = time.monotonic() + WORKERS_END_S
    while any(Path(f"/proc/{number}/exe").exists() for number in processes):
        if time.monotonic() > until_s:
            return False
        time.sleep(0.1)
    return True


def _paint(data: Path, folder: Path) -> None:
    words = ["--generator", "dcgan", "--count", FACES, "--source", "x", "--out", folder]
    _command("dataset", "paint", *words)


def _generate(data: Path, folder: Path) -> None:
    _command("generate", "--seed", 5, "--count", FACES, "--out", folder)


def file_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    """Every file is whole; what a killed write has begun is hidden, and no picture by its name."""
    names = _shown(folder)
    if done and names != _shown(whole):
        yield "other files than those of an unbroken run"
    for name in names & _shown(whole):
        if (folder / name).read_bytes() != (whole / name).read_bytes():
            yield "a file is half, or differs from that of an unbroken run"


def _shown(folder: Path) -> set[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in files if not path.name.startswith(".")}


def _publish(data: Path, folder: Path) -> None:
    """Ship version after version, from the one that is there."""
    from core.artifacts import registered, ship_all

    known = registered(folder).values()
    done = max((int(entry.data) for entry in known), default=0)
    for version in range(done, VERSIONS):
        ship_all([_version(name, version + 1) for name in ("one", "two")], folder=folder)


def _version(name: str, version: int):
    from core.artifacts import Shipment

    files = {part: f"{name} {version} ".encode() * (PART_BYTES // 8) for part in PARTS}
    return Shipment(name, files, str(version), {})


def _publish_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    """What the registry names is there, whole, and all of one version."""
    from core.artifacts import read_artifact, registered
    from core.errors import UserError

    known = registered(folder)
    if done and {entry.data for entry in known.values()} != {str(VERSIONS)}:
        yield "it has not come to its last version"
    if len({entry.data for entry in known.values()}) > 1:
        yield "the registry names files of two versions"
    for name in known:
        try:
            read_artifact(name, folder)
        except UserError as error:
            yield f"a shipped file is lost: {error}"
    named = {"registry.json", *(entry.file for entry in known.values())}
    if done and {path.name for path in folder.rglob("*")} != named:
        yield "files lie there that nothing names"


@contextmanager
def _kaggle(data: Path) -> Generator[None]:
    """Kaggle's stand-in, which tells its port in a file."""
    from tests.support.kaggle import Kaggle

    server = Kaggle()
    server.pause_s = ANSWER_S
    serve = partial(server.serve_forever, poll_interval=0.01)
    threading.Thread(target=serve, daemon=True).start()
    (data / "port").write_text(str(server.server_port))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _download(data: Path, folder: Path) -> None:
    os.environ |= {"KAGGLEHUB_CACHE": str(folder / "cache"), "KAGGLE_CONFIG_DIR": str(folder)}
    from core.dataset.sources.kaggle import download_sample
    from tests.support.kaggle import pointed_at

    pointed_at(int((data / "port").read_text()))
    download_sample(10, folder / "sample")


def _download_faults(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    yield from file_faults(folder / "sample", whole / "sample", done)


STORIES = (
    Story("classify --out", 0.25, _score, _score_faults),
    Story("dataset paint", 0.15, _paint, file_faults),
    Story("generate", 0.1, _generate, file_faults, kills=2),
    Story("publish", 0.15, _publish, _publish_faults),
    Story("dataset download", 0.15, _download, _download_faults, beside=_kaggle),
    Story("train classifier", 0.2, _train, _train_faults),
)
