"""MobileStyleGAN on FFHQ (Belousov, 2021), from the OpenVINO files of PyPI's `random-face`.

Only the package's data files are used (Apache-2.0): its code imports a removed API.
"""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.generators.codes import lerp, normal_latents, truncated_codes
from core.runtime import DATA_LOCK, compiled, not_installed, package_folder, read_network

STYLE_DIM = 512
MEAN_SAMPLES = 4096
MEAN_SEED = 0


def data_folder() -> Path:
    """Where the package's networks lie.

    Raises:
        UserError: the package is not installed.
    """
    package = package_folder("random_face")
    if package is None:
        raise not_installed("MobileStyleGAN", DATA_LOCK)
    return package / "data"


class MobileStyleGan:
    """Paints faces of 1024x1024 pixels; a code is a style w, which the mapping makes of noise."""

    name = "MobileStyleGAN"
    side = 1024
    framing = "ffhq"
    reach = 5.5  # two standard deviations of the styles along the strongest direction
    truncation_note = (
        "Pulls the style w to the mean style: mean + psi * (w - mean). Towards 0 lies the average "
        "face; 1 is the full variety, with more failures."
    )
    directions_note = "The principal components of its styles (GANSpace)."
    way_note = "Styles are mixed along a straight line."

    def __init__(self, folder: Path | None = None):
        folder = folder or data_folder()
        mapping = read_network(folder / "MappingNetwork.xml")
        mapping.reshape([-1, STYLE_DIM])
        self._mapping = compiled(mapping).create_infer_request()
        synthesis = read_network(folder / "SynthesisNetwork.xml")
        self._synthesis = compiled(synthesis).create_infer_request()
        self._lock = threading.Lock()
        many = np.random.default_rng(MEAN_SEED).standard_normal((MEAN_SAMPLES, STYLE_DIM))
        styles = self._styles(many)
        self.center = styles.mean(axis=0)
        # Härkönen et al., "GANSpace" (NeurIPS 2020): the principal components of many styles.
        self.directions = np.linalg.svd(styles - self.center, full_matrices=False)[2]
        constants = (folder / "SynthesisNetwork.bin").read_bytes()
        self.version = hashlib.sha256(constants).hexdigest()

    def codes(self, seeds: Sequence[int]) -> np.ndarray:
        """The styles of seeds: float32 (n, 512)."""
        latents = normal_latents(seeds, STYLE_DIM)
        # one at a time, so that a style does not depend on those it is made with
        with self._lock:
            return np.concatenate([self._styles(latent[None]) for latent in latents])

    def _styles(self, latents: np.ndarray) -> np.ndarray:
        return self._mapping.infer({0: latents.astype(np.float32)})[0]

    def paint(self, codes: np.ndarray) -> np.ndarray:
        """Faces from styles, (n, 512): uint8 (n, 1024, 1024, 3), RGB."""
        faces = np.empty((len(codes), self.side, self.side, 3), np.uint8)
        for number, code in enumerate(codes):
            with self._lock:
                image = self._synthesis.infer({0: code[None]}, share_outputs=True)[0][0]
                levels = np.rint((np.clip(image, -1, 1) + 1) * 127.5)
                faces[number] = levels.transpose(1, 2, 0)
        return faces

    def between(self, start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
        """The style at a share of the straight way."""
        return lerp(start, end, share)

    def combined(self, plus: list[int], minus: list[int], plus_too: list[int]) -> np.ndarray:
        """Arithmetic of mean styles."""
        means = [self.codes(seeds).mean(axis=0) for seeds in (plus, minus, plus_too)]
        return means[0] - means[1] + means[2]

    def generate(self, seed: int, psi: float = 0.7) -> np.ndarray:
        """The face of a seed: uint8 (1024, 1024, 3), RGB; `psi` as in `truncated`."""
        return self.paint(truncated_codes(self, [seed], psi))[0]
