"""The splits of a data set that a training run reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from core.config import CLASS_NAMES
from core.dataset.batches import PixelStore, row_weights
from core.dataset.index import DatasetIndex, index_folder, labels_of
from core.errors import UserError
from core.training.classifier.recipes import Recipe


@dataclass(frozen=True)
class Part:
    """One split of a data set.

    Attributes:
        faces: n rows of an index.
        store: their pixels, by row number.
        labels: int32 (n,), 0 fake, 1 real.
        weights: float64 (n,), sampling probabilities, summing to 1.
    """

    faces: pd.DataFrame
    store: PixelStore
    labels: np.ndarray
    weights: np.ndarray


def load_parts(data: Path, recipe: Recipe) -> tuple[Part, Part]:
    """The train and the valid split of a folder; prints a note on what is left out.

    Raises:
        UserError: the folder cannot be used, or a class has no image in a split.
    """
    index = index_folder(data)
    for note in index.notes:
        tqdm.write(f"Note: {note}")
    return load_part(index, "train", recipe), load_part(index, "valid", recipe)


def load_part(index: DatasetIndex, split: str, recipe: Recipe) -> Part:
    """One split of a data set as a recipe uses it.

    Raises:
        UserError: a class has no image in the split.
    """
    faces = faces_of(index, split, recipe.sources)
    weights = row_weights(faces, recipe.source_shares)
    return Part(faces, PixelStore(list(faces["path"])), labels_of(faces), weights)


def faces_of(index: DatasetIndex, split: str, sources: tuple[str, ...] = ()) -> pd.DataFrame:
    """The rows of one split, renumbered; only of these sources, if any are named.

    Raises:
        UserError: a class has no image in the split.
    """
    faces = index.faces[index.faces["split"] == split]
    if sources:
        faces = faces[faces["source"].isin(sources)]
    for name in CLASS_NAMES:
        if not (faces["label"] == name).any():
            wanted = f" of the sources {', '.join(sources)}" if sources else ""
            raise UserError(
                f"{index.root / split / name} has no readable image{wanted}. Training needs "
                "both classes in train and in valid."
            )
    return faces.reset_index(drop=True)


def describe_faces(train: pd.DataFrame, valid: pd.DataFrame) -> dict:
    """Split -> "label/source" -> number of faces; shows on resume whether the data changed."""
    return {
        split: {
            f"{label}/{source}": len(rows)
            for label, part in faces.groupby("label")
            for source, rows in part.groupby("source")
        }
        for split, faces in (("train", train), ("valid", valid))
    }
