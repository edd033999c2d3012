"""Real faces in memory, all framed alike: for training and for measuring a generator."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from core.dataset.index import NO_SPLIT, DatasetIndex, index_folder
from core.dataset.reading import Read, Unread, read_files
from core.errors import UserError
from core.imaging import decode_image, to_model_input
from core.picture_files import FRAMING_FILE

# A Haar box is 0.652 of an FFHQ picture's side and 0.836 of CelebA's (141 and 129 faces of
# train); this square (left, top, side) of a 256-pixel FFHQ picture shows the face as large and
# as high as CelebA does.
CROPS = {"ffhq": (28, 54, 200), "celebahq": (28, 54, 200)}


@dataclass(frozen=True)
class RealFaces:
    """The real faces of a data set.

    Attributes:
        pixels: uint8 (n, 128, 128, 3), RGB.
        sources: str (n,), the source of each.
        skipped: path -> why it could not be read.
        notes: sentences on what of the folder was left out.
    """

    pixels: np.ndarray
    sources: np.ndarray
    skipped: dict[str, str]
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many faces each source has."""
        return dict(sorted(Counter(self.sources.tolist()).items()))


def load_real_faces(data: Path, splits: Sequence[str], *, sources: Sequence[str] = ()) -> RealFaces:
    """Read the real faces of some splits of a folder, or all if it has no splits.

    Args:
        data: a folder as `core.dataset.index.index_folder` takes it.
        splits: names of the splits.
        sources: the only sources read, if any are named.

    Raises:
        UserError: the folder cannot be used, or has no real face that can be read.
    """
    return real_faces_of(index_folder(data), splits, sources=sources)


def real_faces_of(
    index: DatasetIndex, splits: Sequence[str], *, sources: Sequence[str] = ()
) -> RealFaces:
    """As `load_real_faces`, of a folder that is indexed already.

    Raises:
        UserError: it has no real face that can be read.
    """
    table = index.faces
    table = table[(table["label"] == "real") & table["split"].isin([*splits, NO_SPLIT])]
    if sources:
        table = table[table["source"].isin(sources)]
    done = (index.root / FRAMING_FILE).exists()
    kinds = [""] * len(table) if done else list(table["source"])

    def read(path: str, number: int) -> np.ndarray:
        return framed(decode_image(Path(path).read_bytes()).pixels, kinds[number])

    found = list(chain.from_iterable(read_files(list(table["path"]), read)))
    good = [each for each in found if isinstance(each, Read)]
    skipped = {each.path: each.error for each in found if isinstance(each, Unread)}
    if not good:
        raise UserError(
            f"{index.root} has no readable real face in {', '.join(splits)}{_broken(index)}. "
            "Name a folder with train/real/ (as Kaggle's) or real/."
        )
    pixels = np.stack([each.value for each in good])
    sources = table["source"].to_numpy()[[each.number for each in good]]
    return RealFaces(pixels, sources, skipped, index.notes)


def _broken(index: DatasetIndex) -> str:
    count = len(index.unreadable)
    return f" ({count} of its files are no pictures or damaged)" if count else ""


def framed(pixels: np.ndarray, source: str) -> np.ndarray:
    """Crop a face as all are framed: uint8 (128, 128, 3), RGB.

    Args:
        pixels: uint8 (side, side, 3), RGB.
        source: where it is from; one that is not in `CROPS` is used whole.
    """
    if source in CROPS:
        left, top, side = (round(part * pixels.shape[0] / 256) for part in CROPS[source])
        pixels = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    return np.rint(to_model_input(pixels) * 255).astype(np.uint8)
