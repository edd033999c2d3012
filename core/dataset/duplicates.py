"""Duplicates in a data set: files of the same bytes, and pictures that look the same."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from core.config import MAX_FILE_BYTES
from core.dataset.reading import Read, Unread, read_files
from core.dataset.thumbnails import decoded
from core.errors import UserError

SIDE = 16  # of the small gray pictures that are compared, in pixels
SAME_LOOK = 0.997  # see `find_duplicates`
BLOCK = 2048
CHUNK = 256


@dataclass(frozen=True)
class Duplicates:
    """The duplicates of a data set.

    Attributes:
        groups: one row per picture that has a duplicate: group (from 1), kind ("same bytes" or
            "same look"), path, label, split, source.
        leaks: numbers of the groups with pictures in more than one split.
        contradictions: numbers of the groups with both labels.
        compared: how many pictures were compared.
        unreadable: path -> reason.
    """

    groups: pd.DataFrame
    leaks: list[int]
    contradictions: list[int]
    compared: int
    unreadable: dict[str, str]


def find_duplicates(
    faces: pd.DataFrame, progress: Callable[[int, int], object] = lambda done, total: None
) -> Duplicates:
    """Find pictures that are in a data set more than once.

    Two pictures look the same if the correlation of their 16x16 gray versions is at least
    `SAME_LOOK`. In 4,800 aligned faces of six sources, copies saved at JPEG quality 50 and scaled
    down to a quarter of the side correlate by 0.9987 or more, and different faces by at most
    0.9942. Mirrored or cropped copies are not found.

    Args:
        faces: rows of `DatasetIndex.faces`.
        progress: told how many of how many files are read.
    """
    read: list[Read[tuple[str, np.ndarray]] | Unread] = []
    for chunk in read_files(list(faces["path"]), _fingerprint, chunk=CHUNK):
        read += chunk
        progress(len(read), len(faces))
    good = [found for found in read if isinstance(found, Read)]
    unreadable = {found.path: found.error for found in read if isinstance(found, Unread)}
    digests = [found.value[0] for found in good]
    small = np.array([found.value[1] for found in good], np.uint8).reshape(-1, SIDE, SIDE)
    rows = faces.iloc[[found.number for found in good]].reset_index(drop=True)
    groups = _table(rows, digests, _groups(small))
    by_group = groups.groupby("group")
    return Duplicates(
        groups,
        by_group["split"].nunique().loc[lambda count: count > 1].index.tolist(),
        by_group["label"].nunique().loc[lambda count: count > 1].index.tolist(),
        len(good),
        unreadable,
    )


def _fingerprint(path: str, number: int) -> tuple[str, np.ndarray]:
    """SHA-256 of the bytes, and the small gray picture."""
    try:
        data = Path(path).read_bytes()
        small = small_gray(data) if len(data) <= MAX_FILE_BYTES else None
    except Exception as error:  # Pillow raises many types on damaged files
        raise UserError("It is damaged or cut short") from error
    if small is None:
        raise UserError("The file is too large.")
    return hashlib.sha256(data).hexdigest(), small


def small_gray(data: bytes) -> np.ndarray:
    """Decode a picture's file to uint8 (16, 16), gray.

    Raises:
        Exception: of many types, if it cannot be decoded.
    """
    small = decoded(data, 4 * SIDE, "L")
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BOX))


def alike(small: np.ndarray, least: float = SAME_LOOK) -> Iterator[tuple[int, int]]:
    """Yield the pairs (i < j) of pictures that look the same.

    Args:
        small: uint8 (n, 16, 16). All pairs are compared, in blocks, by matrix products.
        least: the smallest correlation that counts. Pictures of one colour match none.
    """
    vectors = small.reshape(len(small), SIDE * SIDE).astype(np.float32)
    vectors -= vectors.mean(axis=1, keepdims=True)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    for start in range(0, len(vectors), BLOCK):
        for other in range(start, len(vectors), BLOCK):
            products = vectors[start : start + BLOCK] @ vectors[other : other + BLOCK].T
            for i, j in np.argwhere(products >= least):
                if start + i < other + j:
                    yield int(start + i), int(other + j)


def _groups(small: np.ndarray) -> np.ndarray:
    """The connected components of pictures that look the same: int (n,), one number each."""
    from scipy.sparse import coo_array  # kept out of the start of every page
    from scipy.sparse.csgraph import connected_components

    pairs = np.array(list(alike(small)), np.int64).reshape(-1, 2)
    joined = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(small), len(small)))
    return connected_components(joined, directed=False)[1]


def _table(faces: pd.DataFrame, digests: list[str], groups: np.ndarray) -> pd.DataFrame:
    columns = ["group", "kind", "path", "label", "split", "source"]
    found = faces[["path", "label", "split", "source"]].copy()
    found["group"] = groups
    found["digest"] = digests
    found = found[found.duplicated("group", keep=False)]
    if found.empty:
        return pd.DataFrame(columns=columns)
    alike = found.groupby("group")["digest"].transform("nunique") == 1
    found["kind"] = np.where(alike, "same bytes", "same look")
    found["group"] = found["group"].rank(method="dense").astype(int)
    return found.sort_values(["group", "path"], ignore_index=True)[columns]
