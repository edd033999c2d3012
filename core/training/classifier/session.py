"""Training of the networks that judge from pixels: resumable; the test split is never read."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from core.artifacts import REGISTRY_FILE, read_artifact
from core.config import FAKE
from core.dataset.batches import epoch_rows, make_batches, pick_filmed, pick_partners
from core.evaluation.metrics import roc_auc
from core.models.classifier import start_high_pass
from core.training.checkpoint import load_weights, stack, unstack
from core.training.classifier.best import best_epoch
from core.training.classifier.networks import build_network
from core.training.classifier.parts import Part, describe_faces, load_parts
from core.training.classifier.recipes import Recipe
from core.training.imagenet import load_imagenet
from core.training.keras_setup import averaging_decay, reseed_dropout, resolve_policy
from core.training.progress import Bar
from core.training.run_folder import RunFolder
from core.training.shipped import trained_classifier
from core.training.trained_on import note_data

if TYPE_CHECKING:  # TensorFlow, also where Keras computes with another backend
    from core.training.classifier.devices import Devices

VALID_BATCH = 64


def train_classifier(
    data: Path,
    out: Path,
    recipe: Recipe,
    *,
    start: Sequence[Path] = (),
    resume: bool = False,
    quiet: bool = False,
    devices: "Devices | None" = None,
) -> pd.DataFrame:
    """Train the network that a recipe names on a folder; the test split is never read.

    Args:
        data: folder in the Kaggle layout with `train` and `valid`.
        out: run folder (see `core.training.run_folder`).
        recipe: the hyperparameters.
        start: run folders or folders of artifacts; training starts from the mean of their weights
            (model soups, Wortsman et al., ICML 2022: for runs with a common start). Without any,
            weights are random, and EfficientNet-Lite0's those of ImageNet.
        resume: continue after the last finished epoch; the result is that of an unbroken run.
            With a constant rate there may be more epochs than the run was begun with.
        quiet: no progress bar.
        devices: share every step (see `core.training.classifier.devices`); None uses Keras'
            `train_on_batch`.

    Returns:
        The history, one row per epoch: epoch (from 1), loss, accuracy, val_loss, val_accuracy,
        lr, val_roc_auc, seconds. The val_ columns weigh sources as the recipe does.

    Raises:
        UserError: the data or the run folder cannot be used.
    """
    recipe = replace(recipe, policy=resolve_policy(recipe.policy))
    train, valid = load_parts(data, recipe)
    run = devices.run_folder(out) if devices else RunFolder(out)
    starts = [load_start(folder, recipe.network) for folder in start]
    settings = {"recipe": recipe.describe(), "data": describe_faces(train.faces, valid.faces)}
    settings["start"] = " + ".join(folder.name for folder in start) or None
    longer = not recipe.cosine and not devices  # a constant rate does not depend on the epochs
    with run.opened(settings, resume=resume, longer=longer):
        if not devices or devices.first:
            note_data(out, data)
        with devices.scope() if devices else nullcontext():
            session = _Session(recipe, run, len(train.faces), quiet)
        session.steps = devices.prepare(session.model, session.optimizer) if devices else None
        if starts:
            session.begin_from([np.mean(parts, axis=0) for parts in zip(*starts, strict=True)])
        if resume:
            session.restore()
        while session.epoch < recipe.epochs:
            session.run_epoch(train, valid)
        for path, reason in {**train.store.failed, **valid.store.failed}.items():
            tqdm.write(f"Skipped {path}: {reason}")
    return pd.DataFrame(session.history)


def load_start(folder: Path, network: str = "classifier") -> list[np.ndarray]:
    """The best weights of a run, or published ones, in the model's order.

    Args:
        folder: of the run, or with `registry.json`.
        network: whose published weights to read; "classifier" or "traces".

    Returns:
        float32 arrays.

    Raises:
        UserError: the folder holds neither, or they are damaged.
    """
    run = RunFolder(folder)
    if run.begun or not (folder / REGISTRY_FILE).exists():
        return run.best_weights()
    if network == "traces":  # kept as float16
        kept = load_weights(read_artifact("second_traces_weights", folder))
        return [array.astype(np.float32) for array in kept]
    return trained_classifier(folder).get_weights()


class _Session:
    """The state of a run: weights, their averages, optimizer, history."""

    def __init__(self, recipe: Recipe, run: RunFolder, n_train: int, quiet: bool):
        keras.utils.set_random_seed(recipe.seed)
        self.recipe, self.run, self.quiet = recipe, run, quiet
        self.samples = recipe.samples_per_epoch or n_train
        self.steps_per_epoch = -(-self.samples // recipe.batch_size)
        self.model = build_network(recipe)
        self.side = self.model.input_shape[1]
        if recipe.network != "classifier":
            load_imagenet(self.model)
        if recipe.high_pass:
            start_high_pass(self.model, seed=recipe.seed)
        self.optimizer = _make_optimizer(recipe)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        self.model.compile(self.optimizer, loss, metrics=["accuracy"])
        self.optimizer.build(self.model.trainable_variables)
        self.averages = [np.array(weight) for weight in self.model.get_weights()]
        self.history: list[dict] = []
        self.steps = None  # on several devices

    @property
    def epoch(self) -> int:
        """How many epochs are finished."""
        return len(self.history)

    def begin_from(self, weights: list[np.ndarray]) -> None:
        """Start from another run's weights."""
        self.model.set_weights(weights)
        self.averages = [np.array(weight) for weight in weights]

    def restore(self) -> None:
        """Load the state after the last finished epoch, if there is one."""
        state = self.run.load_state()
        if state is None:
            return
        self.model.set_weights(unstack(state, "w"))
        self.averages = unstack(state, "a")
        for variable, value in zip(self.optimizer.variables, unstack(state, "o"), strict=True):
            variable.assign(value)
        self.history = self.run.load_history(int(state["epoch"]), complete=True)

    def run_epoch(self, train: Part, valid: Part) -> None:
        """Train one epoch, validate, and save history, state and best weights."""
        started = time.monotonic()
        with self._bar(len(valid.faces)) as bar:
            loss, accuracy = self._train(train, bar)
            trained = self.model.get_weights()
            if self.recipe.ema_decay:
                self.model.set_weights(self.averages)
            bar.turn_to("validating")
            figures = self._validate(valid, bar)
        kept = self.model.get_weights()
        self.model.set_weights(trained)
        row = {"epoch": self.epoch + 1, "loss": loss, "accuracy": accuracy, **figures}
        row["seconds"] = round(time.monotonic() - started, 1)
        self.history.append(row)
        if best_epoch(self.history, self.recipe.monitor) == row["epoch"]:
            self.run.save_best(kept)
        self.run.save_history(self.history)
        self.run.save_state(self._state())
        if not self.quiet:
            tqdm.write(" ".join(f"{name} {value:.4g}" for name, value in row.items()))

    def _bar(self, n_valid: int) -> Bar:
        """Steps of the whole run: looking at a batch of valid takes time as well as learning."""
        of_epoch = self.steps_per_epoch + -(-n_valid // VALID_BATCH)
        total, done = self.recipe.epochs * of_epoch, self.epoch * of_epoch
        return Bar(self.run, "training", total, done=done, quiet=self.quiet)

    def _train(self, part: Part, bar: Bar) -> tuple[float, float]:
        recipe, epoch = self.recipe, self.epoch
        rng = np.random.default_rng((recipe.seed, epoch))
        reseed_dropout(self.model, recipe.seed, epoch)
        rows = epoch_rows(part.weights, self.samples, rng)
        partners = pick_partners(
            part.faces,
            rows,
            recipe.patch_share,
            rng,
            weights=part.weights,
            cross_share=recipe.cross_share,
        )
        batches = make_batches(
            part.store,
            rows,
            batch_size=recipe.batch_size,
            augmentation=recipe.augmentation,
            partners=partners,
            filmed=pick_filmed(part.faces, rows, recipe.filmed_shares or {}, rng),
            side=self.side,
            seed=int(rng.integers(2**31)),
        )
        total, done = recipe.epochs * self.steps_per_epoch, epoch * self.steps_per_epoch
        sums = np.zeros(3)  # loss, hits, faces
        for step, (faces, at, patched) in enumerate(batches, start=done):
            self.optimizer.learning_rate = recipe.rate_at(step, total)
            targets = targets_of(
                part.labels, rows[at.numpy()], partners[at.numpy()], patched.numpy()
            )
            loss, accuracy = self._step(faces, targets)
            sums += np.array([loss, accuracy, 1.0]) * len(targets)
            if recipe.ema_decay:
                self._average(step)
            bar.say(f"epoch {epoch + 1}, loss {sums[0] / sums[2]:.3f}")
            bar.update()
        return tuple(sums[:2] / sums[2])

    def _step(self, faces, targets: np.ndarray) -> tuple[float, float]:
        if self.steps:
            return self.steps.train(faces, targets)
        self.model.reset_metrics()
        logs = self.model.train_on_batch(faces, targets, return_dict=True)
        return logs["loss"], logs["accuracy"]

    def _average(self, step: int) -> None:
        decay = averaging_decay(self.recipe.ema_decay, step)
        for average, weight in zip(self.averages, self.model.weights, strict=True):
            average += (1 - decay) * (np.asarray(weight) - average)

    def _validate(self, part: Part, bar: Bar) -> dict:
        logits, picked = [], []
        every = np.arange(len(part.faces))
        predict = self.steps.predict if self.steps else self.model.predict_on_batch
        for faces, rows, _ in make_batches(
            part.store, every, batch_size=VALID_BATCH, side=self.side
        ):
            logits.append(np.asarray(predict(faces)))
            picked.append(rows.numpy())
            bar.update()
        logits, rows = np.concatenate(logits).astype(np.float64), np.concatenate(picked)
        labels, weights = part.labels[rows], part.weights[rows] / part.weights[rows].sum()
        margin = logits[:, 0] - logits[:, 1]  # log-odds of fake
        losses = np.logaddexp(0, np.where(labels == FAKE, -margin, margin))
        return {
            "val_loss": float(weights @ losses),
            "val_accuracy": float(weights @ ((margin > 0) == (labels == FAKE))),
            "lr": float(np.asarray(self.optimizer.learning_rate)),
            "val_roc_auc": roc_auc(labels, margin, weights),
        }

    def _state(self) -> dict[str, np.ndarray]:
        stacks = {
            "w": self.model.get_weights(),
            "a": self.averages,
            "o": [np.asarray(variable) for variable in self.optimizer.variables],
        }
        return {**stack(stacks), "epoch": np.array(self.epoch)}


def targets_of(
    labels: np.ndarray, rows: np.ndarray, partners: np.ndarray, patched: np.ndarray
) -> np.ndarray:
    """Soft targets of faces with patches: P(fake), P(real).

    Args:
        labels: int (n,), 0 fake, 1 real.
        rows: int (b,), the row of each face.
        partners: int (b,), the row its patch is from; any where there is none.
        patched: float (b,) in [0, 1], the area of the patch.

    Returns:
        float32 (b, 2), rows sum to 1.
    """
    real = (1 - patched) * labels[rows] + patched * labels[partners]
    return np.stack([1 - real, real], axis=1).astype(np.float32)


def _make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(recipe.learning_rate)
    return keras.optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay)
