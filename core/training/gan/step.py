"""One training step of the DCGAN's two networks, on TensorFlow or torch."""

from dataclasses import dataclass
from functools import partial
from itertools import product

import keras
import numpy as np
from keras import ops

from core.models.dcgan import build_discriminator, build_generator
from core.training.gan.diff_augment import augment
from core.training.gan.face_codes import SMALL_SIDE
from core.training.gan.gradients import compiled, gradients_of, input_gradient
from core.training.gan.recipes import GanRecipe
from core.training.keras_setup import averaging_decay

GAME = ("d_loss", "g_loss", "d_real", "d_fake")
FIGURES = (*GAME, "paint_error")


@dataclass(frozen=True)
class Batch:
    """The data of one step, drawn by NumPy so that every backend gets the same.

    Attributes:
        real: float32 (b, 128, 128, 3) in [0, 1].
        codes: float32 (b, 128), of the real faces; (0, 128) in a recipe without codes.
        first, second: float32 (b, 128), latents for the update of the discriminator and of the
            generator; the first c of each are codes of real faces.
        small: float32 (c, 32, 32, 3) in [0, 1]: the faces of the first c of `second`; c may be 0.
        of_real, of_fake, of_turn: `Draws.arrays()` for real faces, for generated ones and for
            the generator's update; empty without augmentation.
        noise: float32 (2 b, 1) in [0, 1), for the labels.
    """

    real: np.ndarray
    codes: np.ndarray
    first: np.ndarray
    second: np.ndarray
    small: np.ndarray
    of_real: tuple[np.ndarray, ...]
    of_fake: tuple[np.ndarray, ...]
    of_turn: tuple[np.ndarray, ...]
    noise: np.ndarray

    def arrays(self) -> tuple:
        """The arguments of `GanStep`'s update before the decay, in their order."""
        turns = (self.of_real, self.of_fake, self.of_turn)
        return self.real, self.first, self.second, self.small, *turns, self.noise


class Game:
    """What the training steps of all kinds of discriminators have in common.

    Attributes:
        recipe: the hyperparameters.
        playing: whether adversarial training has begun; before, the generator warms up.
        generator, averaged, discriminator: the networks.
        generator_optimizer, discriminator_optimizer: their optimizers.
    """

    recipe: GanRecipe
    playing: bool
    generator: keras.Model
    averaged: keras.Model
    discriminator: keras.Model
    generator_optimizer: keras.optimizers.Optimizer
    discriminator_optimizer: keras.optimizers.Optimizer

    def parts(self) -> dict[str, list]:
        """All variables of a checkpoint: a letter for each kind -> the variables."""
        return {
            "g": self.generator.weights,
            "a": self.averaged.weights,
            "d": self.discriminator.weights,
            "o": self.generator_optimizer.variables,
            "p": self.discriminator_optimizer.variables,
        }

    @property
    def best(self) -> keras.Model:
        """The generator to use: the averaged one, if there is one and the warm-up is over."""
        averaging = self.recipe.ema_decay and self.playing
        return self.averaged if averaging else self.generator


