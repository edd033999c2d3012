"""A network in 8 bits: smaller and faster, and shipped only if it judges as before.

Weights and activations are rounded by NNCF (post-training quantization: Jacob et al., CVPR 2018;
SmoothQuant for transformers: Xiao et al., ICML 2023), each with a scale fitted to faces of train.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.dataset.batches import row_weights
from core.dataset.index import labels_of
from core.evaluation.metrics import roc_auc
from core.inference.predictor import Predictor
from core.inference.verdict import sigmoid
from core.models.export import as_files
from core.runtime import DEV_LOCK, not_installed, read_network
from core.training.second.features import model_faces, readable_faces

if TYPE_CHECKING:
    from openvino import Model

ROUNDED_ON = 300  # faces of train that the scales are fitted to
MAX_AUC_LOST = 0.002
MAX_SHIFT = 0.02  # of P(fake), in the mean
CNN_EXACT, TRACES_EXACT = 1, 12  # convolutions that stay exact (docs/experiments.md)


@dataclass(frozen=True)
class Rounding:
    """What rounding does to a network's verdicts on valid.

    Attributes:
        auc_lost: ROC AUC before less after.
        shift: mean absolute change of P(fake).
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
        recalibrated: whether a calibration is fitted afterwards: it takes back a change that all
            faces share.
    """

    judge: Callable[[bytes, bytes], np.ndarray]
    labels: np.ndarray
    weights: np.ndarray
    before: np.ndarray | None = None
    recalibrated: bool = True

    @classmethod
    def on(
        cls,
        faces: pd.DataFrame,
        judge: Callable[[bytes, bytes], np.ndarray],
        before: np.ndarray | None = None,
        *,
        recalibrated: bool = True,
    ) -> "Trial":
        """A trial on rows of an index, in whose ROC AUC all sources of a class count alike."""
        weights = row_weights(faces, dict.fromkeys(faces["source"], 1.0))
        return cls(judge, labels_of(faces), weights, before, recalibrated)

    def harm(self, plain: tuple[bytes, bytes], rounded: tuple[bytes, bytes]) -> Rounding:
        """What replacing one network (graph, constants) by the other does to verdicts."""
        before = self.judge(*plain) if self.before is None else self.before
        after = self.judge(*rounded)
        if self.recalibrated:
            after = after - np.average(after - before, weights=self.weights)
        return rounding(self.labels, before, after, self.weights)


def predictor_in_eight_bits(
    plain: tuple[bytes, bytes],
    train: pd.DataFrame,
    valid: pd.DataFrame,
    *,
    side_px: int,
    exact: int,
    recalibrated: bool = True,
) -> tuple[tuple[bytes, bytes], Rounding]:
    """A convolutional network that `Predictor` runs in 8 bits if that does no harm, else as it is.

    Args:
        plain: graph and constants of its IR.
        train, valid: rows of an index: the scales are fitted to some of the one, and harm is
            looked for on the other.
        side_px: of the faces it takes.
        exact: see `in_eight_bits`.
        recalibrated: see `Trial`.

    Raises:
        UserError: NNCF is not installed.
    """
    faces, readable = readable_faces(valid, side_px)
    trial = Trial.on(
        readable,
        lambda *files: Predictor(*files, side_px=side_px).log_odds(faces),
        recalibrated=recalibrated,
    )
    few = train.sample(min(ROUNDED_ON, len(train)), random_state=0)
    return rounded_if_harmless(plain, model_faces(few, side_px), trial, exact=exact)


def rounded_if_harmless(
    plain: tuple[bytes, bytes], faces: np.ndarray, trial: Trial, *, exact: int | None
) -> tuple[tuple[bytes, bytes], Rounding]:
    """A network in 8 bits if that does no harm, else as it is.

    Args:
        plain: graph and constants of its IR.
        faces, exact: see `in_eight_bits`.
        trial: what harm is.

    Raises:
        UserError: NNCF is not installed.
    """
    rounded = in_eight_bits(*plain, faces, exact=exact)
    harm = trial.harm(plain, rounded)
    return (rounded if harm.harmless else plain), harm


def in_eight_bits(
    graph: bytes, constants: bytes, faces: np.ndarray, *, exact: int | None
) -> tuple[bytes, bytes]:
    """Round a network's weights and activations to 8 bits.

    The traces of a generator are finer than a step of 8 bits, so the first layers that see them
    stay exact; most of the time goes elsewhere. So do the matrix products at the end.

    Args:
        graph, constants: an OpenVINO IR of one input.
        faces: float32 (n, side, side, 3) in [0, 1], of train: the scales are fitted to them.
        exact: how many convolutions from the first on stay exact; None for a transformer, of which
            everything is rounded.

    Returns:
        The rounded network's IR.

    Raises:
        UserError: NNCF is not installed.
    """
    try:
        import nncf
    except ImportError:
        raise not_installed("NNCF, which rounds networks to 8 bits,", DEV_LOCK) from None

    nncf.set_log_level(logging.WARNING)
    network = read_network(graph, constants)
    with redirect_stdout(sys.stderr):  # its bar is no result
        rounded = nncf.quantize(
            network,
            nncf.Dataset([face[None] for face in faces]),
            preset=nncf.QuantizationPreset.MIXED,
            model_type=nncf.ModelType.TRANSFORMER if exact is None else None,
            subset_size=len(faces),
            ignored_scope=nncf.IgnoredScope(names=_left_exact(network, exact)),
        )
    return as_files(rounded, half=True)


def is_rounded(graph: bytes, constants: bytes) -> bool:
    """Whether an IR's network is in 8 bits."""
    return any(
        layer.get_type_name() == "FakeQuantize"
        for layer in read_network(graph, constants).get_ops()
    )


def _left_exact(network: "Model", exact: int | None) -> list[str]:
    """Names of the layers that are not rounded; see `in_eight_bits`."""
    if exact is None:
        return []
    layers = network.get_ordered_ops()
    convolutions = [layer for layer in layers if layer.get_type_name().endswith("Convolution")]
    products = [layer for layer in layers if layer.get_type_name() == "MatMul"]
    return [layer.get_friendly_name() for layer in [*convolutions[:exact], *products]]


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
    return Rounding(float(lost), float(np.abs(sigmoid(before) - sigmoid(after)).mean()))
