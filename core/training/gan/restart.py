"""A published DCGAN as the beginning of another run: training that outlives its run folder."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from core.artifacts import read_artifact, read_json, registered
from core.errors import UserError
from core.generators.dcgan import SHIPPED, list_snapshots
from core.inference.keras_model import load_keras_weights
from core.models.dcgan import build_discriminator, build_generator
from core.models.projected import build_heads
from core.training.gan.recipes import GanRecipe
from core.training.run_folder import read_rows

_LENGTH = {"batch_size"}  # steps go on being counted


@dataclass(frozen=True)
class Published:
    """What a run needs of an earlier one.

    Attributes:
        generator, discriminator: weights in the models' order; the latter None where the run
            goes on against another kind of discriminator. The optimizers' state and the
            generator's unaveraged weights are not published.
        history: its rows up to the shipped epoch.
        snapshots: file name -> content: the generator after earlier epochs, as OpenVINO files.
        restarts: for each time a run went on from a published generator, this one last: epoch,
            and under "changed" the recipe's settings that became others: name -> [old, new].
    """

    generator: list[np.ndarray]
    discriminator: list[np.ndarray] | None
    history: list[dict]
    snapshots: dict[str, bytes]
    restarts: list[dict]


def load_published(folder: Path, recipe: GanRecipe) -> Published:
    """Read what `core.publishing.generator` wrote.

    Args:
        folder: where the registry lies.
        recipe: how the run is to go on; its steps must be as large as they were.

    Raises:
        UserError: no DCGAN is published there, its files were changed, or its steps are of
            another size.
    """
    if f"{SHIPPED}_metrics" not in registered(folder):
        raise UserError(
            f"No DCGAN is published in {folder}. Name a folder like artifacts, leave --start out "
            "to begin at random, or go on with a run by --resume."
        )
    metrics = read_json(f"{SHIPPED}_metrics", folder)
    changed = _changed(metrics["recipe"], recipe)
    for key in changed.keys() & _LENGTH:
        old, new = changed[key]
        raise UserError(
            f"The DCGAN in {folder} was trained with another {key} ({old} there, {new} asked "
            "for). Leave --start out to begin at random."
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
    """The network of a `GanRecipe.discriminator` whose weights are stored."""
    return build_heads() if kind == "projected" else build_discriminator(logits=False)


def _changed(earlier: dict, recipe: GanRecipe) -> dict[str, list]:
    """Settings that are no longer what they were; one that did not exist had its default."""
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
            files[f"epoch_{epoch:05d}.xml"] = read_artifact(f"{name}_graph", folder)
            files[f"epoch_{epoch:05d}.bin"] = read_artifact(f"{name}_constants", folder)
    return files
