"""Recipes: the hyperparameters of the networks that judge from pixels."""

import math
from dataclasses import asdict, dataclass, replace

from core.training.classifier.augmentation import FaceAugmentation
from core.training.classifier.best import MONITOR


@dataclass(frozen=True)
class Recipe:
    """The hyperparameters of a run.

    Attributes:
        name: of the recipe.
        epochs: number of epochs, each of `samples_per_epoch` faces.
        batch_size: faces per step.
        optimizer: "sgd" or "adamw".
        learning_rate: after the warm-up; constant unless `cosine`.
        cosine: whether the rate falls to 1% of that along a half cosine.
        weight_decay: by which AdamW pulls the weights towards 0.
        warmup_steps: steps over which the rate rises from 0.
        bn_momentum: momentum of batch normalization's running statistics.
        high_pass: whether the first layer is initialized with zero-mean filters.
        ema_decay: decay per step of the averaged weights, which are then validated and kept; 0
            is off.
        policy: Keras dtype policy of the inner layers; "auto" is bfloat16 where that is fast.
        monitor: history column (higher is better) by which the best epoch is chosen on valid.
        sources: the only sources used, if any are named.
        source_shares: relative share of each source within its class (see `row_weights`); None
            weighs all faces alike.
        samples_per_epoch: faces per epoch; None means as many as train holds.
        patch_share: share of the faces that get a CutMix patch of another face, by default one of
            their own source.
        cross_share: share of those patches that come from the other class; the target is mixed
            by area.
        filmed_shares: source -> chance that a face goes through an imitated webcam.
        augmentation: how faces are changed at random; None leaves them as they are.
        network: "classifier", or "traces": EfficientNet-Lite0, a part of the second opinion.
        seed: of all random numbers.
    """

    name: str
    epochs: int = 15
    batch_size: int = 32
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    cosine: bool = False
    weight_decay: float = 0.0
    warmup_steps: int = 0
    bn_momentum: float = 0.99
    high_pass: bool = False
    ema_decay: float = 0.0
    policy: str = "float32"
    monitor: str = MONITOR
    sources: tuple[str, ...] = ()
    source_shares: dict[str, float] | None = None
    samples_per_epoch: int | None = None
    patch_share: float = 0.0
    cross_share: float = 0.0
    filmed_shares: dict[str, float] | None = None
    augmentation: FaceAugmentation | None = None
    network: str = "classifier"
    seed: int = 0

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step, counted from 0, in a run of `steps` steps."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        if not self.cosine:
            return self.learning_rate
        done = (step - self.warmup_steps) / max(1, steps - self.warmup_steps)
        return self.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))

    def describe(self) -> dict:
        """The recipe as plain JSON values."""
        return {**asdict(self), "sources": list(self.sources)}


def _ours() -> Recipe:
    return Recipe(
        name="ours",
        epochs=40,
        optimizer="adamw",
        learning_rate=7e-4,
        cosine=True,
        weight_decay=1e-3,
        warmup_steps=100,
        bn_momentum=0.9,
        high_pass=True,
        ema_decay=0.99,
        policy="auto",
        monitor="val_roc_auc",
        # ffhq and stylegan share one pipeline to the byte: their difference is the generator.
        # celeba and genphotos give themselves away by crop and background; with a large share
        # of them the network answers "celeba or not" (docs/experiments.md).
        source_shares={
            **{"ffhq": 0.88, "celeba": 0.12},
            **{"stylegan": 0.62, "mobilestylegan": 0.15, "stylegan2": 0.15, "genphotos": 0.08},
        },
        samples_per_epoch=3200,
        patch_share=0.7,
        augmentation=FaceAugmentation(),
    )


def _webcam() -> Recipe:
    """Second stage after `ours` (start from its weights): faces as cameras deliver them."""
    twins = dict.fromkeys(("ffhq", "stylegan"), 0.35)
    others = dict.fromkeys(("celeba", "stylegan2", "mobilestylegan", "genphotos"), 0.85)
    return replace(
        _ours(),
        name="webcam",
        epochs=48,
        learning_rate=4e-4,
        ema_decay=0.995,
        # Filmed, the sources differ less in sharpness and compression, so celeba can have
        # a larger share; the shares of filmed faces are about the same in both classes.
        source_shares={
            **{"ffhq": 0.64, "celeba": 0.36},
            **{"stylegan": 0.58, "mobilestylegan": 0.20, "stylegan2": 0.14, "genphotos": 0.08},
        },
        filmed_shares={**twins, **others},
    )


