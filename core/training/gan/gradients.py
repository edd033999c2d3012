"""Gradients on whichever backend Keras runs: TensorFlow on a CPU, torch on a GPU."""

from collections.abc import Callable
from typing import Any

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
    raise _unknown_backend()


def pulled(forward: Callable[[], list], variables: list) -> tuple[list, Callable]:
    """Outputs now, and later the way back through them: one pass serves several losses.

    Args:
        forward: gives a list of tensors from `keras.ops`.
        variables: Keras variables to differentiate by.

    Returns:
        (outputs, a function from a slope for each output to a gradient for each variable; it
        can be called once).

    Raises:
        UserError: a backend other than tensorflow and torch.
    """
    values = [variable.value for variable in variables]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            outputs = forward()
        return outputs, lambda slopes: tape.gradient(outputs, values, slopes)
    if keras.backend.backend() == "torch":
        import torch

        outputs = forward()
        return outputs, lambda slopes: list(torch.autograd.grad(outputs, values, slopes))
    raise _unknown_backend()


def slopes_of(loss_of: Callable[[list], Any], inputs: list) -> tuple:
    """Value of a scalar and its gradients by the tensors it is computed from.

    Args:
        loss_of: from the inputs to a scalar loss.
        inputs: tensors; what they were computed from is left alone.

    Returns:
        (loss, a gradient for each input).
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            loss = loss_of(inputs)
        return loss, tape.gradient(loss, inputs)
    import torch

    inputs = [tensor.detach().requires_grad_(True) for tensor in inputs]
    loss = loss_of(inputs)
    return loss.detach(), list(torch.autograd.grad(loss, inputs))


def _unknown_backend() -> UserError:
    return UserError(
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

    inputs: list[Any] = inputs.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(keras.ops.sum(function(inputs)), inputs, create_graph=True)
    return gradient


def compiled(step: Callable) -> Callable:
    """The step as a graph where the backend gains by it."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(step)
    return step
