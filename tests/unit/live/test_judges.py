"""Who judges moving pictures, and what is said where the second opinion cannot."""

import json

import pytest

from core.artifacts import registered, ship, withdraw
from core.errors import UserError
from core.inference.live.judges import judges_of, load_judges

WITHIN = {
    "temperature": 2.0,
    "bias": 0.0,
    "threshold": 0.5,
    "unsure_low": 0.4,
    "unsure_high": 0.9,
    "min_sharpness": 20.0,
}


@pytest.fixture
def calibrated(artifacts_copy):
    """Artifacts in which both networks have a live calibration."""
    for name in ("both", "second"):
        content = {"live.json": json.dumps(WITHIN).encode()}
        ship(name, content, data="made up", metrics={}, folder=artifacts_copy)
    return artifacts_copy


def test_both_are_joined_by_the_panels_weights_with_a_calibration_of_their_own(calibrated):
    judges = load_judges(folder=calibrated)
    assert judges.name == "both" and judges.note is None and judges.second is not None
    assert set(judges.joining.weights) == {"cnn", "second"}
    assert judges.joining.calibration.unsure_high == 0.9
    assert judges.alone.weights == {"cnn": 1.0}


def test_one_network_may_be_asked_for(calibrated):
    cnn, second = (load_judges(name, calibrated) for name in ("cnn", "second"))
    assert (cnn.joining.weights, cnn.second, cnn.note) == ({"cnn": 1.0}, None, None)
    assert second.joining.weights == {"second": 1.0} and second.note is None


def test_without_its_live_calibration_the_cnn_judges_alone(calibrated):
    withdraw("both_live_calibration", calibrated)
    judges = load_judges(folder=calibrated)
    assert judges.name == "cnn" and "not calibrated for moving pictures" in judges.note


def test_without_its_file_the_cnn_judges_alone_and_the_file_is_named(calibrated):
    (calibrated / registered(calibrated)["second_head"].file).unlink()
    judges = load_judges(folder=calibrated)
    assert judges.name == "cnn" and "second.head.npz is missing" in judges.note
    with pytest.raises(UserError, match="missing"):
        load_judges("second", calibrated)


def test_without_a_second_opinion_at_all_it_is_said(calibrated):
    withdraw("second", calibrated)
    judges = load_judges(folder=calibrated)
    assert judges.name == "cnn" and "No second opinion is shipped" in judges.note
    assert load_judges("cnn", calibrated).note is None


def test_the_pages_share_the_networks_that_judge_photos(calibrated, inspector):
    judges = judges_of(inspector.panel, calibrated)
    assert judges.second is inspector.panel.parts["second"]
    assert judges.predictor is inspector.panel.parts["cnn"].predictor
