"""A network as a table, read off the built model: what its pages and texts say cannot drift."""

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd

from core.config import ROOT
from core.errors import UserError

if TYPE_CHECKING:
    import keras

FIELD = "receptive field (px)"
COLUMNS = ["layer", "kind", "output", "side", "channels", "parameters", FIELD]


def describe(model: "keras.Sequential") -> pd.DataFrame:
    """A row a layer.

    Args:
        model: a built network.

    Returns:
        Columns: layer (its name), kind, output (shape without the batch), side (of its maps, in
        pixels; 1 for vectors), channels, parameters, and the receptive field: the side of the
        square of the input that one output value sees, in pixels; missing where there is none
        (vectors, transposed convolutions).
    """
    rows, field, jump = [], 1, 1
    for layer in model.layers:
        shape = tuple(layer.output.shape[1:])
        field, jump = _seen(layer, field, jump)
        spatial = len(shape) == 3
        rows.append(
            (
                layer.name,
                type(layer).__name__.removeprefix("Fused"),
                " x ".join(map(str, shape)),
                shape[0] if spatial else 1,
                shape[-1],
                layer.count_params(),
                field if spatial and field else None,
            )
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({FIELD: "Int64"})


def _seen(layer: "keras.Layer", field: int | None, jump: int) -> tuple[int | None, int]:
    """Receptive field and step after a layer (Araujo et al., Distill 2019)."""
    from keras import layers

    if isinstance(layer, layers.Conv2DTranspose | layers.Dense | layers.Reshape | layers.Flatten):
        return None, jump
    if field is None:
        return None, jump
    if isinstance(layer, layers.MaxPooling2D):
        return field + (layer.pool_size[0] - 1) * jump, jump * layer.strides[0]
    if isinstance(layer, layers.Conv2D):
        return field + (layer.kernel_size[0] - 1) * jump, jump * layer.strides[0]
    return field, jump


def describe_networks() -> dict[str, pd.DataFrame]:
    """The tables of the classifier, the generator and the discriminator."""
    from core.models.classifier import build_classifier
    from core.models.dcgan import build_discriminator, build_generator

    return {
        "Classifier": describe(build_classifier()),
        "Generator": describe(build_generator()),
        "Discriminator": describe(build_discriminator(logits=False)),
    }


def networks_described_aside() -> dict[str, pd.DataFrame]:
    """`describe_networks` by a process of its own.

    What builds networks (TensorFlow) would stay with its half a gigabyte in the process that asks.

    Raises:
        UserError: they cannot be built here.
    """
    words = [sys.executable, "-m", "core.models.describe"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise UserError(f"The networks cannot be drawn, as they cannot be built here: {why}")
    tables = json.loads(done.stdout.splitlines()[-1])
    return {
        name: pd.DataFrame(rows, columns=COLUMNS).astype({FIELD: "Int64"})
        for name, rows in tables.items()
    }


if __name__ == "__main__":
    tables = {
        name: table.astype(object).where(table.notna(), None).to_numpy().tolist()
        for name, table in describe_networks().items()
    }
    print(json.dumps(tables))
