"""Trained generators of faces, all behind `base.FaceGenerator`."""

from core.generators.base import FaceGenerator

GENERATORS = ("dcgan", "mobilestylegan")


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
    if name == "dcgan":
        from core.generators.dcgan import load_dcgan

        return load_dcgan()
    if name == "mobilestylegan":
        from core.generators.mobilestylegan import MobileStyleGan

        return MobileStyleGan()
    raise ValueError(f"`name` must be one of {GENERATORS}. Received: {name!r}")
