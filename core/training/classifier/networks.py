"""The networks that a recipe can name."""

import keras

from core.models.classifier import build_classifier
from core.models.lite0 import build_lite0
from core.training.catalogue import network_name
from core.training.classifier.recipes import Recipe
from core.training.run_folder import RunFolder


def build_network(recipe: Recipe) -> keras.Model:
    """Build the network that a recipe names.

    Args:
        recipe: its `network` is "classifier" or "traces".

    Returns:
        A model from float32 (b, side, side, 3) in [0, 1] to logits float32 (b, 2): fake, real.
    """
    if recipe.network == "traces":
        return build_lite0(bn_momentum=recipe.bn_momentum)
    return build_classifier(logits=True, bn_momentum=recipe.bn_momentum, policy=recipe.policy)


def network_of(run: RunFolder) -> keras.Model:
    """The network of a run, with the weights of its best epoch.

    Raises:
        UserError: the folder holds no run, or one without a finished epoch.
    """
    network = build_network(Recipe("any", network=network_name(run.settings())))
    network.set_weights(run.best_weights())
    return network
