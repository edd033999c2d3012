"""Fitting temperature, unsure band and sharpness limit."""

import numpy as np
import pytest

from core.evaluation.calibration import CLEARED_UP_TO, banded, fit_calibration, fit_scaling


@pytest.mark.parametrize(("temperature", "bias"), [(0.5, 0.0), (2.0, 1.5), (4.0, -3.0)])
def test_the_scaling_that_made_the_data_is_found(temperature, bias):
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, 40_000)
    labels = np.where(rng.random(40_000) < 1 / (1 + np.exp(-honest)), 0, 1)
    fitted = fit_scaling(labels, honest * temperature + bias, np.ones(40_000))
    assert fitted[0] == pytest.approx(temperature, rel=0.05)
    assert fitted[1] == pytest.approx(bias, abs=0.1 * temperature)


def test_a_perfect_model_leaves_nobody_in_doubt_and_a_useless_one_nearly_everybody():
    labels = np.array([0, 1] * 100)
    sources = np.where(labels == 0, "machine", "camera")
    clear = np.where(labels == 0, 4.0, -4.0) + np.linspace(-1, 1, 200)
    perfect = fit_calibration(labels, clear, sources, np.ones(200), np.ones(200))
    assert not perfect.in_band(perfect.p_fake(clear)).any()
    noise = np.random.default_rng(0).normal(size=200)
    useless = fit_calibration(labels, noise, sources, np.ones(200), np.ones(200))
    assert useless.in_band(useless.p_fake(noise)).mean() > 0.8


def test_one_chance_in_five_of_being_generated_is_no_all_clear():
    labels = np.array([0, 1] * 1000)
    sources = np.where(labels == 0, "machine", "camera")
    odds = np.where(labels == 0, 3.0, -3.0) + np.random.default_rng(1).normal(0, 2, 2000)
    fitted = fit_calibration(labels, odds, sources, np.ones(2000), np.ones(2000))
    p_fake = fitted.p_fake(odds)
    # So few fakes lie below one half that their share alone would clear it all.
    assert (p_fake[labels == 0] < 0.5).mean() < 0.1
    assert fitted.unsure_low == CLEARED_UP_TO
    assert (p_fake[fitted.states(p_fake) == "real"] <= CLEARED_UP_TO).all()
    again = banded(fitted, labels, odds, sources, np.ones(2000))
    assert again == fitted


def test_the_sharpness_limit_is_the_first_percentile_of_the_photos():
    labels = np.array([0, 1] * 100)
    odds = np.where(labels == 0, 2.0, -2.0)
    sharpnesses = np.where(labels == 1, np.arange(200.0) / 2, 0.0)
    sources = np.where(labels == 0, "machine", "camera")
    calibration = fit_calibration(labels, odds, sources, np.ones(200), sharpnesses)
    assert calibration.min_sharpness == pytest.approx(1.5, abs=0.1)
