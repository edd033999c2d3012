"""The augmented faces a network is trained on, and whether one property separates the classes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.dataset.batches import (
    Augmentation,
    PixelStore,
    epoch_rows,
    make_batches,
    pick_filmed,
    row_weights,
)
from core.dataset.index import DatasetIndex
from core.dataset.properties import properties_of, shortcuts
from core.errors import UserError
from core.training.classifier.parts import faces_of
from core.training.classifier.recipes import RECIPES
from core.training.second.session import SecondRecipe, chosen_faces

SIDE_PX = 224
BATCH = 32
SEED = 0
SEEN = ("brightness", "contrast", "sharpness", "saturation")  # left in a network's input


@dataclass(frozen=True)
class Mixture:
    """How a recipe samples and augments faces.

    Attributes:
        faces: n rows of an index.
        weights: float64 (n,), sampling probabilities, summing to 1.
        augmentation: applied to each face; None for none.
        filmed: source -> probability of the imitated webcam.
    """

    faces: pd.DataFrame
    weights: np.ndarray
    augmentation: Augmentation | None
    filmed: dict[str, float]


def mixture_of(index: DatasetIndex, name: str) -> Mixture:
    """How a recipe samples and augments the train split.

    Args:
        index: the data set.
        name: a key of `core.training.classifier.recipes.RECIPES`, or "second".

    Raises:
        UserError: there is no such recipe, or train lacks a class.
    """
    if name == "second":
        second = SecondRecipe()
        faces = chosen_faces(index, "train", second)
        sources = faces["source"].unique()
        weights = row_weights(faces, second.shares(sources))
        filmed = dict.fromkeys(sources, second.filmed_share)
        return Mixture(faces, weights, second.augmentation, filmed)
    if name not in RECIPES:
        known = ", ".join((*RECIPES, "second"))
        raise UserError(f"No recipe is called {name!r}. There are {known}.")
    recipe = RECIPES[name]
    faces = faces_of(index, "train", recipe.sources)
    weights = row_weights(faces, recipe.source_shares)
    return Mixture(faces, weights, recipe.augmentation, recipe.filmed_shares or {})


def probe_mixture(
    mixture: Mixture,
    count: int,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> dict[str, float]:
    """How well each property alone tells the classes of augmented training faces apart.

    No patches are pasted: a face with a patch of the other class has no single label.

    Args:
        mixture: the faces.
        count: how many to draw.
        progress: told how many of how many are measured.

    Returns:
        Property -> ROC AUC of the better direction, in [0.5, 1], as
        `core.dataset.properties.shortcuts` gives it.
    """
    rng = np.random.default_rng(SEED)
    rows = epoch_rows(mixture.weights, count, rng)
    store = PixelStore(list(mixture.faces["path"]))
    batches = make_batches(
        store,
        rows,
        batch_size=BATCH,
        side=SIDE_PX,
        augmentation=mixture.augmentation,
        filmed=pick_filmed(mixture.faces, rows, mixture.filmed, rng),
        seed=SEED,
    )
    found = []
    for faces, at, _ in batches:
        labels = mixture.faces["label"].to_numpy()[rows[at.numpy()]]
        for face, label in zip(faces.numpy(), labels, strict=True):
            figures = properties_of(np.rint(255 * face).astype(np.uint8), 0)
            found.append({"label": label, **{name: figures[name] for name in SEEN}})
        progress(len(found), count)
    return shortcuts(pd.DataFrame(found), SEEN)
