"""Batches of faces: decode in parallel, cache pixels, sample, augment, scale."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from core.config import IMAGE_SIZE
from core.dataset.index import labels_of
from core.errors import UserError
from core.imaging import decode_image, to_model_input

CACHE_BYTES = 8 * 2**30
Augmentation = Callable[..., np.ndarray]  # (pixels, rng, *, filmed) -> pixels


class PixelStore:
    """Decoded images by row number, cached in memory up to a budget.

    Sampling with weights needs random access, which the cache of `tf.data` does not give.

    Attributes:
        paths: the file of each row.
        failed: path -> why it could not be decoded.
    """

    def __init__(self, paths: list[str], *, budget_bytes: int = CACHE_BYTES):
        self.paths = paths
        self.failed: dict[str, str] = {}
        self._kept: dict[int, np.ndarray] = {}
        self._free_bytes = budget_bytes
        self._lock = threading.Lock()

    def get(self, row: int) -> np.ndarray | None:
        """The image of a row: uint8, (height, width, 3), RGB; None if it cannot be decoded."""
        kept = self._kept.get(row)
        path = self.paths[row]
        if kept is not None or path in self.failed:
            return kept
        try:
            pixels = decode_image(Path(path).read_bytes()).pixels
        except (UserError, OSError) as error:
            self.failed[path] = str(error)
            return None
        with self._lock:
            if row not in self._kept and pixels.nbytes <= self._free_bytes:
                self._kept[row] = pixels
                self._free_bytes -= pixels.nbytes
        return pixels


def row_weights(faces: pd.DataFrame, source_shares: dict[str, float] | None) -> np.ndarray:
    """Sampling weights: each class gets one half, and each source its share of its class.

    Args:
        faces: rows of an index.
        source_shares: source -> relative share within its class; sources not named get 0.1.
            None weighs all rows alike, whatever their class.

    Returns:
        float64 array (n,) that sums to 1.
    """
    if source_shares is None:
        return np.full(len(faces), 1 / len(faces))
    counts = faces.groupby(["label", "source"])["path"].transform("size").to_numpy()
    shares = faces["source"].map(lambda source: source_shares.get(source, 0.1)).to_numpy()
    weights = pd.Series(shares / counts)
    total = weights.groupby(faces["label"].to_numpy()).transform("sum").to_numpy()
    return weights.to_numpy() / total / faces["label"].nunique()


def epoch_rows(weights: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers of one epoch, shuffled.

    Each row occurs floor or ceil of `count * weight` times (systematic sampling), so that chance
    does not leave out a rare source. `count` rows of equal weight give a permutation.

    Args:
        weights: float (n,), not negative.
        count: faces of the epoch.
        rng: the only source of randomness.

    Returns:
        int64 array (count,).
    """
    order = rng.permutation(len(weights))  # which rows round up differs from epoch to epoch
    edges = np.cumsum(weights[order]) / np.sum(weights) * count
    picks = np.searchsorted(edges, np.arange(count) + rng.random(), side="right")
    rows = order[np.minimum(picks, len(weights) - 1)]
    return rng.permutation(rows)


def pick_partners(
    faces: pd.DataFrame,
    rows: np.ndarray,
    share: float,
    rng: np.random.Generator,
    *,
    weights: np.ndarray | None = None,
    cross_share: float = 0.0,
) -> np.ndarray:
    """Draw for a share of the rows another row whose face gives a patch; -1 for the others.

    Args:
        faces: rows of an index.
        rows: the epoch's row numbers.
        share: chance of a partner.
        rng: the only source of randomness.
        weights: relative chance of each row of `faces` as a partner of the other class; None
            weighs them alike.
        cross_share: chance that a partner is of the other class; else it is of the same class
            and source.

    Returns:
        int64 array (len(rows),).
    """
    kinds = faces.groupby(["label", "source"]).ngroup().to_numpy()
    order = np.argsort(kinds, kind="stable")
    first = np.searchsorted(kinds[order], np.arange(kinds.max() + 1))
    sizes = np.bincount(kinds)
    kind = kinds[rows]
    partners = order[first[kind] + rng.integers(0, sizes[kind])]
    if cross_share:
        crossed = rng.random(len(rows)) < cross_share
        partners = np.where(crossed, _of_the_other_class(faces, rows, weights, rng), partners)
    return np.where(rng.random(len(rows)) < share, partners, -1)


