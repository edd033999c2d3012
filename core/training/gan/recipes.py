"""Recipes: the hyperparameters of the DCGAN's training."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class GanRecipe:
    """The hyperparameters of a run.

    Attributes:
        name: of the recipe: "original", "ours" or "projected".
        discriminator: "cnn" has the classifier's layers; "projected" are four small heads on a
            frozen network's feature maps (`core.models.projected`). `settle_steps`,
            `label_noise`, `r1_gamma`, `r1_every`, `bn_momentum`, the warm-up and `anchor_weight`
            are used with "cnn" only.
        epochs: number of epochs, each of `samples_per_epoch` faces.
        samples_per_epoch: real faces per epoch; None means as many as there are.
        batch_size: real faces per step, and as many generated ones.
        generator_rate, discriminator_rate: learning rates of Adam.
        beta_1, beta_2: decay per step of Adam's averages of gradients and of their squares.
        head_weights: weights of the projected heads in the loss, from fine to coarse; none
            weighs them alike.
        settle_steps: from this step on the discriminator's batch normalization uses its running
            statistics, without dropout, as the authors' step does from the start (0). Before, it
            normalizes by the batch, and both updates see real faces beside generated ones: a
            batch of generated faces alone would hide that all of them are too smooth.
        label_noise: amplitude of uniform noise that moves the labels inwards.
        augment: whether the discriminator sees faces changed at random (`diff_augment`).
        flip: whether real faces are mirrored at random.
        r1_gamma: weight of the gradient penalty on real faces (Mescheder et al., ICML 2018);
            0 = off.
        r1_every: steps between two penalties, whose weight is multiplied by it (Karras et al.,
            2020).
        ema_decay: decay per step of the averaged generator; 0 is off.
        bn_momentum: momentum of the running statistics of the discriminator's normalization.
        warmup_steps: first steps, in which only the generator learns, to reconstruct faces from
            their codes (`core.training.gan.face_codes`).
        warmup_rate: learning rate of these steps.
        coded_share: share of the generator's latents that are codes of real faces; the others
            are drawn from N(0, 1).
        anchor_weight: weight of the mean squared error between a face painted from a code and
            the face of that code, both at 32x32 pixels.
        policy: Keras dtype policy of the inner layers; "auto" is bfloat16 where that is fast.
        sources: the only sources used, if any are named.
        seed: of all random numbers.
    """

    name: str
    discriminator: str = "cnn"
    epochs: int = 30
    samples_per_epoch: int | None = None
    batch_size: int = 32
    generator_rate: float = 1e-4
    discriminator_rate: float = 1e-4
    beta_1: float = 0.9
    beta_2: float = 0.999
    head_weights: tuple[float, ...] = ()
    settle_steps: int = 0
    label_noise: float = 0.0
    augment: bool = False
    flip: bool = False
    r1_gamma: float = 0.0
    r1_every: int = 16
    ema_decay: float = 0.0
    bn_momentum: float = 0.99
    warmup_steps: int = 0
    warmup_rate: float = 1e-3
    coded_share: float = 0.0
    anchor_weight: float = 0.0
    policy: str = "float32"
    sources: tuple[str, ...] = ()
    seed: int = 0

    def describe(self) -> dict:
        """The recipe as plain JSON values."""
        lists = {"sources": list(self.sources), "head_weights": list(self.head_weights)}
        return {**asdict(self), **lists}

    def lasting(self) -> dict:
        """The settings that must not change within a run: all but `epochs`."""
        settings = self.describe()
        del settings["epochs"]
        return settings


GAN_RECIPES = {
    "original": GanRecipe("original", label_noise=0.05, policy="auto"),
    "ours": GanRecipe(
        "ours",
        epochs=30,
        samples_per_epoch=6400,
        generator_rate=2e-4,
        discriminator_rate=2e-4,
        beta_1=0.5,
        settle_steps=2200,
        augment=True,
        flip=True,
        r1_gamma=0.02,
        ema_decay=0.999,
        bn_momentum=0.9,
        warmup_steps=800,
        coded_share=0.5,
        anchor_weight=20.0,
        policy="auto",
    ),
    # Short epochs: half an hour of two busy cores must not be lost when a run is stopped.
    "projected": GanRecipe(
        "projected",
        discriminator="projected",
        epochs=100,
        samples_per_epoch=1600,
        generator_rate=2e-4,
        discriminator_rate=2e-4,
        beta_1=0.0,
        beta_2=0.99,
        head_weights=(0.5, 0.75, 1.25, 1.5),  # what is coarse, shapes, counts more
        augment=True,
        flip=True,
        ema_decay=0.998,
        policy="auto",
    ),
}
