"""Gradients on both backends of Keras that are supported: TensorFlow and torch."""

from collections.abc import Callable
from typing import Any

import keras

from core.errors import UserError


def gradients_of(loss_of: Callable[[], tuple], variables: list) -> tuple:
    """The value of a scalar loss and its gradients.

    Args:
        loss_of: computes (scalar loss, anything else) with `keras.ops`.
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
    """Outputs and their vector-Jacobian product: one forward pass serves several losses.

    Args:
        forward: computes a list of tensors with `keras.ops`.
        variables: Keras variables to differentiate by.

    Returns:
        (outputs, a function from a gradient for each output to one for each variable; it can be
        called once).

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
    """The value of a scalar loss and its gradients with respect to input tensors.

    Args:
        loss_of: computes a scalar loss from the inputs.
        inputs: tensors; gradients do not flow beyond them.

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
    """The gradient of `sum(function(inputs))` with respect to the inputs, for the R1 penalty.

    Args:
        function: from a tensor to a tensor.
        inputs: a tensor.

    Returns:
        A tensor of the shape of `inputs`, through which gradients flow.
    """
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
    """The step as a `tf.function` on TensorFlow; unchanged on torch.

    No branch of it depends on a tensor, so its code need not be rewritten, which takes seconds.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(step, autograph=False)
    return step
