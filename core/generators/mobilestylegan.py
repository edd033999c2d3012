"""MobileStyleGAN on FFHQ (Belousov, 2021), from the OpenVINO files of PyPI's `random-face`.

Only the package's data files are used (Apache-2.0): its code imports a removed API.
"""

import importlib.util
from pathlib import Path

import numpy as np

from core.errors import UserError

STYLE_DIM = 512
MEAN_SAMPLES = 4096
MEAN_SEED = 0


def data_folder() -> Path:
    """Where the package's networks lie.

    Raises:
        UserError: the package is not installed.
    """
    found = importlib.util.find_spec("random_face")  # finds the folder without importing it
    if found is None or found.origin is None:
        raise UserError(
            "MobileStyleGAN is not installed. Get it with `pip install --no-deps random-face`."
        )
    return Path(found.origin).parent / "data"


class MobileStyleGan:
    """Makes faces of 1024x1024 pixels, the same face for the same seed."""

    def __init__(self, folder: Path | None = None):
        import openvino as ov

        core, folder = ov.Core(), folder or data_folder()
        mapping = core.read_model(folder / "MappingNetwork.xml")
        mapping.reshape([-1, STYLE_DIM])
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        self._mapping = core.compile_model(mapping, "CPU", exact)
        synthesis = core.read_model(folder / "SynthesisNetwork.xml")
        self._synthesis = core.compile_model(synthesis, "CPU", exact)
        many = np.random.default_rng(MEAN_SEED).standard_normal((MEAN_SAMPLES, STYLE_DIM))
        self._mean = self._mapping(many.astype(np.float32))[0].mean(axis=0, keepdims=True)

    def generate(self, seed: int, psi: float = 0.7) -> np.ndarray:
        """Make one face.

        Args:
            seed: names the face.
            psi: truncation, `mean + psi * (style - mean)`: 0 is the average face, 1 the full
                variety with more failures.

        Returns:
            uint8 (1024, 1024, 3), RGB.
        """
        latent = np.random.default_rng(seed).standard_normal((1, STYLE_DIM)).astype(np.float32)
        style = self._mapping(latent)[0]
        image = self._synthesis(self._mean + psi * (style - self._mean))[0][0]
        levels = (np.clip(image, -1, 1) + 1) * 127.5
        return np.rint(levels).astype(np.uint8).transpose(1, 2, 0)
