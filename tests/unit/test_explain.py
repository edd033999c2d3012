"""Grad-CAM: a map in range that follows the face."""

import numpy as np

from core.imaging import to_model_input
from core.inference.explain import (
    CNN_LAYERS,
    EVIDENCE,
    GRAD_CAM,
    LEAST_SCALE,
    evidence_over,
    grad_cam,
    heat_of,
    overlay,
    views_of,
)
from core.inference.networks import Panel
from core.inference.second import SecondOpinion, Traces
from core.inference.verdict import Calibration

CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)


def test_the_map_is_in_range_and_depends_on_the_face(portrait):
    face = to_model_input(portrait)
    heat = grad_cam(face)
    assert heat.shape == (128, 128) and heat.dtype == np.float32
    assert heat.min() >= 0 and heat.max() <= 1
    assert not np.allclose(heat, grad_cam(np.ascontiguousarray(face[::-1])))


def test_overlay_keeps_the_size_and_warms_the_hot_spot():
    face = np.full((256, 256, 3), 100, np.uint8)
    heat = np.zeros((128, 128), np.float32)
    heat[:64] = 1
    drawn = overlay(face, heat)
    assert drawn.shape == face.shape and drawn.dtype == np.uint8
    assert drawn[:100].mean() > drawn[160:].mean() + 20


def test_areas_are_red_for_fake_and_blue_for_real():
    face = np.full((224, 224, 3), 100, np.uint8)
    evidence = np.zeros((7, 7), np.float32)
    evidence[0], evidence[-1] = LEAST_SCALE, -LEAST_SCALE
    drawn = evidence_over(face, evidence).astype(int)
    top, middle, bottom = drawn[5].mean(0), drawn[112].mean(0), drawn[-5].mean(0)
    assert top[0] - top[2] > 80 and bottom[2] - bottom[0] > 80
    np.testing.assert_allclose(middle, 100, atol=2)


class Reads:
    """Stands in for a predictor that explains: says where each quarter of a face is bright."""

    explains = True

    def evidence(self, face):
        return face[::32, ::32, 0] * 10


def test_the_second_opinion_says_what_its_areas_add(portrait):
    second = SecondOpinion(None, None, traces=Traces(Reads()))
    own = dict.fromkeys(("cnn", "second"), CALIBRATION)
    panel = Panel(
        "both", {"cnn": None, "second": second}, dict.fromkeys(own, 1.0), CALIBRATION, own
    )
    heat = heat_of(portrait, to_model_input(portrait), panel)
    assert heat.method == EVIDENCE and heat.values.shape == (7, 7)
    drawn = heat.over(portrait, strength=0.8)
    assert drawn.shape == portrait.shape and not np.array_equal(drawn, portrait)
    alone = heat_of(portrait, to_model_input(portrait), panel.only("cnn"))
    assert alone.method == GRAD_CAM and alone.values.shape == (128, 128)
    early = heat_of(portrait, to_model_input(portrait), panel, "conv1")
    assert not np.allclose(early.values, alone.values)
    assert "conv1" in early.note and "conv3" in alone.note
    assert views_of(panel) == (EVIDENCE, *CNN_LAYERS)
    assert views_of(panel.only("cnn")) == CNN_LAYERS
    assert views_of(panel.only("second")) == (EVIDENCE,)
