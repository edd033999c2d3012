"""A stand-in for the networks whose verdicts a test can foretell."""

import numpy as np


class Probe:
    """The brighter in red, the more fake."""

    def log_odds_of(self, crops):
        return np.array([20 * (crop[..., 0].mean() / 255 - 0.5) for crop in crops])
