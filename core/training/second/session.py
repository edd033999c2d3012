"""Train the second opinion: a small head on the features of a frozen network."""

import time
import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from core.config import FAKE
from core.dataset.batches import row_weights
from core.dataset.index import DatasetIndex, index_folder, labels_of
from core.errors import UserError
from core.evaluation.metrics import roc_auc
from core.inference.second import Backbone, Head
from core.runtime import fast_precision
from core.training.classifier.augmentation import FaceAugmentation
from core.training.classifier.parts import describe_faces, faces_of
from core.training.progress import Bar
from core.training.run_folder import RunFolder
from core.training.second.backbone import build_backbone
from core.training.second.features import Change, features_of

SEED = 0
MEASURED_PER_SOURCE = 150  # faces outside train; of `whole_sources` all
OTHERS = 13  # sources of a class beside the pair, roughly


@dataclass(frozen=True)
class SecondRecipe:
    """The hyperparameters of a head's training.

    Attributes:
        name: of the recipe.
        epochs: passes over all faces; the first is without augmentation.
        per_source: largest number of faces of a source in train, drawn at random.
        whole_sources: sources of which every face is used.
        pair_share: relative share of each of `whole_sources` within its class; each other source
            gets (1 - pair_share) / `OTHERS`.
        components: principal components that the head reads.
        hidden: units of the one hidden layer.
        members: networks of different seeds that are averaged.
        alpha: weight of the L2 penalty.
        steps: epochs of Adam over the features.
        augmentation: of every pass but the first.
        filmed_share: share of those faces that go through an imitated webcam.
        sources: the only sources used, if any are named.
        late_sources: sources whose faces come after all others, so that they can be added
            without computing the features of the others again.
        seed: of all random numbers.
    """

    name: str = "second"
    epochs: int = 2
    per_source: int = 1000
    whole_sources: tuple[str, ...] = ("ffhq", "stylegan")
    pair_share: float = 0.25
    components: int = 1000
    hidden: int = 256
    members: int = 6
    alpha: float = 0.3
    steps: int = 6
    augmentation: FaceAugmentation = field(
        default_factory=lambda: FaceAugmentation(
            p_crop=0.5, p_degrade=0.4, p_gray=0.06, p_edge=0.08, p_wide=0.1, p_background=0.12
        )
    )
    filmed_share: float = 0.2
    sources: tuple[str, ...] = ()
    late_sources: tuple[str, ...] = ("dcganepochs", "dcgansharp")
    seed: int = SEED

    def describe(self) -> dict:
        """The recipe as plain JSON values."""
        return {
            **asdict(self),
            "whole_sources": list(self.whole_sources),
            "sources": list(self.sources),
            "late_sources": list(self.late_sources),
        }

    def shares(self, sources: Iterable[str]) -> dict[str, float]:
        """Source -> relative share within its class (see `row_weights`)."""
        others = (1 - self.pair_share) / OTHERS
        return {s: self.pair_share if s in self.whole_sources else others for s in sources}

    def change(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Augment a face: uint8 (side, side, 3), RGB, to (side', side', 3)."""
        return self.augmentation(pixels, rng, filmed=rng.random() < self.filmed_share)


def train_second(
    data: Path, out: Path, recipe: SecondRecipe, *, resume: bool = False, quiet: bool = False
) -> pd.DataFrame:
    """Train a second opinion on a folder; the test split is never read.

    Args:
        data: folder in the Kaggle layout with `train` and `valid`.
        out: run folder (see `core.training.run_folder`); the backbone's features are stored in
            `features/` in it.
        recipe: the hyperparameters.
        resume: continue a stopped run, whose features are not computed again.
        quiet: no progress bar.

    Returns:
        The history, one row per epoch: epoch (from 1), faces (rows of features the head was
        fitted to), val_roc_auc (classes and the sources within each weighted equally), seconds.

    Raises:
        UserError: the data or the run folder cannot be used.
    """
    index = index_folder(data)
    train, valid = (chosen_faces(index, split, recipe) for split in ("train", "valid"))
    run = RunFolder(out)
    settings = {"recipe": recipe.describe(), "network": "second"}
    with run.opened(settings | {"data": describe_faces(train, valid)}, resume=resume):
        return pd.DataFrame(_trained(run, train, valid, recipe, resume, quiet))


def _trained(
    run: RunFolder,
    train: pd.DataFrame,
    valid: pd.DataFrame,
    recipe: SecondRecipe,
    resume: bool,
    quiet: bool,
) -> list[dict]:
    """Compute the features and fit a head after each epoch; the rows of the history."""
    backbone = Backbone(*build_backbone(), precision=fast_precision())
    history = run.load_history(recipe.epochs) if resume else []
    total = len(valid) + recipe.epochs * len(train)
    with Bar(run, "looking at the faces", total, unit="face", quiet=quiet) as bar:
        held_out = _looks(valid, backbone, run.folder, "valid", None, bar)
        looks = []
        for epoch in range(1, recipe.epochs + 1):
            started = time.monotonic()
            name = f"train{epoch}"
            change = None if epoch == 1 else recipe.change
            looks.append(_looks(train, backbone, run.folder, name, change, bar))
            if epoch > len(history):
                head = _fitted(looks, train, recipe)
                run.save_best([getattr(head, each.name) for each in fields(Head)])
                history.append(
                    {
                        "epoch": epoch,
                        "faces": sum(len(rows) for _, rows in looks),
                        "val_roc_auc": _ranks(head, *held_out, valid),
                        "seconds": round(time.monotonic() - started, 1),
                    }
                )
                run.save_history(history)
    return history


def head_of(run: RunFolder) -> Head:
    """The head of a finished run.

    Raises:
        UserError: the folder holds no run of a second opinion, or no finished epoch.
    """
    if run.settings().get("network") != "second":
        raise UserError(f"{run.folder} holds no second opinion: `train second` makes one.")
    return Head(*run.best_weights())


def chosen_faces(index: DatasetIndex, split: str, recipe: SecondRecipe) -> pd.DataFrame:
    """The faces of a split that are used, ordered so that the first ones are of all sources.

    Raises:
        UserError: a class has no image in the split.
    """
    faces = faces_of(index, split, recipe.sources)
    late = faces["source"].isin(recipe.late_sources)
    parts = [_ordered(part, split, recipe) for part in (faces[~late], faces[late])]
    return pd.concat(parts).reset_index(drop=True)


def _ordered(faces: pd.DataFrame, split: str, recipe: SecondRecipe) -> pd.DataFrame:
    # the rows' own numbers would let one source's faces decide the order of all others
    faces = faces.reset_index(drop=True).sample(frac=1, random_state=recipe.seed)
    rank = faces.groupby(["label", "source"]).cumcount()
    most = recipe.per_source if split == "train" else MEASURED_PER_SOURCE
    faces = faces[(rank < most) | faces["source"].isin(recipe.whole_sources)]
    return faces.iloc[np.argsort(rank[faces.index].to_numpy(), kind="stable")]


def _looks(faces, backbone: Backbone, out: Path, name: str, change: Change | None, bar):
    folder = out / "features" / name
    return features_of(faces, backbone, folder, change=change, progress=bar.update)


def _fitted(looks: list, train: pd.DataFrame, recipe: SecondRecipe) -> Head:
    rows = np.concatenate([rows for _, rows in looks])
    seen = train.iloc[rows]
    features = np.concatenate([features for features, _ in looks])
    weights = row_weights(seen, recipe.shares(seen["source"].unique()))
    return fit_head(features, labels_of(seen), weights, recipe)


def _ranks(head: Head, features: np.ndarray, rows: np.ndarray, valid: pd.DataFrame) -> float:
    seen = valid.iloc[rows]
    shares = dict.fromkeys(seen["source"], 1.0)
    return roc_auc(labels_of(seen), head.judge(features), row_weights(seen, shares))


def fit_head(
    features: np.ndarray, labels: np.ndarray, weights: np.ndarray, recipe: SecondRecipe
) -> Head:
    """Fit a head.

    Args:
        features: float (n, 6912).
        labels: int (n,), 0 fake, 1 real.
        weights: float (n,), positive.
        recipe: the hyperparameters.
    """
    features = features.astype(np.float32)
    center, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    pca = PCA(
        min(recipe.components, len(features) - 1), svd_solver="randomized", random_state=recipe.seed
    ).fit((features - center) / scale)
    axes = (pca.components_ / np.sqrt(pca.explained_variance_)[:, None]).T
    inputs = ((features - center) / scale) @ axes
    weights = weights / weights.mean()
    members = [_member(inputs, labels, weights, recipe, n) for n in range(recipe.members)]
    return Head(
        *(center, scale, axes.astype(np.float32)),
        *(
            np.stack(arrays).astype(np.float32)
            for arrays in zip(*map(_layers, members), strict=True)
        ),
    )


def _member(inputs, labels, weights, recipe: SecondRecipe, number: int) -> MLPClassifier:
    network = MLPClassifier(
        (recipe.hidden,),
        alpha=recipe.alpha,
        batch_size=min(128, len(labels)),
        learning_rate_init=5e-4,
        max_iter=recipe.steps,
        random_state=recipe.seed + number,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it stops early on purpose
        return network.fit(inputs, (labels == FAKE).astype(int), sample_weight=weights)


def _layers(member: MLPClassifier) -> tuple[np.ndarray, ...]:
    (hidden, out), (hidden_bias, out_bias) = member.coefs_, member.intercepts_
    return hidden, hidden_bias, out[:, 0], out_bias[0]
