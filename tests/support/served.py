"""Whether what the app runs says what the exact weights say."""

import numpy as np

from core.artifacts import read_ir
from core.inference.verdict import sigmoid
from core.publishing.eight_bits import MAX_SHIFT, is_rounded

EXACT = 1e-4  # of P(fake): other arithmetic, the same numbers


def assert_as_served(log_odds: np.ndarray, served: np.ndarray) -> None:
    """The CNN may run in 8 bits: then P(fake) may move as far as publishing allows, in the mean."""
    moved = np.abs(sigmoid(log_odds.astype(np.float64)) - sigmoid(served.astype(np.float64)))
    assert moved.mean() < (MAX_SHIFT if is_rounded(*read_ir("classifier")) else EXACT)
