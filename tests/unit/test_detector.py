"""Which detector is loaded, and what stands in where its package is missing."""

import json

import pytest

from core.cli.main import main
from core.config import DETECTORS
from core.errors import UserError
from core.inference import detector as detectors
from core.inference import mediapipe
from core.inference.detector import load_detector, shared_detector
from tests.conftest import encode
from tests.support.scenes import pasted, plain


@pytest.mark.parametrize("name", DETECTORS)
def test_a_detector_is_loaded_by_its_name(name, blazeface):
    detector, sentence = load_detector(name)
    assert detector.name == name and sentence is None


def test_one_detector_serves_the_whole_process(blazeface):
    assert shared_detector("blazeface")[0] is shared_detector("blazeface")[0]


def test_without_its_package_haar_takes_over_and_says_so(monkeypatch, portrait):
    monkeypatch.setattr(mediapipe, "package_folder", lambda name: None)
    detector, sentence = load_detector("blazeface")
    assert detector.name == "haar" and len(detector.find(portrait).faces) == 1
    assert "--no-deps -r requirements-data.lock" in sentence and "Haar" in sentence


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


@pytest.fixture
def portrait_file(tmp_path, portrait):
    file = tmp_path / "portrait.png"
    canvas = pasted(portrait, 400, plain(900, 700, (90, 120, 160)), 250, 150)
    file.write_bytes(encode(canvas))
    return str(file)


def _box(argv: list[str], capsys) -> list[int]:
    assert main(argv) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    (face,) = entry["faces"]
    return face["box"]


def test_the_command_line_takes_a_detector(portrait_file, capsys, blazeface):
    argv = ["classify", "--json", "--network", "cnn", portrait_file]
    plain_box = _box(argv, capsys)
    assert _box([*argv, "--detector", "blazeface"], capsys) == plain_box
    assert _box([*argv, "--detector", "haar"], capsys) != plain_box
    with pytest.raises(SystemExit) as stop:
        main([*argv, "--detector", "yolo"])
    assert stop.value.code == 2


def test_the_command_line_says_once_that_haar_stands_in(portrait_file, capsys, monkeypatch):
    monkeypatch.setattr(mediapipe, "package_folder", lambda name: None)
    monkeypatch.setattr(detectors, "loaded", {})
    assert main(["classify", "--network", "cnn", portrait_file, portrait_file]) == 0
    assert capsys.readouterr().err.count("--no-deps -r requirements-data.lock") == 1
