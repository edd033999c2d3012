"""Three states, each reason in words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.imaging import decode_image, encode, to_model_input
from core.inference.appearance import is_colourless, sharpness
from core.inference.networks import load_calibration
from core.inference.verdict import (
    Calibration,
    Condition,
    State,
    decide,
    exact,
)
from tests.support.scenes import texture

RULES = Calibration(2.0, 1.0, 0.5, 0.3, 0.7, 50.0)
FINE = Condition(side_px=200, sharp=300.0)


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
        (0.1, {"colourless": True}, "unsure", "black and white"),
        (0.9, {"colourless": True}, "fake", None),
        (0.5, {"colourless": True}, "unsure", "between 30% and 70%"),
        (0.1, {"strange": True}, "unsure", "unlike anything"),
    ],
)
def test_verdicts(p_fake, change, state, words):
    verdict = decide(p_fake, replace(FINE, **change), RULES)
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
    NEAR = {"cnn": 0.4, "second": 0.97}

    def test_it_says_why(self):
        verdict = decide(0.9, replace(FINE, opinions=self.APART), self.STRICT)
        assert verdict.state == "unsure"
        assert "the CNN says P(fake) 2%, the second opinion says P(fake) 97%" in verdict.reason

    def test_what_is_allowed_changes_nothing(self):
        apart, near = (replace(FINE, opinions=said) for said in (self.APART, self.NEAR))
        assert decide(0.9, near, self.STRICT).state == "fake"
        assert decide(0.9, apart, RULES).state == "fake"
        assert decide(0.9, FINE, self.STRICT).state == "fake"

    def test_it_stays_when_the_threshold_moves(self):
        assert self.STRICT.with_threshold(0.4).max_disagreement == 0.6

    @pytest.mark.parametrize("bad", [0.0, 1.5, -1])
    def test_senseless_limits_are_refused(self, bad):
        with pytest.raises(ValueError, match="max_disagreement"):
            Calibration(2.0, 1.0, 0.5, 0.3, 0.7, 50.0, max_disagreement=bad)


@pytest.mark.parametrize("threshold", np.linspace(0.02, 0.98, 25))
def test_no_threshold_clears_what_the_shipped_one_leaves_open(threshold):
    shipped, p_fake = load_calibration(name="both"), np.linspace(0, 1, 200)
    own = shipped.with_threshold(threshold)
    before, after = shipped.states(p_fake), own.states(p_fake)
    assert set(p_fake[after == State.REAL]) <= set(p_fake[before == State.REAL])
    fewer, more = sorted([shipped, own], key=lambda rules: -rules.threshold)
    accused = [set(p_fake[rules.states(p_fake) == State.FAKE]) for rules in (fewer, more)]
    assert accused[0] <= accused[1]


@pytest.mark.parametrize("high", np.linspace(0.02, 0.98, 13))
def test_who_says_where_a_face_is_accused_is_taken_at_the_word(high):
    shipped, p_fake = load_calibration(name="both"), np.linspace(0, 1, 200)
    before, after = (r.states(p_fake) for r in (shipped, shipped.accusing_from(high)))
    np.testing.assert_array_equal(after == State.FAKE, p_fake >= high)
    np.testing.assert_array_equal(after == State.REAL, (before == State.REAL) & (p_fake < high))


def test_the_ends_of_the_band_are_told_exactly_enough():
    ends = {0.5: "50%", 0.8931: "89.3%", 0.999: "99.9%", 0.9102: "91.02%", 0.8905: "89.05%"}
    assert {end: exact(end) for end in ends} == ends


def test_blur_lowers_sharpness():
    rng = np.random.default_rng(0)
    sharp = rng.random((128, 128, 3), dtype=np.float32)
    soft = np.repeat(np.repeat(sharp[::8, ::8], 8, 0), 8, 1)
    assert sharpness(np.full((128, 128, 3), 0.5, np.float32)) == 0
    assert sharpness(soft) < sharpness(sharp)


class TestColour:
    """Black and white, and toned pictures are told from those in colour."""

    COLOURS = texture(128, 128, 12)
    GRAY = np.repeat(COLOURS[..., :1], 3, axis=2)

    @pytest.mark.parametrize("tint", [(1, 1, 1), (1, 0.95, 0.8), (0.8, 0.9, 1)])
    def test_gray_and_toned_pictures_have_none(self, tint):
        toned = np.rint(self.GRAY * np.array(tint)).astype(np.uint8)
        stored = decode_image(encode(toned, "JPEG", quality=75)).pixels
        assert is_colourless(to_model_input(stored))

    @pytest.mark.parametrize("share", [0.1, 1.0])
    def test_pale_colours_are_colours(self, share):
        pale = self.GRAY * (1 - share) + self.COLOURS * share
        assert not is_colourless(to_model_input(np.rint(pale).astype(np.uint8)))

    @pytest.mark.parametrize("level", [0, 255])
    def test_an_empty_picture_has_none(self, level):
        assert is_colourless(np.full((128, 128, 3), level / 255, np.float32))

    def test_the_faces_we_show_have_colours(self, portrait):
        assert not is_colourless(to_model_input(portrait))


def test_a_state_is_its_word_wherever_it_is_written():
    assert json.dumps({"verdict": State.FAKE}) == '{"verdict": "fake"}'
    assert f"{State.REAL} {[State.UNSURE]}" == "real ['unsure']"
