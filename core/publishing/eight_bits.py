"""A network in 8 bits: smaller and faster, and shipped only if it judges as before.

Weights and activations are rounded by NNCF (post-training quantization: Jacob et al., CVPR 2018;
SmoothQuant for transformers: Xiao et al., ICML 2023), each with a scale fitted to faces of train.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.dataset.batches import row_weights
from core.dataset.index import labels_of
from core.errors import UserError
from core.evaluation.metrics import roc_auc
from core.inference.verdict import sigmoid
from core.models.export import as_files
from core.runtime import read_network

ROUNDED_ON = 300  # faces of train that the scales are fitted to
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

    def __str__(self) -> str:
        return (
            f"ROC AUC {-self.auc_lost:+.4f}, P(fake) moved by {self.shift:.4f}, "
            f"{'' if self.harmless else 'not '}shipped"
        )

    @property
    def harmless(self) -> bool:
        """Whether the rounded network may be shipped."""
        return self.auc_lost <= MAX_AUC_LOST and self.shift <= MAX_SHIFT


@dataclass(frozen=True)
class Trial:
    """How it is found out whether rounding does harm: faces of valid, judged before and after.

    Attributes:
        judge: log-odds of fake, float (n,), of these faces by a network with an IR's graph and
            constants.
        labels: int (n,), 0 fake, 1 real.
        weights: float (n,), of the faces in the ROC AUC.
        before: float (n,), what `judge` says of the network as it is, if that is known already.
    """

    judge: Callable[[bytes, bytes], np.ndarray]
    labels: np.ndarray
    weights: np.ndarray
    before: np.ndarray | None = None

    @classmethod
    def on(
        cls,
        faces: pd.DataFrame,
        judge: Callable[[bytes, bytes], np.ndarray],
        before: np.ndarray | None = None,
    ) -> "Trial":
        """A trial on rows of an index, in whose ROC AUC all sources of a class count alike."""
        weights = row_weights(faces, dict.fromkeys(faces["source"], 1.0))
        return cls(judge, labels_of(faces), weights, before)


def rounded_if_harmless(
    plain: tuple[bytes, bytes], faces: np.ndarray, trial: Trial, *, transformer: bool = False
) -> tuple[tuple[bytes, bytes], Rounding]:
    """A network in 8 bits if that does no harm, else as it is.

    Args:
        plain: graph and constants of its IR.
        faces, transformer: see `in_eight_bits`.
        trial: what harm is.

    Raises:
        UserError: NNCF is not installed.
    """
    rounded = in_eight_bits(*plain, faces, transformer=transformer)
    before = trial.judge(*plain) if trial.before is None else trial.before
    harm = rounding(trial.labels, before, trial.judge(*rounded), trial.weights)
    return (rounded if harm.harmless else plain), harm


def in_eight_bits(
    graph: bytes, constants: bytes, faces: np.ndarray, *, transformer: bool = False
) -> tuple[bytes, bytes]:
    """Round a network's weights and activations to 8 bits.

    Args:
        graph, constants: an OpenVINO IR of one input.
        faces: float32 (n, side, side, 3) in [0, 1], of train: the scales are fitted to them.
        transformer: whether it is one, and not a convolutional network.

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
        model_type=nncf.ModelType.TRANSFORMER if transformer else None,
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
