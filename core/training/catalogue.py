"""What can be trained and by which recipes: names alone, so that asking for them loads nothing."""

from core.errors import UserError

# network -> its recipes, the one it takes unasked first
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
        asked: its name, or None for the network's own.

    Raises:
        UserError: the network has no such recipe.
    """
    known = RECIPES_OF[network]
    if asked is not None and asked not in known:
        raise UserError(f"`train {network}` has no recipe {asked}. It has {', '.join(known)}.")
    return asked or known[0]
