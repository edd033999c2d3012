"""The DCGAN's trained generator on OpenVINO: the same bytes for the same code, every time."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.artifacts import load_registry, read_ir
from core.config import ARTIFACTS_DIR, IMAGE_SIZE, LATENT_DIM
from core.errors import UserError
from core.generators.codes import normal_latents, slerp, strongest_directions
from core.runtime import compiled, read_network

if TYPE_CHECKING:
    from openvino import Model

SHIPPED = "generator"
SNAPSHOT = "generator_epoch"


class Dcgan:
    """The generator of `core.models.dcgan`; a code is a latent from N(0, 1). Thread-safe."""

    name = "DCGAN"
    side = IMAGE_SIZE
    framing = ""
    reach = 4.0
    truncation_note = (
        "Multiplies the latent z by psi: towards 0 lies the average face, above 1 are faces rarer "
        "than any it was trained to paint."
    )
    directions_note = (
        "The strongest directions of the generator's first layer, found from its weights alone "
        "(closed-form factorization)."
    )
    way_note = "Latents are turned on the sphere they lie on (slerp)."

    def __init__(self, graph: bytes, constants: bytes, version: str):
        """Compile the network.

        Args:
            graph, constants: the OpenVINO IR.
            version: SHA-256 of the weights.
        """
        self._serve(read_network(graph, constants), version)

    @classmethod
    def of_network(cls, network: "Model", version: str) -> "Dcgan":
        """Serve a network that OpenVINO has read already.

        Args:
            network: an OpenVINO model.
            version: what tells its weights from others.
        """
        generator = cls.__new__(cls)
        generator._serve(network, version)  # noqa: SLF001  of this class
        return generator

    def _serve(self, network: "Model", version: str) -> None:
        self.directions = strongest_directions(_first_kernel(network))
        self._request = compiled(network).create_infer_request()
        self._lock = threading.Lock()
        self.center = np.zeros(LATENT_DIM, np.float32)
        self.version = version

    def codes(self, seeds: Sequence[int]) -> np.ndarray:
        """The latents of seeds: float32 (n, 128)."""
        return normal_latents(seeds, LATENT_DIM)

    def paint(self, codes: np.ndarray) -> np.ndarray:
        """Faces from latents.

        One at a time: in a batch the sums run in another order, and bytes would differ with
        the company a face is painted in.

        Args:
            codes: float32 (n, 128).

        Returns:
            uint8 (n, 128, 128, 3), RGB.

        Raises:
            ValueError: another shape.
        """
        if codes.ndim != 2 or codes.shape[1] != LATENT_DIM:
            raise ValueError(f"`codes` must be (n, {LATENT_DIM}). Received: shape={codes.shape}")
        faces = np.empty((len(codes), self.side, self.side, 3), np.uint8)
        for number in range(len(codes)):
            latent = np.ascontiguousarray(codes[number : number + 1], np.float32)
            with self._lock:
                face = self._request.infer({0: latent}, share_inputs=True, share_outputs=True)[0]
                faces[number] = np.rint(face[0] * 255)
        return faces

    def between(self, start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
        """The latent at a share of the way, on the sphere."""
        return slerp(start, end, share)

    def combined(self, plus: list[int], minus: list[int], plus_too: list[int]) -> np.ndarray:
        """Latent arithmetic, brought back to the length latents have (Radford et al., 2016)."""
        means = [self.codes(seeds).mean(axis=0) for seeds in (plus, minus, plus_too)]
        code = means[0] - means[1] + means[2]
        return (code * np.sqrt(LATENT_DIM) / max(np.linalg.norm(code), 1e-6)).astype(np.float32)


def _first_kernel(network: "Model") -> np.ndarray:
    """The kernel of the layer a latent enters, (128, 8192), found among the constants."""
    constants = (node for node in network.get_ops() if node.get_type_name() == "Constant")
    for node in constants:
        shape = list(node.get_output_shape(0))
        if len(shape) == 2 and LATENT_DIM in shape:  # the converter may have turned it
            kernel = np.array(node.data, np.float32)
            return kernel if shape[0] == LATENT_DIM else kernel.T
    raise UserError("The generator's file has no layer for latents of 128 numbers.")


def load_dcgan(name: str = SHIPPED, folder: Path = ARTIFACTS_DIR) -> Dcgan:
    """Load a shipped generator.

    Args:
        name: "generator", or a snapshot's name.
        folder: where the registry lies.

    Raises:
        UserError: its files are missing or were changed.
    """
    graph, constants = read_ir(name, folder)
    return Dcgan(graph, constants, load_registry(folder)[f"{name}_constants"].sha256)


def snapshot_name(epoch: int) -> str:
    """The registry's name for the generator after an epoch."""
    return f"{SNAPSHOT}{epoch}"


def list_snapshots(folder: Path = ARTIFACTS_DIR) -> dict[int, str]:
    """The shipped generators by epoch, the last one included: epoch -> name for `load_dcgan`.

    Raises:
        UserError: the registry is missing or damaged.
    """
    registry = load_registry(folder)
    return {
        artifact.metrics["epoch"]: name.removesuffix("_constants")
        for name, artifact in sorted(
            registry.items(), key=lambda item: item[1].metrics.get("epoch", 0)
        )
        if name.startswith(SHIPPED) and name.endswith("_constants")
    }
