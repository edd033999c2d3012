"""The networks that a recipe can name."""

import keras

from core.models.classifier import build_classifier
from core.models.teacher import build_teacher
from core.training.run_folder import RunFolder, load_weights


def build_network(name: str, *, bn_momentum: float = 0.99, policy: str = "float32") -> keras.Model:
    """A network from float32 (batch, 128, 128, 3) in [0, 1] to logits, float32 (batch, 2).

    Args:
        name: "classifier" or "teacher".
        bn_momentum: momentum of the batch statistics' moving averages.
        policy: Keras dtype policy of the classifier's inner layers.
    """
    if name == "teacher":
        return build_teacher(bn_momentum=bn_momentum)
    return build_classifier(logits=True, bn_momentum=bn_momentum, policy=policy)


def network_name(settings: dict) -> str:
    """Which network a run trains, by its settings; runs before there were teachers do not say."""
    return settings["recipe"].get("network", "classifier")


def network_of(run: RunFolder) -> keras.Model:
    """The network of a run with the weights of its best epoch.

    Raises:
        UserError: the folder holds no run, or one without a finished epoch.
    """
    network = build_network(network_name(run.settings()))
    network.set_weights(load_weights(run.best_file))
    return network
