"""A teacher of faces: the shipped DCGAN learns to paint what MobileStyleGAN paints of known styles.

The student's latents are the styles' first 128 principal components, each scaled to variance 1, so
that a latent from N(0, 1) is roughly the style of some face.
"""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.artifacts import Shipment, read_artifact, ship_all
from core.config import LATENT_DIM
from core.dataset.real_faces import framed
from core.errors import UserError
from core.generators import load_generator
from core.generators.codes import truncated_codes
from core.generators.dcgan import SHIPPED
from core.imaging import decode_image
from core.models.export import to_keras_file
from core.picture_files import RECORD_FILE
from core.training.gan.face_codes import SMALL_SIDE
from core.training.gan.recipes import GAN_RECIPES
from core.training.gan.step import Batch, GanStep
from core.training.shipped import load_keras_weights

TEACHER = "mobilestylegan"
# Of the shipped DCGAN, suffix -> name in the registry: a run that begins there reads them, too.
_KEPT = {
    "metrics.json": "metrics",
    "history.csv": "history",
    "discriminator.weights.h5": "discriminator",
}
_RECIPE = replace(GAN_RECIPES["ours"], warmup_steps=10**9, warmup_rate=5e-4, policy="float32")


def teach(painted: Path, out: Path, budget_s: float) -> None:
    """Teach the shipped generator, and publish what it has become in a folder of its own.

    Args:
        painted: what `dataset paint --generator mobilestylegan` wrote; its test is not used.
        out: the folder, from which `train dcgan --start` can begin.
        budget_s: seconds that the cores work for it.

    Raises:
        UserError: there are no such faces, or the shipped generator is missing.
    """
    latents, faces = _pairs(painted)
    step, rng, number = GanStep(_RECIPE), np.random.default_rng(0), 0
    load_keras_weights(step.generator, f"{SHIPPED}_weights")
    begun_s = time.process_time()
    while time.process_time() - begun_s < budget_s:
        rows = rng.integers(0, len(faces), _RECIPE.batch_size)
        told = step(_batch(latents[rows], faces[rows]), number)
        number += 1
        if number % 25 == 1:
            print(f"taught {number * len(rows):,} faces: {told}", flush=True)
    files = {suffix: read_artifact(f"{SHIPPED}_{name}") for suffix, name in _KEPT.items()}
    files["weights.h5"] = to_keras_file(step.generator)
    ship_all([Shipment(SHIPPED, files, f"faces of {TEACHER}", {})], folder=out)


def _pairs(painted: Path) -> tuple[np.ndarray, np.ndarray]:
    """Latents, float32 (n, 128), and the faces painted of them, uint8 (n, 128, 128, 3)."""
    try:
        record = pd.read_csv(painted / RECORD_FILE)
    except OSError as error:
        raise UserError(
            f"{painted} has no {RECORD_FILE}: name what `dataset paint` wrote."
        ) from error
    teacher = load_generator(TEACHER)
    record = record[(record["version"] == teacher.version) & ~record["file"].str.startswith("test")]
    if len(record) <= LATENT_DIM:
        raise UserError(f"{painted} has too few faces of {teacher.name}: {len(record)}.")
    faces = [
        framed(decode_image((painted / f).read_bytes()).pixels, teacher.framing)
        for f in record["file"]
    ]
    told = zip(record["seed"], record["psi"], strict=True)
    styles = np.concatenate([truncated_codes(teacher, [int(seed)], psi) for seed, psi in told])
    centred = styles - styles.mean(axis=0)
    scores, _, _ = np.linalg.svd(centred, full_matrices=False)
    whitened = scores[:, :LATENT_DIM] * np.sqrt(len(styles))
    return whitened.astype(np.float32), np.stack(faces)


def _batch(latents: np.ndarray, faces: np.ndarray) -> Batch:
    none = np.zeros((0, SMALL_SIDE, SMALL_SIDE, 3), np.float32)
    real = faces.astype(np.float32) / 255
    return Batch(real, latents, latents, latents, none, (), (), (), np.zeros((0, 1), np.float32))
