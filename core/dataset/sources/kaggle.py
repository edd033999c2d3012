"""The data set the architecture was published with, from Kaggle: all of it, or a sample."""

import io
import os
import shutil
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd

from core.atomic import write_atomically
from core.config import CLASS_NAMES, SPLITS
from core.dataset.index_cache import CACHE_DIR
from core.dataset.sources.unpacking import bounded_unpacking
from core.errors import UserError, WrongUsage
from core.imaging import decode_image
from core.picture_files import is_picture

HANDLE = "xhlulu/140k-real-and-fake-faces/versions/2"
INNER = "real_vs_fake/real-vs-fake"  # where the splits lie in the archive
COUNTS = {"train": 50_000, "valid": 10_000, "test": 10_000}  # of each class
BYTES = 4_100_000_000  # of the archive; unpacked it takes about as much again
UNFOLDED_BYTES = 3 * BYTES  # largest size of an unpacked archive
SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}  # of a sample
MAX_SAMPLE = 5_000
TRIES = 4
WAIT_S = 2.0  # before the second try; doubles with each
WORKERS = 8


def download_all() -> Path:
    """Download the whole set into kagglehub's folder; a broken download is continued.

    Returns:
        The folder with the splits.

    Raises:
        UserError: no disk space, no connection, no permission, or the set is not complete.
    """
    cache = _cache_folder()
    _check_room(cache, 2 * BYTES)
    with bounded_unpacking(UNFOLDED_BYTES):
        folder = Path(fetch(None)) / INNER
    check_counts(folder, COUNTS)
    return folder


def check_counts(folder: Path, counts: dict[str, int]) -> None:
    """Raise UserError unless every class of every split has `counts[split]` files."""
    for split in SPLITS:
        for name in CLASS_NAMES:
            place = folder / split / name
            found = sum(map(is_picture, os.listdir(place))) if place.is_dir() else 0
            if found != counts[split]:
                raise UserError(
                    f"{split}/{name} has {found:,} files instead of {counts[split]:,}: the "
                    f"download is not complete. Delete {folder} and start it again."
                )


def download_sample(
    per_class: int,
    out: Path | None = None,
    seed: int = 0,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Path:
    """Download a random sample of the set; files that are there already are kept.

    Args:
        per_class: faces of each class, 10 to `MAX_SAMPLE`, over train, valid and test.
        out: folder for them; None takes `sample_folder`.
        seed: the same seed draws the same faces.
        progress: called with (files that are there, files in all).

    Returns:
        The folder, in the Kaggle layout.

    Raises:
        UserError: `per_class` out of range, no disk space, no connection, or a damaged file.
    """
    if not 10 <= per_class <= MAX_SAMPLE:
        raise WrongUsage(
            f"A sample has 10 to {MAX_SAMPLE:,} faces a class. Received: {per_class}. For more "
            "take the whole set."
        )
    out = out or sample_folder(per_class, seed)
    _check_room(_cache_folder(), per_class * 2 * 100_000)
    with _no_inner_bars():
        return _download_sample(per_class, out, seed, progress)


def _download_sample(per_class: int, out: Path, seed: int, progress: Callable) -> Path:
    names = [name for split in SPLITS for name in _chosen(split, per_class, seed)]
    missing = [name for name in names if not (out / name).exists()]
    done = len(names) - len(missing)
    progress(done, len(names))
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(lambda name: _fetch_face(name, out), missing):
            done += 1
            progress(done, len(names))
    return out


@contextmanager
def _no_inner_bars() -> Generator[None]:
    """Without kagglehub's own progress bar for every single file."""
    import kagglehub.clients as clients

    theirs = clients.tqdm
    clients.tqdm = partial(theirs, disable=True)  # ty: ignore[invalid-assignment]
    try:
        yield
    finally:
        clients.tqdm = theirs


def _chosen(split: str, per_class: int, seed: int) -> list[str]:
    """Paths such as "train/real/31355.jpg", drawn from the set's own index."""
    table = read_listing(Path(fetch(f"{split}.csv")).read_bytes())
    wanted = round(per_class * SHARES[split])
    parts = [
        rows.sample(min(wanted, len(rows)), random_state=seed)
        for _, rows in table.groupby("label_str")
    ]
    return sorted(pd.concat(parts)["path"])


def read_listing(data: bytes) -> pd.DataFrame:
    """Read the set's index of a split: columns path and label_str.

    Raises:
        UserError: it is not such a CSV file.
    """
    try:
        table = pd.read_csv(io.BytesIO(data), usecols=["path", "label_str"], dtype=str).dropna()
    except (ValueError, UnicodeDecodeError) as error:
        raise UserError(
            "Kaggle sent an index that cannot be read. Try again later, or take the whole set."
        ) from error
    clean = table["path"].str.fullmatch(r"(train|valid|test)/(real|fake)/[\w-]+\.jpg")
    return table[clean]


def _fetch_face(name: str, out: Path) -> None:
    file = Path(fetch(f"{INNER}/{name}"))
    data = file.read_bytes()
    try:
        decode_image(data)
    except UserError as error:
        _forget(file)
        raise UserError(
            f"What Kaggle sent as {name} is no picture. Start the sample again: it continues there."
        ) from error
    target = out / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, data)
    except OSError as error:
        raise _no_room(error, out) from error
    _forget(file)


