"""The main job on bad and good files: each gets its result, and none stops the others."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.config import MAX_FILE_BYTES
from core.imaging import decode_image
from core.inference.photo import Inspector
from core.inference.verdict import COLOURLESS
from tests.conftest import encode

STATES = {"real", "fake", "unsure"}


def test_faces_carry_all_that_a_page_needs(inspector, examples):
    result = inspector.judge_file("group.jpg", examples["Group of four"])
    assert (result.width, result.height, result.error) == (1200, 760, None)
    assert len(result.faces) == 4
    for face in result.faces:
        assert 0 <= face.p_fake <= 1 and face.verdict.state in STATES
        assert face.thumbnail.shape == (256, 256, 3) and face.thumbnail.dtype == np.uint8
        assert face.tensor.shape == (128, 128, 3)
        assert face.box.x >= 0 and face.box.x + face.box.w <= result.width
    assert [face.box.x // 400 for face in result.faces] == [0, 1, 2, 1]  # three above, one below


def test_the_same_file_gives_the_same_verdict(inspector, examples):
    first, second = (inspector.judge_file("a", examples["Portrait B"]) for _ in range(2))
    assert [face.p_fake for face in first.faces] == [face.p_fake for face in second.faces]


def test_a_large_copy_is_judged_like_the_original(inspector, portrait):
    """Size alone must not turn the verdict: the crop is scaled to the same network input."""
    large = cv2.resize(portrait, (1536, 1536), interpolation=cv2.INTER_NEAREST)
    small_odds, large_odds = (
        inspector.predictor.log_odds(inspector.judge(decode_image(encode(p)))[0].tensor[None])[0]
        for p in (portrait, large)
    )
    assert abs(small_odds - large_odds) < 0.5


def test_another_network_gives_the_verdict(inspector, examples):
    both = inspector.judge_file("a", examples["Portrait B"]).faces[0]
    for name in ("cnn", "second"):
        alone = inspector.with_network(name).judge_file("a", examples["Portrait B"]).faces[0]
        assert (
            alone.p_fake == pytest.approx(both.opinions[name]) and alone.opinions == both.opinions
        )
    assert inspector.with_network("both") is inspector


def test_strong_contradiction_ends_unsure(inspector, examples):
    said = inspector.judge_file("a", examples["Portrait C"]).faces[0].opinions
    apart = abs(said["cnn"] - said["second"])
    for limit, unsure in ((apart * 0.9, True), (min(1.0, apart * 1.1), False)):
        rules = replace(inspector.calibration, max_disagreement=limit)
        strict = Inspector(
            inspector.detector,
            replace(inspector.panel, calibration=rules),
            inspector.live_calibration,
        )
        (face,) = strict.judge_file("a", examples["Portrait C"]).faces
        assert ("contradict" in (face.verdict.reason or "")) is unsure


def test_no_face_is_not_an_error(inspector):
    result = inspector.judge_file("wall.png", encode(np.full((300, 400, 3), 90, np.uint8)))
    assert result.faces == () and result.error is None


def test_small_blurred_and_cut_faces_are_unsure(inspector, portrait):
    small = cv2.resize(portrait, (92, 92), interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, *[150] * 4, cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(cv2.resize(portrait, (300, 300)), (0, 0), 6)
    cut = portrait[60:, 150:]
    reasons = {"small": small, "blurred": blurred, "cut": np.ascontiguousarray(cut)}
    words = {"small": "px wide", "blurred": "blurred", "cut": "border"}
    for name, pixels in reasons.items():
        faces = inspector.judge_file(name, encode(pixels)).faces
        assert faces, name
        assert faces[0].verdict.state == "unsure" and words[name] in faces[0].verdict.reason


@pytest.mark.parametrize("side", [1, 2, 50, 63])
def test_tiny_aligned_pictures_are_unsure(inspector, side):
    data = encode(np.full((side, side, 3), 128, np.uint8))
    (face,) = inspector.judge_file("tiny.png", data, aligned=True).faces
    assert face.verdict.state == "unsure" and "px wide" in face.verdict.reason


def test_gray_and_rotated_photos_find_the_same_face(inspector, portrait):
    gray = cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)
    assert len(inspector.judge_file("gray.png", encode(gray)).faces) == 1
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(portrait).transpose(Image.Transpose.ROTATE_90)
    result = inspector.judge_file("turned.jpg", encode(turned, "JPEG", quality=95, exif=exif))
    assert len(result.faces) == 1


def test_a_face_without_colours_is_never_cleared(inspector, portrait):
    gray = cv2.cvtColor(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    for pixels, states in ((portrait, ("real", "fake")), (gray, ("unsure", "fake"))):
        for threshold, state in zip((1.0, 0.0), states, strict=True):
            band = dict.fromkeys(("unsure_low", "threshold", "unsure_high"), threshold)
            rules = replace(
                inspector.calibration, **band, max_disagreement=None, max_strangeness=None
            )
            panel = replace(inspector.panel, calibration=rules)
            judge = Inspector(inspector.detector, panel, inspector.live_calibration).judge_file
            (face,) = judge("face.png", encode(pixels), aligned=True).faces
            assert face.verdict.state == state
            assert (face.verdict.reason == COLOURLESS) is (state == "unsure")


def test_the_rest_of_a_batch_is_always_judged(inspector, examples):
    good = examples["Portrait C"]
    batch = {
        "truncated.jpg": good[: len(good) // 3],
        "empty.jpg": b"",
        "text.jpg": b"hello",
        "large.png": b"\x89PNG" + bytes(MAX_FILE_BYTES),
        "good.jpg": good,
        "wrong_ending.txt": good,
        "../../etc/\U0001f600 name.jpg": good,
    }
    results = [inspector.judge_file(name, data) for name, data in batch.items()]
    assert [result.error is None for result in results] == [False] * 4 + [True] * 3
    assert all(len(result.faces) == 1 for result in results[4:])
    assert [result.name for result in results] == list(batch)
