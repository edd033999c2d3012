"""Three states, each reason in words."""

import numpy as np
import pytest

from core.inference.verdict import Calibration, decide, sharpness

RULES = Calibration(2.0, 1.0, 0.5, 0.3, 0.7, 50.0)
FINE = {"side_px": 200, "sharp": 300.0, "outside": 0.0, "calibration": RULES}


@pytest.mark.parametrize(
    ("p_fake", "change", "state", "words"),
    [
        (0.9, {}, "fake", None),
        (0.1, {}, "real", None),
        (0.7, {}, "fake", None),
        (0.3, {}, "real", None),
        (0.5, {}, "unsure", "between 30% and 70%"),
        (0.9, {"side_px": 63}, "unsure", "63 px"),
        (0.9, {"side_px": 64}, "fake", None),
        (0.9, {"outside": 0.4}, "unsure", "border"),
        (0.9, {"sharp": 10.0}, "unsure", "blurred"),
    ],
)
def test_verdicts(p_fake, change, state, words):
    verdict = decide(p_fake, **(FINE | change))
    assert verdict.state == state
    assert (verdict.reason is None) if words is None else (words in verdict.reason)


def test_bias_shifts_and_temperature_divides_the_log_odds():
    p_fake = RULES.p_fake(np.array([1.0, 5.0, -3.0, 1e9, -1e9]))
    expected = [0.5, 1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2)), 1, 0]
    np.testing.assert_allclose(p_fake, expected, atol=1e-12)


@pytest.mark.parametrize(
    "bad", [(0, 0, 0.5, 0.3, 0.7, 1), (1, 0, 0.5, 0.6, 0.7, 1), (1, 0, 0.5, 0.3, 1.1, 1)]
)
def test_senseless_calibrations_are_refused(bad):
    with pytest.raises(ValueError, match="Received"):
        Calibration(*bad)


class TestOpinionsThatContradict:
    """A strong contradiction makes a verdict unsure, where the calibration says how strong."""

    STRICT = Calibration(2.0, 1.0, 0.5, 0.3, 0.7, 50.0, max_disagreement=0.6)
    APART = {"cnn": 0.02, "second": 0.97}

    def test_it_says_why(self):
        verdict = decide(0.9, **(FINE | {"calibration": self.STRICT}), opinions=self.APART)
        assert verdict.state == "unsure"
        assert "the CNN says P(fake) 2%, the second opinion says P(fake) 97%" in verdict.reason

    def test_what_is_allowed_changes_nothing(self):
        near = {"cnn": 0.4, "second": 0.97}
        assert decide(0.9, **(FINE | {"calibration": self.STRICT}), opinions=near).state == "fake"
        assert decide(0.9, **FINE, opinions=self.APART).state == "fake"
        assert decide(0.9, **(FINE | {"calibration": self.STRICT})).state == "fake"

    def test_many_at_once(self):
        said = {"cnn": np.array([0.1, 0.9, 0.2]), "second": np.array([0.2, 0.1, 0.81])}
        assert self.STRICT.contradictory(said).tolist() == [False, True, True]
        assert RULES.contradictory(said).tolist() == [False] * 3

    def test_it_stays_when_the_threshold_moves(self):
        assert self.STRICT.with_threshold(0.4).max_disagreement == 0.6

    @pytest.mark.parametrize("bad", [0.0, 1.5, -1])
    def test_senseless_limits_are_refused(self, bad):
        with pytest.raises(ValueError, match="max_disagreement"):
            Calibration(2.0, 1.0, 0.5, 0.3, 0.7, 50.0, max_disagreement=bad)


def test_blur_lowers_sharpness():
    rng = np.random.default_rng(0)
    sharp = rng.random((128, 128, 3), dtype=np.float32)
    soft = np.repeat(np.repeat(sharp[::8, ::8], 8, 0), 8, 1)
    assert sharpness(np.full((128, 128, 3), 0.5, np.float32)) == 0
    assert sharpness(soft) < sharpness(sharp)
