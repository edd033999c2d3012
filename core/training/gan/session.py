"""The DCGAN's training: resumable, on both backends, with sample grids of fixed seeds."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from core.atomic import write_atomically
from core.config import IMAGE_SIZE, LATENT_DIM
from core.dataset.real_faces import RealFaces, load_real_faces
from core.errors import UserError
from core.generators.codes import normal_latents
from core.imaging import encode
from core.training.checkpoint import pack_weights, stack, unstack
from core.training.gan.diff_augment import draw
from core.training.gan.face_codes import SMALL_SIDE, FaceCodes
from core.training.gan.projected_step import ProjectedStep
from core.training.gan.recipes import GanRecipe
from core.training.gan.restart import Published, load_published
from core.training.gan.step import FIGURES, Batch, GanStep
from core.training.keras_setup import reseed_dropout, resolve_policy
from core.training.progress import Bar
from core.training.run_folder import RunFolder
from core.training.trained_on import note_data

SPLITS = ("train", "valid")  # test is kept for measuring
SAMPLE_SEEDS = 64
SAVE_EVERY_S = 240.0  # least time between two checkpoints, except of the first and last epoch
STEPS = {"cnn": GanStep, "projected": ProjectedStep}


def train_dcgan(
    data: Path,
    out: Path,
    recipe: GanRecipe,
    *,
    start: Path | None = None,
    resume: bool = False,
    quiet: bool = False,
) -> pd.DataFrame:
    """Train the DCGAN on the real faces of a folder's train and valid splits.

    Args:
        data: folder in the Kaggle layout; generated faces in it are not read.
        out: run folder (see `core.training.run_folder`). With every checkpoint a grid of the same
            64 seeds goes to `samples/` in it, and the generator's weights (float16) to
            `snapshots/`.
        recipe: the hyperparameters.
        start: folder with a published DCGAN to start from; its epochs count. None starts from
            random weights.
        resume: continue from the last checkpoint, with more epochs if the recipe has more.
        quiet: no progress bar.

    Returns:
        The history, one row per epoch: epoch (from 1), d_loss, g_loss, d_real and d_fake (the
        discriminator's mean P(real) of real and of generated faces), paint_error (see `GanStep`),
        images (real ones seen so far), seconds. NaN where a figure does not exist.

    Raises:
        UserError: the data or the run folder cannot be used.
    """
    recipe = replace(recipe, policy=resolve_policy(recipe.policy))
    real = _load(data, recipe)
    beginning = None if start is None else load_published(start, recipe)
    settings = {"recipe": recipe.lasting(), "data": real.counts}
    if beginning is not None:
        settings["restarts"] = beginning.restarts
    run = RunFolder(out)
    with run.opened(settings, resume=resume):
        note_data(out, data)
        session = _Session(recipe, run, real.pixels, quiet)
        if not (resume and session.restore()) and beginning is not None:
            session.begin_from(beginning)
        while session.epoch < recipe.epochs:
            session.run_epoch()
    return pd.DataFrame(session.history)


def _load(data: Path, recipe: GanRecipe) -> RealFaces:
    real = load_real_faces(data, SPLITS, sources=recipe.sources)
    for note in real.notes:
        tqdm.write(f"Note: {note}")
    for path, reason in real.skipped.items():
        tqdm.write(f"Skipped {path}: {reason}")
    if len(real.pixels) < recipe.batch_size:
        raise UserError(
            f"{data} has {len(real.pixels)} readable real faces in train and valid; a DCGAN "
            f"needs at least {recipe.batch_size}, and thousands to be good."
        )
    return real


class _Session:
    """The state of a run: networks, optimizers, history."""

    def __init__(self, recipe: GanRecipe, run: RunFolder, faces: np.ndarray, quiet: bool):
        keras.utils.set_random_seed(recipe.seed)
        self.recipe, self.run, self.faces, self.quiet = recipe, run, faces, quiet
        self.step = STEPS[recipe.discriminator](recipe)
        coded = recipe.warmup_steps or recipe.coded_share
        self.codes = FaceCodes(faces) if coded else None
        samples = recipe.samples_per_epoch or len(faces)
        self.steps_per_epoch = max(1, samples // recipe.batch_size)
        self.history: list[dict] = []
        self._saved_s = time.monotonic()

    @property
    def epoch(self) -> int:
        """How many epochs are finished."""
        return len(self.history)

    @property
    def images(self) -> int:
        """How many real faces were seen, including those of a published run it started from."""
        return int(self.history[-1]["images"]) if self.history else 0

    def begin_from(self, published: Published) -> None:
        """Start from published networks, with new optimizers."""
        self.step.generator.set_weights(published.generator)
        self.step.averaged.set_weights(published.generator)
        if published.discriminator is not None:
            self.step.discriminator.set_weights(published.discriminator)
        self.step.playing = True
        self.history = published.history
        for name, content in published.snapshots.items():
            self._keep("snapshots", name, content)
        self._save()

    def restore(self) -> bool:
        """Load the last checkpoint; False if there is none."""
        state = self.run.load_state()
        if state is None:
            return False
        for kind, variables in self.step.parts().items():
            for variable, value in zip(variables, unstack(state, kind), strict=True):
                variable.assign(value)
        self.history = self.run.load_history(int(state["epoch"]), complete=True)
        return True

    def run_epoch(self) -> None:
        """Train one epoch; save a checkpoint if one is due."""
        started, first = time.monotonic(), self.images // self.recipe.batch_size
        reseed_dropout(self.step.discriminator, self.recipe.seed, self.epoch)
        total = first + (self.recipe.epochs - self.epoch) * self.steps_per_epoch
        bar = Bar(self.run, "training", total, done=first, quiet=self.quiet)
        figures: dict[str, list[float]] = {name: [] for name in FIGURES}
        for number, batch in made_ahead(self._batch, range(first, first + self.steps_per_epoch)):
            for name, value in self.step(batch, number).items():
                figures[name].append(value)
            bar.update()
        bar.close()
        row: dict[str, float] = {"epoch": self.epoch + 1}
        row |= {name: float(np.mean(values or [np.nan])) for name, values in figures.items()}
        row["images"] = (first + self.steps_per_epoch) * self.recipe.batch_size
        row["seconds"] = round(time.monotonic() - started, 1)
        self.history.append(row)
        last = self.epoch == self.recipe.epochs
        if last or self.epoch == 1 or time.monotonic() - self._saved_s > SAVE_EVERY_S:
            self._save()
        if not self.quiet:
            tqdm.write(" ".join(f"{name} {value:.4g}" for name, value in row.items()))

    def _batch(self, number: int) -> Batch:
        """The batch of a step, drawn from its number alone: a resumed run draws the same."""
        recipe, rng = self.recipe, np.random.default_rng((self.recipe.seed, number))
        count = recipe.batch_size
        rows = rng.integers(0, len(self.faces), count)
        turned = rng.random(count) < 0.5 if recipe.flip else np.zeros(count, bool)
        real = self.faces[rows]
        real = np.where(turned[:, None, None, None], real[:, :, ::-1], real)
        first, second = rng.standard_normal((2, count, LATENT_DIM), dtype=np.float32)
        codes, small = second[:0], np.zeros((0, SMALL_SIDE, SMALL_SIDE, 3), np.float32)
        if self.codes is not None:
            codes, small = self.codes.of(rows, turned)
            coded = round(recipe.coded_share * count)
            small = small[:coded]
            first[:coded] = self.codes.of(rng.permutation(rows)[:coded], turned[:coded])[0]
            second[:coded] = codes[:coded]
        turns = [draw(count, IMAGE_SIZE, rng).arrays() if recipe.augment else () for _ in range(3)]
        noise = rng.random((2 * count, 1), dtype=np.float32)
        real = real.astype(np.float32) / 255
        return Batch(real, codes, first, second, small, *turns, noise)

    def _save(self) -> None:
        stacks = {
            kind: [keras.ops.convert_to_numpy(variable) for variable in variables]
            for kind, variables in self.step.parts().items()
        }
        weights = pack_weights(self.step.best.get_weights(), half=True)
        self._keep("snapshots", f"epoch_{self.epoch:05d}.npz", weights)
        self.run.save_history(self.history)
        self._draw_samples()
        self.run.save_state({**stack(stacks), "epoch": np.array(self.epoch)})
        self._saved_s = time.monotonic()

    def _draw_samples(self) -> None:
        faces = self.step.best.predict(
            normal_latents(range(SAMPLE_SEEDS), LATENT_DIM), verbose=0, batch_size=32
        )
        self._keep("samples", f"epoch_{self.epoch:05d}.jpg", grid_file(faces))

    def _keep(self, folder: str, name: str, data: bytes) -> None:
        """Write a file that later epochs do not replace."""
        (self.run.folder / folder).mkdir(exist_ok=True)
        write_atomically(self.run.folder / folder / name, data)


def made_ahead(make: Callable[[int], Batch], numbers: range) -> Iterator[tuple[int, Batch]]:
    """Yield (number, batch); a thread makes the next batch meanwhile. `numbers` is not empty."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(make, numbers[0])
        for number in numbers:
            batch = coming.result()
            if number != numbers[-1]:
                coming = pool.submit(make, number + numbers.step)
            yield number, batch


def grid_file(faces: np.ndarray, columns: int = 8) -> bytes:
    """A grid of faces, float32 (n, side, side, 3) in [0, 1], as a JPEG file; full rows only."""
    count, side = len(faces) // columns * columns, faces.shape[1]
    rows = faces[:count].reshape(-1, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    pixels = np.rint(rows.reshape(-1, columns * side, 3) * 255).astype(np.uint8)
    return encode(pixels, "JPEG", quality=90)
