"""Add generated faces to a data set, of any number and truncation."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from core.atomic import write_atomically
from core.dataset.index import DatasetIndex
from core.dataset.sources.kaggle_form import SIDE_PX, kaggle_form
from core.dataset.sources.making import make_files, writing_to
from core.errors import UserError, WrongUsage
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes
from core.generators.files import check_psi, check_seed
from core.imaging import encode
from core.picture_files import RECORD_FILE
from core.tables import to_csv

# Beside the faces, whose files are processed like the data set's and so cannot say it themselves.
RECORD_COLUMNS = ["file", "generator", "version", "run", "seed", "psi"]
SMALL_QUALITY = 95  # of faces that have fewer pixels than the data set's
TRAIN_SHARE, VALID_SHARE = 0.8, 0.1


def paint_faces(
    out: Path,
    generators: Sequence[FaceGenerator],
    *,
    source: str,
    first_seed: int,
    count: int,
    psi: tuple[float, float],
    run: str = "",
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Path:
    """Add generated faces to a folder in the Kaggle layout; files that are there are kept.

    The files are `{split}/fake/{source}_{seed}.jpg`; psi is drawn uniformly, by the seed. Faces
    above 256 pixels are processed as the data set (`kaggle_form`); those of the DCGAN keep their
    128 pixels. A tenth each goes to valid and to test. How each was made is a row of `painted.csv`
    in the folder, with the columns `RECORD_COLUMNS`.

    Args:
        out: the folder.
        generators: paint in turn.
        source: name of the source: letters and digits.
        first_seed: of consecutive seeds.
        count: how many faces, at least 10.
        psi: smallest and largest truncation.
        run: name of the training run that the generators are of; "" for those shipped.
        progress: called with (files that are there, files in all).

    Returns:
        The folder.

    Raises:
        UserError: a name or number is out of range, the folder cannot be written, or its
            `painted.csv` is damaged.
    """
    if not source.isalnum():
        raise WrongUsage(f"A source's name is letters and digits. Received: {source!r}")
    for bound in psi:
        check_psi(bound)
    check_seed(first_seed)
    check_seed(first_seed + count)
    if count < 10:
        raise WrongUsage(f"At least 10 faces are needed for three splits. Received: {count}")
    rows, jobs = [], []
    for number in range(count):
        generator, seed = generators[number % len(generators)], first_seed + number
        drawn = float(np.random.default_rng(seed).uniform(min(psi), max(psi)))
        file = f"{_split(number, count)}/fake/{source}_{seed}.jpg"
        rows.append((file, generator.name, generator.version, run, seed, drawn))
        jobs.append((file, partial(_painted, generator, seed, drawn)))
    with writing_to(out):
        _record(out, pd.DataFrame(rows, columns=RECORD_COLUMNS))
        make_files(out, jobs, progress)
    return out


def link_faces(index: DatasetIndex, out: Path) -> None:
    """Link all images of another data set into a folder.

    Raises:
        UserError: the folder cannot be written.
    """
    for path in index.faces["path"]:
        link = out / index.relative(path)
        try:
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(Path(path).absolute())
        except OSError as error:
            raise UserError(f"{link} cannot be made ({error.strerror}).") from error


def _split(number: int, count: int) -> str:
    train, valid = round(TRAIN_SHARE * count), round(VALID_SHARE * count)
    return "train" if number < train else "valid" if number < train + valid else "test"


def _record(out: Path, rows: pd.DataFrame) -> None:
    """Write down how faces are made that are not there yet; what is known of others stays.

    It comes before the painting, so that none is there unrecorded when that is broken off.
    """
    new = rows[[not (out / file).exists() for file in rows["file"]]]
    if new.empty:
        return
    known, target = pd.DataFrame(columns=RECORD_COLUMNS), out / RECORD_FILE
    if target.exists():
        try:
            known = pd.read_csv(target, dtype=str, keep_default_na=False)[RECORD_COLUMNS]
        except (ValueError, KeyError) as error:
            raise UserError(f"{target} is damaged. Delete it, or choose another --out.") from error
    out.mkdir(parents=True, exist_ok=True)
    both = pd.concat([known[~known["file"].isin(new["file"])].astype(object), new.astype(object)])
    write_atomically(target, to_csv(both.sort_values("file"), marked=False))


def _painted(generator: FaceGenerator, seed: int, psi: float) -> bytes:
    face = generator.paint(truncated_codes(generator, [seed], psi))[0]
    if len(face) > SIDE_PX:
        return kaggle_form(face)
    return encode(face, "JPEG", quality=SMALL_QUALITY, subsampling="4:2:0")
