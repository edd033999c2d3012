"""One step of projected GAN training (Sauer et al., 2021), on TensorFlow or torch."""

import numpy as np
from keras import ops

from core.models.dcgan import build_generator
from core.models.lite0 import build_lite0
from core.models.projected import build_heads, build_projection
from core.training.gan.diff_augment import augment
from core.training.gan.gradients import compiled, gradients_of, pulled, slopes_of
from core.training.gan.recipes import GanRecipe
from core.training.gan.step import GAME, Batch, Game, adam_of, follow, number_of, tensors_of
from core.training.imagenet import load_imagenet
from core.training.keras_setup import averaging_decay


class ProjectedStep(Game):
    """The networks, the averaged generator and both optimizers; used in place of `GanStep`.

    One forward pass of generated faces through the frozen network serves both updates: first that
    of the heads, then that of the generator.

    Attributes:
        generator, averaged: as in `GanStep`.
        discriminator: the four heads on the frozen network's feature maps.
        playing: always True: there is no warm-up.
    """

    playing = True

    def __init__(self, recipe: GanRecipe):
        """Build the networks.

        Raises:
            UserError: the frozen network's weights are not installed.
        """
        self.recipe = recipe
        lite0 = build_lite0()
        load_imagenet(lite0)
        # In float32: backwards its depthwise convolutions are slow in bfloat16.
        self._projection = build_projection(lite0, seed=recipe.seed)
        self.discriminator = build_heads(seed=recipe.seed, policy=recipe.policy)
        self.generator = build_generator(policy=recipe.policy)
        self.averaged = build_generator()
        self.averaged.set_weights(self.generator.get_weights())
        self.generator_optimizer = adam_of(recipe.generator_rate, recipe, self.generator)
        self.discriminator_optimizer = adam_of(
            recipe.discriminator_rate, recipe, self.discriminator
        )
        shares = np.array(recipe.head_weights or [1.0] * len(self.discriminator.outputs))
        self._shares = (shares / shares.sum()).astype(np.float32)
        self._play = compiled(self._play_round)

    def __call__(self, batch: Batch, number: int) -> dict[str, float]:
        """Train the heads once, then the generator once.

        Args:
            batch: its real, first, of_real and of_fake are used.
            number: number of the step, from 0.

        Returns:
            d_loss and g_loss; d_real and d_fake, the mean sigmoid of the heads' logits for real
            and for generated faces, in [0, 1].
        """
        decay = np.float32(averaging_decay(self.recipe.ema_decay, number))
        inputs = (batch.real, batch.first, batch.of_real, batch.of_fake, decay)
        figures = self._play(*tensors_of(inputs))
        return {name: number_of(figure) for name, figure in zip(GAME, figures, strict=True)}

    def _play_round(self, real, latent, of_real, of_fake, decay):
        painted_by = self.generator.trainable_variables
        on_fake, back = pulled(
            lambda: self._seen(self.generator(latent, training=True), of_fake), painted_by
        )
        on_real, given = self._seen(real, of_real), [ops.stop_gradient(m) for m in on_fake]
        d_loss, chances, gradients = gradients_of(
            lambda: self._heads_loss(on_real, given), self.discriminator.trainable_variables
        )
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        g_loss, slopes = slopes_of(self._generator_loss, given)
        self.generator_optimizer.apply(back(slopes), painted_by)
        if self.recipe.ema_decay:
            follow(self.averaged, self.generator, decay)
        return d_loss, g_loss, *chances

    def _seen(self, faces, draws) -> list:
        faces = augment(faces, *draws) if self.recipe.augment else faces
        return self._projection(faces, training=False)

    def _heads_loss(self, on_real: list, on_fake: list):
        """Hinge loss (Lim and Ye, 2017): logits beyond the margin of 1 gain nothing."""
        count = on_real[0].shape[0]
        both = [ops.concatenate(pair) for pair in zip(on_real, on_fake, strict=True)]
        logits = self.discriminator(both, training=True)  # which renews the spectral norms
        loss, chances = 0.0, [0.0, 0.0]
        for share, each in zip(self._shares, logits, strict=True):
            real, fake = each[:count], each[count:]
            loss += share * (ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake)))
            for place, part in enumerate((real, fake)):
                chances[place] += ops.mean(ops.sigmoid(part)) / len(logits)
        return loss, chances

    def _generator_loss(self, on_fake: list):
        logits = self.discriminator(on_fake, training=False)
        return sum(
            -share * ops.mean(each) for share, each in zip(self._shares, logits, strict=True)
        )
