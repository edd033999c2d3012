"""Gradients on whichever backend Keras runs: TensorFlow on a CPU, torch on a GPU."""

from collections.abc import Callable

import keras

from core.errors import UserError


def gradients_of(loss_of: Callable[[], tuple], variables: list) -> tuple:
    """Value and gradients of a scalar.

    Args:
        loss_of: gives (scalar loss, anything else) from `keras.ops`.
        variables: Keras variables to differentiate by.

    Returns:
        (loss, anything else, a gradient for each variable).

    Raises:
        UserError: a backend other than tensorflow and torch.
    """
    values = [variable.value for variable in variables]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss, rest = loss_of()
        return loss, rest, tape.gradient(loss, values)
    if keras.backend.backend() == "torch":
        import torch

        loss, rest = loss_of()
        return loss.detach(), rest, list(torch.autograd.grad(loss, values))
    raise UserError(
        f"A DCGAN is trained on Keras' backend tensorflow or torch. Received: "
        f"KERAS_BACKEND={keras.backend.backend()}"
    )


def input_gradient(function: Callable, inputs):
    """Gradient of `sum(function(inputs))` by the inputs, itself differentiable (for R1)."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = keras.ops.sum(function(inputs))
        return tape.gradient(total, inputs)
    import torch

    inputs = inputs.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(keras.ops.sum(function(inputs)), inputs, create_graph=True)
    return gradient


def compiled(step: Callable) -> Callable:
    """The step as a graph where the backend gains by it."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(step)
    return step
