"""A published DCGAN as the start of a new run, after its own run folder is gone."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from core.artifacts import IR, read_artifact, read_ir, read_json, registered
from core.errors import UserError
from core.generators.dcgan import SHIPPED, list_snapshots
from core.models.dcgan import build_discriminator, build_generator
from core.models.projected import build_heads
from core.tables import read_rows
from core.training.gan.recipes import GanRecipe
from core.training.shipped import load_keras_weights

_LENGTH = {"batch_size"}  # step numbers follow from the images seen


@dataclass(frozen=True)
class Published:
    """A published DCGAN as far as a new run needs it.

    Attributes:
        generator, discriminator: weights in the models' order; the latter None where the new run
            has another kind of discriminator. The optimizers' states and the generator's
            unaveraged weights are not published.
        history: rows up to the published epoch.
        snapshots: file name -> content: the generator after earlier epochs, as OpenVINO files.
        restarts: one entry for each start from a published DCGAN, this one last: "epoch", and
            "changed" with the recipe's settings that differ: name -> [old, new].
    """

    generator: list[np.ndarray]
    discriminator: list[np.ndarray] | None
    history: list[dict]
    snapshots: dict[str, bytes]
    restarts: list[dict]


def load_published(folder: Path, recipe: GanRecipe) -> Published:
    """Read what `core.publishing.generator` wrote.

    Args:
        folder: with `registry.json`.
        recipe: of the new run; its `batch_size` must be that of the published one.

    Raises:
        UserError: no DCGAN is published there, its files were changed, or `batch_size` differs.
    """
    if f"{SHIPPED}_metrics" not in registered(folder):
        raise UserError(
            f"No DCGAN is published in {folder}. Name a folder like artifacts, leave --start out "
            "to start from random weights, or continue a run with --resume."
        )
    metrics = read_json(f"{SHIPPED}_metrics", folder)
    changed = _changed(metrics["recipe"], recipe)
    for key in changed.keys() & _LENGTH:
        old, new = changed[key]
        raise UserError(
            f"The DCGAN in {folder} was trained with another {key} ({old} there, {new} asked "
            "for). Leave --start out to start from random weights."
        )
    epoch = metrics["shipped"]["epoch"]
    rows = read_rows(read_artifact(f"{SHIPPED}_history", folder))
    same_game = "discriminator" not in changed
    return Published(
        _weights(build_generator(), "weights", folder),
        _weights(build_judge(recipe.discriminator), "discriminator", folder) if same_game else None,
        rows[:epoch],
        _snapshots(folder, epoch),
        [*metrics.get("restarts", []), {"epoch": epoch, "changed": changed}],
    )


def build_judge(kind: str) -> keras.Model:
    """The network whose weights are stored for a `GanRecipe.discriminator`."""
    return build_heads() if kind == "projected" else build_discriminator(logits=False)


def _changed(earlier: dict, recipe: GanRecipe) -> dict[str, list]:
    """The settings that differ: name -> [old, new]. A missing old one had its default."""
    plain = GanRecipe("").lasting()
    before = {key: earlier.get(key, plain[key]) for key in plain}
    return {key: [before[key], new] for key, new in recipe.lasting().items() if before[key] != new}


def _weights(model: keras.Model, kind: str, folder: Path) -> list[np.ndarray]:
    load_keras_weights(model, f"{SHIPPED}_{kind}", folder)
    return model.get_weights()


def _snapshots(folder: Path, before: int) -> dict[str, bytes]:
    files = {}
    for epoch, name in list_snapshots(folder).items():
        if epoch < before:
            for suffix, content in zip(IR, read_ir(name, folder), strict=True):
                files[f"epoch_{epoch:05d}.{suffix}"] = content
    return files
