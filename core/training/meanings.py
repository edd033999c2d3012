"""What the hyperparameters of a recipe mean, as its own docstring says."""

import inspect
import re
from collections.abc import Collection, Mapping

from core.training.classifier.recipes import Recipe
from core.training.gan.recipes import GanRecipe

_ENTRY = re.compile(r"^ {4}(\w[\w, ]*): ", re.MULTILINE)


def meanings(settings: Collection[str]) -> tuple[str, Mapping[str, str]]:
    """What each of a run's hyperparameters means.

    Args:
        settings: their names.

    Returns:
        What was trained, for people, and a sentence for each of the names that is known, in the
        order of the recipe.

    Example:
        _, told = meanings(["ema_decay"])
        told["ema_decay"]
    """
    of_gan = "discriminator_rate" in settings
    told = _attributes(GanRecipe if of_gan else Recipe)
    known = {name: text for name, text in told.items() if name in settings}
    return ("DCGAN" if of_gan else "classifier"), known


def titled(name: str) -> str:
    """A hyperparameter for people: "ema_decay" -> "Ema decay"."""
    return name.replace("_", " ").capitalize()


def _attributes(recipe: type) -> dict[str, str]:
    """The section "Attributes" of a docstring: name -> text on one line."""
    section = (inspect.getdoc(recipe) or "").partition("Attributes:\n")[2]
    _, *parts = _ENTRY.split(section)
    found = {}
    for names, text in zip(parts[::2], parts[1::2], strict=True):
        found |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return found