def _forget(file: Path) -> None:
    """Delete a file in kagglehub's folder, so that it is downloaded again when it is needed."""
    file.unlink(missing_ok=True)


def fetch(path: str | None) -> str:
    """Download a file of the set, or all of it, with kagglehub; `TRIES` times where that may help.

    Each try continues where the last one was cut off, if the server allows that.

    Args:
        path: within the set; None is all of it, unpacked.

    Returns:
        Where the file, or the folder of all of it, lies in kagglehub's own folder.

    Raises:
        UserError: no connection, no permission, no room, or what came is damaged.
    """
    os.environ.setdefault("KAGGLEHUB_VERBOSITY", "error")  # else a line for every file
    import kagglehub  # kept out of the start of every other command
    import requests
    from kagglehub.exceptions import DataCorruptionError, KaggleApiHTTPError

    error: Exception | None = None
    for number in range(TRIES):
        if number:
            time.sleep(WAIT_S * 2 ** (number - 1))
        try:
            return kagglehub.dataset_download(HANDLE, path)
        except UserError:  # a bomb
            drop_archive()
            raise
        except KaggleApiHTTPError as refusal:
            code = None if refusal.response is None else refusal.response.status_code
            if code is not None and code not in (429, 500, 502, 503, 504):
                raise UserError(_refused(code)) from refusal
            error = refusal
        except (requests.exceptions.RequestException, DataCorruptionError) as broken:
            error = broken
        except OSError as full:
            raise _no_room(full, _cache_folder()) from full
        except Exception as damaged:  # unpacking raises many types
            drop_archive()
            error = damaged
    raise UserError(
        f"Kaggle could not be reached, the connection broke, or what came was damaged, {TRIES} "
        f"times ({type(error).__name__}). What came is kept: start again to continue. The demo set "
        "needs no connection."
    ) from error


def _refused(code: int) -> str:
    if code in (401, 403):
        return (
            f"Kaggle refused ({code}): it wants you to sign in. Make a token at Kaggle, under "
            "Settings, API, and give it as KAGGLE_API_TOKEN in the environment."
        )
    if code == 404:
        return "Kaggle does not have this file any more (404). Take the whole set, or the demo set."
    return f"Kaggle refused with HTTP status {code}. Try again later."


def _cache_folder() -> Path:
    from kagglehub.config import get_cache_folder

    return Path(get_cache_folder())


def drop_archive() -> None:
    """Delete the downloaded archive of the set: it is damaged, and not to be continued."""
    from kagglehub.cache import get_cached_archive_path
    from kagglehub.handle import parse_dataset_handle

    Path(get_cached_archive_path(parse_dataset_handle(HANDLE))).unlink(missing_ok=True)


def _check_room(folder: Path, needed_bytes: int) -> None:
    """Raise UserError unless the disk of a folder, which need not exist yet, has room."""
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free_bytes = shutil.disk_usage(place).free
    if free_bytes < needed_bytes:
        raise UserError(
            f"This needs {needed_bytes / 1e9:.1f} GB in {folder}, and {free_bytes / 1e9:.1f} GB "
            "are free. Make room, name another place in KAGGLEHUB_CACHE, or take a sample."
        )


def _no_room(error: OSError, folder: Path) -> UserError:
    return UserError(
        f"{folder} cannot be written ({error.strerror or error}). Make room there; what came is "
        "kept: start again to continue."
    )


def whole_folder() -> Path:
    """Where the whole set lies once it is downloaded."""
    return _cache_folder() / "datasets" / HANDLE / INNER


def sample_folder(per_class: int, seed: int = 0) -> Path:
    """Where a sample lies once it is downloaded, if no other place is named."""
    return CACHE_DIR / f"kaggle-sample-{per_class}-{seed}"