def _mosaic() -> Recipe:
    """Third stage after `webcam`: faces of both classes in one picture, tighter crops.

    Generated data sets are truncated: their faces are near the average face. A network may learn
    that instead of a generator's traces; the source `untruncated` (`dataset paint`) prevents it.
    """
    webcam = _webcam()
    return replace(
        webcam,
        name="mosaic",
        epochs=6,
        learning_rate=4.5e-4,
        samples_per_epoch=6400,
        source_shares={
            **(webcam.source_shares or {}),
            **{"stylegan": 0.50, "untruncated": 0.22, "mobilestylegan": 0.10},
            **{"stylegan2": 0.12, "genphotos": 0.06},
        },
        filmed_shares={**(webcam.filmed_shares or {}), "untruncated": 0.5},
        patch_share=0.8,
        cross_share=0.6,
        augmentation=FaceAugmentation(p_crop=0.45),
        seed=5,
    )


def _finish() -> Recipe:
    """Last stage, from the mean of the weights of `webcam` and `mosaic`: whole faces again."""
    mosaic = _mosaic()
    return replace(
        mosaic,
        name="finish",
        epochs=3,
        learning_rate=2e-4,
        source_shares=(mosaic.source_shares or {})
        | {"stylegan": 0.54, "untruncated": 0.16, "stylegan2": 0.14},
        patch_share=0.6,
        cross_share=0.0,
        augmentation=FaceAugmentation(),
        seed=6,
    )


def _wide() -> Recipe:
    """Last stage, from the published weights: many cameras, studios and families of generators."""
    studios = ("allage", "passport", "portraits", "london", "amfd", "usgov", "webwall")
    others = ("bw", "news", "openimages", "unsplash", "celebahq")
    kin = ("stylegan2", "mobilestylegan", "genphotos", "hardfake", "omi", "tpdne", "sfhq")
    strangers = ("sd15", "sd21", "sdxl", "flux", "dcgan", "dcgansharp")
    shares = {
        **{"ffhq": 0.30, "celeba": 0.10, **dict.fromkeys((*studios, *others), 0.05)},
        **{"stylegan": 0.30, **dict.fromkeys((*kin, *strangers), 0.06)},
    }
    return replace(
        _mosaic(),
        name="wide",
        epochs=22,
        learning_rate=5e-4,
        samples_per_epoch=6400,
        source_shares=shares,
        filmed_shares=dict.fromkeys(shares, 0.3),
        patch_share=0.5,
        cross_share=0.3,
        ema_decay=0.995,
        seed=20,
    )


def _traces() -> Recipe:
    """The second opinion's other network: EfficientNet-Lite0 fine-tuned on all sources."""
    wide = _wide()
    shares = {
        **{name: 0.05 for name in wide.source_shares or {} if name != "dcgansharp"},
        **{"ffhq": 0.32, "celeba": 0.08},
        **{"stylegan": 0.32, "mobilestylegan": 0.07, "stylegan2": 0.07, "dcgan": 0.06},
        **{"dcganepochs": 0.03, "genphotos100k": 0.03, "selfie": 0.01},
    }
    return replace(
        wide,
        name="traces",
        network="traces",
        epochs=14,
        learning_rate=5e-4,
        weight_decay=1e-2,
        warmup_steps=100,
        high_pass=False,
        ema_decay=0.995,
        policy="float32",
        samples_per_epoch=6400,
        source_shares=shares,
        filmed_shares=dict.fromkeys(shares, 0.2),
        patch_share=0.6,
        cross_share=0.7,
        augmentation=FaceAugmentation(
            p_crop=0.4, p_degrade=0.3, p_gray=0.05, p_edge=0.06, p_wide=0.1, p_background=0.12
        ),
        seed=30,
    )


def _traces_more() -> Recipe:
    """Second stage of `traces`, from its weights: more of the sources it misses, and one more."""
    traces = _traces()
    more = {"mobilestylegan": 0.10, "omi": 0.09, "sd21": 0.08, "stylegan2": 0.08}
    shares = (traces.source_shares or {}) | more | {"dcgansharp": 0.08}
    return replace(
        traces,
        name="traces_more",
        epochs=13,
        learning_rate=3e-4,
        source_shares=shares,
        filmed_shares=dict.fromkeys(shares, 0.2),
        seed=31,
    )


RECIPES = {
    recipe.name: recipe
    for recipe in (
        *(Recipe(name="original"), _ours(), _webcam(), _mosaic(), _finish(), _wide()),
        _traces(),
        _traces_more(),
    )
}
