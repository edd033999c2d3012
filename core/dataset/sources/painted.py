"""Add generated faces to a data set, of any number and truncation."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from core.dataset.index import DatasetIndex
from core.dataset.sources.kaggle_form import SIDE_PX, kaggle_form
from core.dataset.sources.making import make_files, writing_to
from core.errors import UserError, WrongUsage
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes
from core.generators.files import check_psi, check_seed
from core.imaging import encode

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
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Path:
    """Add generated faces to a folder in the Kaggle layout; files that are there are kept.

    The files are `{split}/fake/{source}_{seed}.jpg`; psi is drawn uniformly, by the seed. Faces
    above 256 pixels are processed as the data set (`kaggle_form`); those of the DCGAN keep their
    128 pixels. A tenth each goes to valid and to test.

    Args:
        out: the folder.
        generators: paint in turn.
        source: name of the source: letters and digits.
        first_seed: of consecutive seeds.
        count: how many faces, at least 10.
        psi: smallest and largest truncation.
        progress: called with (files that are there, files in all).

    Returns:
        The folder.

    Raises:
        UserError: a name or number is out of range, or the folder cannot be written.
    """
    if not source.isalnum():
        raise WrongUsage(f"A source's name is letters and digits. Received: {source!r}")
    for bound in psi:
        check_psi(bound)
    check_seed(first_seed)
    check_seed(first_seed + count)
    if count < 10:
        raise WrongUsage(f"At least 10 faces are needed for three splits. Received: {count}")
    jobs = [
        (
            f"{_split(number, count)}/fake/{source}_{first_seed + number}.jpg",
            partial(_painted, generators[number % len(generators)], first_seed + number, psi),
        )
        for number in range(count)
    ]
    with writing_to(out):
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


def _painted(generator: FaceGenerator, seed: int, psi: tuple[float, float]) -> bytes:
    drawn = np.random.default_rng(seed).uniform(min(psi), max(psi))
    face = generator.paint(truncated_codes(generator, [seed], drawn))[0]
    if len(face) > SIDE_PX:
        return kaggle_form(face)
    return encode(face, "JPEG", quality=SMALL_QUALITY, subsampling="4:2:0")
