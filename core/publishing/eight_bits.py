"""A network in 8 bits: smaller and faster, and shipped only if it judges as before.

Weights and activations are rounded by NNCF (post-training quantization: Jacob et al., CVPR 2018;
SmoothQuant for transformers: Xiao et al., ICML 2023), each with a scale fitted to faces of train.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.evaluation.metrics import roc_auc
from core.inference.verdict import sigmoid
from core.models.export import as_files
from core.runtime import read_network

MAX_AUC_LOST = 0.002
MAX_SHIFT = 0.02  # of P(fake), in the mean


@dataclass(frozen=True)
class Rounding:
    """What rounding does to a network's verdicts on valid.

    Attributes:
        auc_lost: ROC AUC before less after.
        shift: mean absolute change of P(fake), but for a change that all faces share: the
            calibration, which is fitted afterwards, takes that back.
    """

    auc_lost: float
    shift: float

    @property
    def harmless(self) -> bool:
        return self.auc_lost <= MAX_AUC_LOST and self.shift <= MAX_SHIFT


def in_eight_bits(graph: bytes, constants: bytes, faces: np.ndarray) -> tuple[bytes, bytes]:
    """Round a transformer's weights and activations to 8 bits.

    Args:
        graph, constants: an OpenVINO IR of one input.
        faces: float32 (n, side, side, 3) in [0, 1], of train: the scales are fitted to them.

    Returns:
        The rounded network's IR.

    Raises:
        UserError: NNCF is not installed.
    """
    try:
        import nncf
    except ImportError:
        raise UserError(
            "Networks are rounded to 8 bits by NNCF, which is not installed. Get it with "
            "`pip install -r requirements-dev.txt`."
        ) from None

    rounded = nncf.quantize(
        read_network(graph, constants),
        nncf.Dataset([face[None] for face in faces]),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(faces),
    )
    return as_files(rounded, half=True)


def rounding(
    labels: np.ndarray, before: np.ndarray, after: np.ndarray, weights: np.ndarray
) -> Rounding:
    """Compare the log-odds of fake of the same faces before and after.

    Args:
        labels: int (n,), 0 fake, 1 real.
        before, after: float (n,).
        weights: float (n,), of the faces in the ROC AUC.
    """
    lost = roc_auc(labels, before, weights) - roc_auc(labels, after, weights)
    after = after - np.average(after - before, weights=weights)
    return Rounding(float(lost), float(np.abs(sigmoid(before) - sigmoid(after)).mean()))
