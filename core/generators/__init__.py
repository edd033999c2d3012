"""Trained generators of faces, all behind `base.FaceGenerator`."""

from dataclasses import dataclass
from pkgutil import resolve_name

from core.generators.base import FaceGenerator


@dataclass(frozen=True)
class Registered:
    """A generator that is not loaded yet.

    Attributes:
        name: for the user, as the loaded one has it.
        side: of its pictures, in pixels.
        counts: how many faces a page may show; the second is what it shows unasked.
        maker: "module:function" that loads it.
        photos: which photos it learned from; "" where `generator_metrics` tells it.
    """

    name: str
    side: int
    counts: tuple[int, ...]
    maker: str
    photos: str = ""


GENERATORS = {
    "dcgan": Registered("DCGAN", 128, (4, 16, 36, 64), "core.generators.dcgan:load_dcgan"),
    "mobilestylegan": Registered(
        "MobileStyleGAN", 1024, (1, 4, 9), "core.generators.mobilestylegan:MobileStyleGan", "FFHQ"
    ),
}


def load_generator(name: str) -> FaceGenerator:
    """Load a generator.

    Args:
        name: one of `GENERATORS`.

    Raises:
        UserError: it is not installed, or its files are missing or were changed.
        ValueError: another name.

    Example:
        >>> generator = load_generator("dcgan")
        >>> generator.paint(generator.codes([7])).shape
        (1, 128, 128, 3)
    """
    if name not in GENERATORS:
        raise ValueError(f"`name` must be one of {tuple(GENERATORS)}. Received: {name!r}")
    return resolve_name(GENERATORS[name].maker)()
