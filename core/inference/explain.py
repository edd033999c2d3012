"""Where a network looked (saliency maps): a hint, no proof.

The second opinion tells exactly what each area adds to its log-odds (`evidence_over`); the CNN's
dense layers see all areas at once, so there it is a guess along the gradient (`grad_cam`).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageColor

from core.config import ARTIFACTS_DIR, IMAGE_SIZE
from core.inference.colors import CLASS_COLORS
from core.inference.networks import Panel
from core.inference.open_cnn import LAYERS, open_cnn

EVIDENCE, GRAD_CAM = "evidence", "grad_cam"
CNN_LAYERS = LAYERS[::-1]  # the last first, which the verdict depends on most
LEAST_SCALE = 10.0  # log-odds of an area that get the full colour, at least
NOTES = {
    EVIDENCE: (
        "What each area adds to the word of the second opinion's network that looks for traces, in "
        "log-odds (3 more make a generator 20 times as likely): red speaks for a generator, blue "
        "for a photograph. It is one of the networks of the verdict, and no proof of anything in "
        "the picture."
    ),
    GRAD_CAM: (
        "Bright regions raised P(fake) of the CNN most (Grad-CAM). A hint at what the network "
        "used, not proof of anything in the picture."
    ),
}


@dataclass(frozen=True)
class Heat:
    """A heat map of a face, and how it was made.

    Attributes:
        method: `EVIDENCE` of the second opinion, or `GRAD_CAM` of the CNN.
        values: float32 (h, w); log-odds of fake by area, or what speaks for fake in [0, 1].
        layer: of the CNN, one of `CNN_LAYERS`; "" of the second opinion.
    """

    method: str
    values: np.ndarray
    layer: str = ""

    @property
    def note(self) -> str:
        """What it shows, in a sentence or two."""
        where = f" Layer {self.layer}." if self.layer else ""
        return NOTES[self.method] + where

    def over(self, face: np.ndarray, *, strength: float) -> np.ndarray:
        """A face, uint8 (side, side, 3), under the map, which hides up to `strength` of it."""
        draw = evidence_over if self.method == EVIDENCE else overlay
        return draw(face, self.values, strength=strength)


def views_of(panel: Panel) -> tuple[str, ...]:
    """The views that can be shown of where it looked, the most decisive one first.

    Args:
        panel: what judged.

    Returns:
        `EVIDENCE` where the second opinion tells it, and `CNN_LAYERS`, but for a verdict that
        stands on the second opinion alone.
    """
    second = panel.second
    tells = "second" in panel.weights and second is not None and second.explains
    layers = () if tells and "cnn" not in panel.weights else CNN_LAYERS
    return (EVIDENCE, *layers) if tells else layers


def heat_of(crop: np.ndarray, tensor: np.ndarray, panel: Panel, view: str | None = None) -> Heat:
    """Where a network looked.

    Args:
        crop: the square that was judged, uint8 (side, side, 3), RGB.
        tensor: the same as the CNN had it, float32 (128, 128, 3) in [0, 1].
        panel: what judged.
        view: one of `views_of`; None for the first.

    Raises:
        UserError: the CNN's weights are missing or were changed.
    """
    view = view or views_of(panel)[0]
    if view == EVIDENCE and panel.second is not None and panel.second.traces is not None:
        return Heat(EVIDENCE, panel.second.traces.evidence(crop))
    return Heat(GRAD_CAM, grad_cam(tensor, view), view)


def grad_cam(
    face: np.ndarray, layer: str = CNN_LAYERS[0], *, folder: Path = ARTIFACTS_DIR
) -> np.ndarray:
    """Heat map of what speaks for "fake" (Grad-CAM, Selvaraju et al., ICCV 2017).

    The gradient is that of the log-odds of fake with respect to a convolution; regions that speak
    for "real" are left at 0.

    Args:
        face: float32 (128, 128, 3) in [0, 1], as the network saw it.
        layer: one of `CNN_LAYERS`; an earlier one is finer and says less of the verdict.
        folder: where the registry lies.

    Returns:
        float32 (128, 128) in [0, 1]; all 0 where nothing speaks for "fake".

    Raises:
        UserError: the weights are missing or were changed.
    """
    cnn = open_cnn(folder)
    maps, _ = cnn.maps(face)
    importance = cnn.gradient(maps, layer).mean(axis=(0, 1))
    heat = np.maximum(maps[layer] @ importance, 0)
    heat = cv2.resize(heat, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_CUBIC)
    return np.clip(heat / max(float(heat.max()), 1e-8), 0, 1).astype(np.float32)


def scale_of(evidence: np.ndarray) -> float:
    """The log-odds of an area that get the full colour: the strongest of the face, if strong."""
    return max(LEAST_SCALE, float(np.abs(evidence).max()))


def evidence_over(face: np.ndarray, evidence: np.ndarray, *, strength: float = 0.6) -> np.ndarray:
    """Lay over a face what its areas say: red for fake, blue for real.

    Args:
        face: uint8 (side, side, 3), RGB.
        evidence: float32 (areas, areas), log-odds of fake by area.
        strength: how far what weighs most hides the face, in [0, 1].

    Returns:
        uint8 (side, side, 3), RGB.
    """
    smooth = cv2.resize(evidence, face.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    share = np.clip(smooth / scale_of(evidence), -1, 1)[..., None]
    colours = np.where(share > 0, _rgb("fake"), _rgb("real"))
    alpha = strength * np.abs(share)
    return np.clip((1 - alpha) * face + alpha * colours, 0, 255).astype(np.uint8)


def _rgb(state: str) -> np.ndarray:
    return np.array(ImageColor.getrgb(CLASS_COLORS[state]), np.float32)


def overlay(face: np.ndarray, heat: np.ndarray, *, strength: float = 0.5) -> np.ndarray:
    """Lay a heat map over a face.

    Args:
        face: uint8 (side, side, 3), RGB.
        heat: float32 (h, w) in [0, 1].
        strength: how far the hottest spot hides the face, in [0, 1].

    Returns:
        uint8 (side, side, 3), RGB.
    """
    side = face.shape[0]
    heat = np.clip(cv2.resize(heat, (side, face.shape[1])), 0, 1) if side else heat
    colours = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO)
    alpha = (strength * heat + 0.15)[..., None]
    mixed = (1 - alpha) * face + alpha * cv2.cvtColor(colours, cv2.COLOR_BGR2RGB)
    return np.clip(mixed, 0, 255).astype(np.uint8)
