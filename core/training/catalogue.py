"""What can be trained and by which recipes: names only, so that no training code is imported."""

from core.errors import WrongUsage

# network -> its recipes, the default first
RECIPES_OF = {
    "classifier": ("ours", "original", "webcam", "mosaic", "finish", "wide"),
    "second": ("second",),
    "traces": ("traces", "traces_more"),
    "dcgan": ("ours", "original", "projected"),
}
RECIPE_NAMES = tuple(dict.fromkeys(name for names in RECIPES_OF.values() for name in names))


def recipe_for(network: str, asked: str | None = None) -> str:
    """The recipe a network is trained with.

    Args:
        network: one of `RECIPES_OF`.
        asked: a recipe's name, or None for the network's default.

    Raises:
        WrongUsage: the network has no such recipe.
    """
    known = RECIPES_OF[network]
    if asked is not None and asked not in known:
        raise WrongUsage(f"`train {network}` has no recipe {asked}. It has {', '.join(known)}.")
    return asked or known[0]


def network_name(settings: dict) -> str:
    """The network that a run's settings are of; old runs do not name theirs.

    Args:
        settings: as `RunFolder.settings` reads them.
    """
    recipe = settings.get("recipe", {})
    if "discriminator_rate" in recipe:
        return "dcgan"
    return settings.get("network") or recipe.get("network", "classifier")