class GanStep(Game):
    """The networks, the averaged generator and both optimizers.

    Attributes:
        generator, averaged, discriminator: Keras models; `averaged` is the generator whose
            weights are the exponential average of `generator`'s.
        playing: whether the warm-up is over.
    """

    def __init__(self, recipe: GanRecipe):
        self.recipe, self.playing = recipe, not recipe.warmup_steps
        self.generator = build_generator(policy=recipe.policy)
        self.averaged = build_generator()
        self.averaged.set_weights(self.generator.get_weights())
        self.discriminator = build_discriminator(
            bn_momentum=recipe.bn_momentum, policy=recipe.policy
        )
        self.generator_optimizer = adam_of(recipe.generator_rate, recipe, self.generator)
        self.discriminator_optimizer = adam_of(
            recipe.discriminator_rate, recipe, self.discriminator
        )
        self.warmup_optimizer = adam_of(recipe.warmup_rate, recipe, self.generator)
        self._warm = compiled(self._warm_up)
        self._play = {
            kind: compiled(partial(self._play_round, penalize=kind[0], settled=kind[1]))
            for kind in product((False, True), repeat=2)
        }

    def __call__(self, batch: Batch, number: int) -> dict[str, float]:
        """Update the discriminator, then the generator; in the warm-up the generator alone.

        Args:
            batch: the data of the step.
            number: number of the step, from 0.

        Returns:
            d_loss and g_loss; d_real and d_fake, the mean P(real) of real and of generated faces;
            paint_error, the mean squared error of faces painted from codes. In the warm-up, only
            the last.
        """
        recipe = self.recipe
        if number < recipe.warmup_steps:
            figures = self._warm(*tensors_of((batch.codes, batch.real)))
            return {"paint_error": number_of(figures)}
        self.playing = True
        due = recipe.r1_gamma > 0 and number % recipe.r1_every == 0
        play = self._play[due, number >= recipe.settle_steps]
        decay = averaging_decay(recipe.ema_decay, number - recipe.warmup_steps)
        figures = play(*tensors_of((*batch.arrays(), np.float32(decay))))
        return {name: number_of(figure) for name, figure in zip(FIGURES, figures, strict=True)}

    def parts(self) -> dict[str, list]:
        return super().parts() | {"w": self.warmup_optimizer.variables}

    def _warm_up(self, codes, real):
        error, _, gradients = gradients_of(
            lambda: (ops.mean(ops.square(self.generator(codes, training=True) - real)), None),
            self.generator.trainable_variables,
        )
        self.warmup_optimizer.apply(gradients, self.generator.trainable_variables)
        return error

    def _play_round(
        self, real, first, second, small, of_real, of_fake, of_turn, noise, decay, penalize, settled
    ):
        judge = partial(self.discriminator, training=not settled)
        d_loss, (on_real, on_fake), gradients = gradients_of(
            lambda: self._discriminator_loss(
                judge, real, first, of_real, of_fake, noise, penalize=penalize
            ),
            self.discriminator.trainable_variables,
        )
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        beside = None if settled else (real, of_real)
        g_loss, error, gradients = gradients_of(
            lambda: self._generator_loss(judge, second, small, of_turn, beside),
            self.generator.trainable_variables,
        )
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        if self.recipe.ema_decay:
            follow(self.averaged, self.generator, decay)
        chances = [ops.mean(ops.sigmoid(logits)) for logits in (on_real, on_fake)]
        return d_loss, g_loss, *chances, error

    def _discriminator_loss(self, judge, real, latent, of_real, of_fake, noise, *, penalize):
        fake = ops.stop_gradient(self.generator(latent, training=True))
        real, fake = self._seen(real, of_real), self._seen(fake, of_fake)
        both, half = judge(ops.concatenate([real, fake])), real.shape[0]
        on_real, on_fake = both[:half], both[half:]
        # binary cross-entropy on logits; the noise moves the labels 1 and 0 inwards
        inwards = self.recipe.label_noise * noise
        loss = ops.mean(ops.softplus(-on_real) + inwards[:half] * on_real)
        loss += ops.mean(ops.softplus(on_fake) - inwards[half:] * on_fake)
        if penalize:
            slope = input_gradient(lambda x: self.discriminator(x, training=False), real)
            steepness = ops.mean(ops.sum(ops.square(slope), axis=(1, 2, 3)))
            loss += 0.5 * self.recipe.r1_gamma * self.recipe.r1_every * steepness
        return loss, (on_real, on_fake)

    def _generator_loss(self, judge, latent, small, of_turn, beside):
        """Non-saturating: the generator wants its faces called real (Goodfellow et al., 2014)."""
        faces = self.generator(latent, training=True)
        seen, count = self._seen(faces, of_turn), faces.shape[0]
        if beside is not None:
            seen = ops.concatenate([seen, self._seen(*beside)])
        on_faces = judge(seen)[:count]
        loss, coded = ops.mean(ops.softplus(-on_faces)), small.shape[0]
        if not coded:
            return loss, ops.zeros(())
        coarse = ops.average_pool(faces[:coded], faces.shape[1] // SMALL_SIDE)
        error = ops.mean(ops.square(coarse - small))
        return loss + self.recipe.anchor_weight * error, error

    def _seen(self, faces, draws):
        return augment(faces, *draws) if self.recipe.augment else faces


def adam_of(rate: float, recipe: GanRecipe, model: keras.Model) -> keras.optimizers.Optimizer:
    """A new Adam optimizer for a model, with its variables built so that they can be saved."""
    optimizer = keras.optimizers.Adam(rate, beta_1=recipe.beta_1, beta_2=recipe.beta_2)
    optimizer.build(model.trainable_variables)
    return optimizer


def follow(averaged: keras.Model, model: keras.Model, decay) -> None:
    """Update an exponential moving average of a model's weights; `decay` in [0, 1]."""
    for average, weight in zip(averaged.weights, model.weights, strict=True):
        average.assign(decay * average + (1 - decay) * weight)


def tensors_of(arrays):
    """Arrays, nested in any way, as the backend's tensors."""
    return keras.tree.map_structure(ops.convert_to_tensor, arrays)


def number_of(tensor) -> float:
    """A tensor of one value as a Python float."""
    return float(ops.convert_to_numpy(tensor))
