"""Fit on the valid split what the verdict needs: temperature, unsure band, sharpness limit."""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from core.config import FAKE
from core.inference.verdict import Calibration

THRESHOLD = 0.5
ACCUSED_RATE, MISSED_RATE = 0.03, 0.10  # of photos above, of fakes below the unsure band
CLEARED_UP_TO = 0.2  # P(fake) at most: one chance in five of being generated is no all-clear
_SMALL = "small sources"
STEPS = 10_000  # of P(fake), to which a band is widened, so that the last bits decide nothing


def fit_scaling(
    labels: np.ndarray, log_odds: np.ndarray, weights: np.ndarray
) -> tuple[float, float]:
    """Temperature and bias with the least weighted log-loss (Platt scaling, 1999).

    A few hundred faces settle two numbers well. The bias matters where the mix of sources in
    training tilts the verdict on one of them.

    Args:
        labels: int (n,), 0 fake, 1 real.
        log_odds: float (n,), of fake.
        weights: float (n,), above 0.

    Returns:
        (temperature, bias): P(fake) is the sigmoid of (log_odds - bias) / temperature.
    """
    signs = np.where(labels == FAKE, 1.0, -1.0)

    def log_loss(parameters: np.ndarray) -> float:
        scaled = (log_odds - parameters[1]) / np.exp(parameters[0])
        return float(np.average(np.logaddexp(0, -signs * scaled), weights=weights))

    log_temperature, bias = minimize(log_loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(np.clip(log_temperature, -3, 3))), float(bias)


def fit_accusing_band(
    labels: np.ndarray,
    p_fake: np.ndarray,
    sources: np.ndarray,
    weights: np.ndarray,
    *,
    accused: float = ACCUSED_RATE,
    missed: float = MISSED_RATE,
) -> tuple[float, float]:
    """A band for a verdict in which an accusation costs more than a doubt.

    A source of fewer photos than tell such a rate (34 for 3%) would let its oddest photo decide
    for everybody, so all those are taken together as one.

    Args:
        labels: int (n,), 0 fake, 1 real.
        p_fake: calibrated, (n,).
        sources: names, (n,).
        weights: float (n,), above 0: each fake's share of the mixture.
        accused: accepted share of the photos of the worst source above the band.
        missed: accepted share of the mixture's fakes below it.

    Returns:
        (low, high): the least high, and the greatest low that is no greater than it.
    """
    real = labels != FAKE
    enough = int(np.ceil(1 / accused))
    groups = np.array([name if n >= enough else _SMALL for name, n in _counted(sources[real])])
    bounds = [_bound(p_fake[real][groups == name], accused) for name in np.unique(groups)]
    high = max(bounds, default=0.95)
    fakes = np.flatnonzero(~real)
    order = fakes[np.argsort(p_fake[fakes])]
    passed = np.cumsum(weights[order]) / weights[order].sum()
    low = float(p_fake[order][np.searchsorted(passed, missed)]) if len(order) else 0.05
    return min(low, high), high


def _counted(sources: np.ndarray) -> list[tuple[str, int]]:
    """Each face's source, and how many faces that has."""
    names, at, counts = np.unique(sources, return_inverse=True, return_counts=True)
    return [(str(names[n]), int(counts[n])) for n in at]


def _bound(p_fake: np.ndarray, accused: float) -> float:
    """The least value that no more than a share of these reach."""
    spared = int(accused * len(p_fake))
    return float(np.nextafter(np.sort(p_fake)[::-1][spared], 1))


def scaled(
    labels: np.ndarray, log_odds: np.ndarray, weights: np.ndarray, sharpnesses: np.ndarray
) -> Calibration:
    """A calibration whose band is still to be fitted: it holds all of (0, 1).

    Args:
        labels, log_odds, weights: as for `fit_scaling`.
        sharpnesses: float (k,); what is less sharp than all but 1% of these is refused.
    """
    temperature, bias = fit_scaling(labels, log_odds, weights)
    return Calibration(
        temperature=round(temperature, 4),
        bias=round(bias, 4),
        threshold=THRESHOLD,
        unsure_low=0.0,
        unsure_high=1.0,
        min_sharpness=round(float(np.percentile(sharpnesses, 1)), 1),
    )


def fit_calibration(
    labels: np.ndarray,
    log_odds: np.ndarray,
    sources: np.ndarray,
    weights: np.ndarray,
    sharpnesses: np.ndarray,
) -> Calibration:
    """Fit all that the verdict needs.

    Args:
        labels: int (n,), 0 fake, 1 real.
        log_odds: float (n,), of fake.
        sources: names, (n,).
        weights: float (n,), above 0.
        sharpnesses: float (n,), `core.inference.appearance.sharpness` of each face; a face less
            sharp than all but 1% of the photos is refused, as the model was hardly tried on
            such. Fakes do not count: a generator's smear is no blur.
    """
    scaling = scaled(labels, log_odds, weights, sharpnesses[labels != FAKE])
    return banded(scaling, labels, log_odds, sources, weights)


def banded(
    calibration: Calibration,
    labels: np.ndarray,
    log_odds: np.ndarray,
    sources: np.ndarray,
    weights: np.ndarray,
) -> Calibration:
    """The same P(fake) with an unsure band fitted anew; arguments as for `fit_calibration`."""
    low, high = fit_accusing_band(labels, calibration.p_fake(log_odds), sources, weights)
    low = min(low, CLEARED_UP_TO)
    upper = min(1.0, float(np.ceil(high * STEPS)) / STEPS)
    lower = float(np.floor(low * STEPS)) / STEPS if low < high else upper
    return replace(
        calibration, unsure_low=lower, unsure_high=upper, threshold=min(THRESHOLD, upper)
    )