def _of_the_other_class(
    faces: pd.DataFrame, rows: np.ndarray, weights: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    labels = labels_of(faces)
    weights = np.ones(len(faces)) if weights is None else weights
    partners = np.empty(len(rows), np.int64)
    for label in np.unique(labels):
        chances = np.where(labels != label, weights, 0)
        here = labels[rows] == label
        partners[here] = rng.choice(len(faces), here.sum(), p=chances / chances.sum())
    return partners


def pick_filmed(
    faces: pd.DataFrame, rows: np.ndarray, shares: dict[str, float], rng: np.random.Generator
) -> np.ndarray:
    """Draw which of the rows go through an imitated webcam.

    Args:
        faces: rows of an index.
        rows: the epoch's row numbers.
        shares: source -> chance; sources not named are never filmed.
        rng: the only source of randomness.

    Returns:
        bool array (len(rows),).
    """
    chances = faces["source"].map(lambda source: shares.get(source, 0.0)).to_numpy(np.float64)
    return rng.random(len(rows)) < chances[rows]


def paste_patch(
    pixels: np.ndarray, partner: np.ndarray | None, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Replace a rectangle of a face by that of another face (CutMix, Yun et al., ICCV 2019).

    With few photos a network memorizes persons. In a mix of two faces of one class only the traces
    of the camera or the generator tell the class; in a mix of both classes the target is how much
    of the face was generated. Edges lie on the grid of JPEG's 8x8 blocks.

    Args:
        pixels: uint8 (h, w, 3).
        partner: uint8 (h, w, 3); of another size, or None, nothing is pasted.
        rng: the only source of randomness.

    Returns:
        The mixed face, uint8 (h, w, 3), and the partner's share of its area, in [0, 1].
    """
    if partner is None or partner.shape != pixels.shape:
        return pixels, 0.0
    size = np.array(pixels.shape[:2])
    spans = np.rint(np.sqrt(rng.random()) * size / 8).astype(int) * 8
    spans = np.minimum(spans, size)
    top, left = 8 * rng.integers(0, (size - spans) // 8 + 1)
    here = slice(top, top + spans[0]), slice(left, left + spans[1])
    mixed = pixels.copy()
    mixed[here] = partner[here]
    return mixed, float(spans.prod() / size.prod())


def make_batches(
    store: PixelStore,
    rows: np.ndarray,
    *,
    batch_size: int,
    augmentation: Augmentation | None = None,
    partners: np.ndarray | None = None,
    filmed: np.ndarray | None = None,
    side: int = IMAGE_SIZE,
    seed: int = 0,
):
    """A `tf.data` pipeline over given rows, in their order, without those that cannot be decoded.

    Every sample has its own random generator, seeded by (seed, position): the batches do not depend
    on the threads, and a resumed run sees the same ones.

    Args:
        store: the images.
        rows: int (count,), which rows of the store, in which order.
        batch_size: faces per batch; the last one may be smaller.
        augmentation: from uint8 (h, w, 3), a generator and `filmed` to uint8 (h', w', 3).
        partners: int (count,), for each row another one that a patch is taken from (see
            `paste_patch`), or -1.
        filmed: bool (count,), which rows the augmentation puts through an imitated webcam.
        side: of the network's input, in pixels.
        seed: of the augmentation.

    Returns:
        A `tf.data.Dataset` of (float32 (b, side, side, 3) in [0, 1], int64 (b,) positions in
        `rows`, float32 (b,) the partner's share of each face before the augmentation, in [0, 1]).
    """
    import tensorflow as tf

    cv2.setNumThreads(1)  # the pipeline runs images in parallel already
    missing = np.zeros((0, side, 3), np.float32)

    def load(position: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.float32]:
        pixels, patched = store.get(int(row)), 0.0
        if pixels is None:
            return missing, np.float32(0)
        rng = np.random.default_rng((seed, int(position)))
        if partners is not None and partners[position] >= 0:
            pixels, patched = paste_patch(pixels, store.get(int(partners[position])), rng)
        if augmentation is not None:
            filmed_now = filmed is not None and bool(filmed[position])
            pixels = augmentation(pixels, rng, filmed=filmed_now)
        return to_model_input(pixels, side), np.float32(patched)

    def sample(position, row):
        kinds = (tf.float32, tf.float32)
        face, patched = tf.numpy_function(load, [position, row], kinds, stateful=False)
        return face, position, patched

    def readable(face, position, patched):
        return tf.shape(face)[0] > 0

    def shaped(face, position, patched):
        face = tf.ensure_shape(face, (side, side, 3))
        return face, position, tf.ensure_shape(patched, ())

    slices = (np.arange(len(rows)), np.asarray(rows, np.int64))
    dataset = tf.data.Dataset.from_tensor_slices(slices)
    dataset = dataset.map(sample, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    options = tf.data.Options()
    options.threading.private_threadpool_size = os.cpu_count() or 1  # apart from the training's
    batches = dataset.filter(readable).map(shaped).batch(batch_size).prefetch(4)
    return batches.with_options(options)
