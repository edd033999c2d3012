"""Fitting temperature, unsure band and sharpness limit."""

import numpy as np
import pytest

from core.evaluation.calibration import fit_calibration, fit_scaling, fit_unsure_band


@pytest.mark.parametrize(("temperature", "bias"), [(0.5, 0.0), (2.0, 1.5), (4.0, -3.0)])
def test_the_scaling_that_made_the_data_is_found(temperature, bias):
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, 40_000)
    labels = np.where(rng.random(40_000) < 1 / (1 + np.exp(-honest)), 0, 1)
    fitted = fit_scaling(labels, honest * temperature + bias, np.ones(40_000))
    assert fitted[0] == pytest.approx(temperature, rel=0.05)
    assert fitted[1] == pytest.approx(bias, abs=0.1 * temperature)


def test_outside_the_band_errors_are_rare_enough():
    rng = np.random.default_rng(1)
    p_fake = rng.random(5_000)
    labels = np.where(rng.random(5_000) < p_fake, 0, 1)
    low, high = fit_unsure_band(labels, p_fake, np.ones(5_000), error_rate=0.1)
    answered = (p_fake <= low) | (p_fake >= high)
    wrong = (p_fake >= 0.5) != (labels == 0)
    assert low == pytest.approx(1 - high)
    assert wrong[answered].mean() <= 0.1 < wrong.mean()
    wider = fit_unsure_band(labels, p_fake, np.ones(5_000), error_rate=0.05)
    assert wider[1] > high


def test_a_perfect_model_needs_no_band_and_a_useless_one_the_widest():
    labels = np.array([0, 1] * 50)
    perfect = np.where(labels == 0, 0.99, 0.01)
    assert fit_unsure_band(labels, perfect, np.ones(100), error_rate=0.1) == (0.5, 0.5)
    assert fit_unsure_band(labels, 1 - perfect, np.ones(100), error_rate=0.1) == (0.05, 0.95)


def test_the_sharpness_limit_is_the_first_percentile_of_the_photos():
    labels = np.array([0, 1] * 100)
    odds = np.where(labels == 0, 2.0, -2.0)
    sharpnesses = np.where(labels == 1, np.arange(200.0) / 2, 0.0)
    calibration = fit_calibration(labels, odds, np.ones(200), sharpnesses)
    assert calibration.min_sharpness == pytest.approx(1.5, abs=0.1)
