"""A report to hand on: complete, true to what was judged, and safe to open."""

import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from core.artifacts import load_registry
from core.evaluation.knowledge import shipped_knowledge
from core.imaging import decode_image
from core.inference.photo import PhotoResult
from core.inference.report import to_table
from core.provenance.claim import HOW_FAR, NOTHING, Claim
from core.report.page import Pictures, to_html
from core.report.photo import photo_report
from core.report.stamp import stamp_of, stamped_png, stamped_table

AT = "2026-01-02T03:04:05+00:00"
BAD_NAME = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}.jpg'


@pytest.fixture(scope="module")
def judged(inspector, examples):
    data = examples["Portrait A"]
    return inspector.judge_file("a.jpg", data), data


@pytest.fixture(scope="module")
def stamp(inspector):
    return stamp_of(inspector, AT)


def _report(result: PhotoResult, stamp, known=None, data: bytes = b"", **options) -> dict:
    about = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    return photo_report(result, stamp, known, **about, **options)


@pytest.fixture(scope="module")
def report(judged, stamp):
    result, data = judged
    return _report(result, stamp, shipped_knowledge(), data, heat_maps=(1,))


class Tags(HTMLParser):
    """What a browser would make elements of."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.attributes, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def _page(report: dict, result: PhotoResult, **pictures) -> str:
    faces = tuple(face.thumbnail for face in result.faces)
    return to_html(report, Pictures(np.zeros((9, 9, 3), np.uint8), faces, **pictures))


def test_a_report_names_the_picture_the_model_and_the_odds(report, judged, stamp):
    result, data = judged
    assert json.loads(json.dumps(report)) == report
    (face,) = report["faces"]
    assert face["p_fake"] == pytest.approx(result.faces[0].p_fake, abs=1e-6)
    assert face["verdict"] == result.faces[0].verdict.state and face["heat_map"]
    assert report["picture"]["bytes"] == len(data) and len(report["picture"]["sha256"]) == 64
    assert report["model"]["model_sha256"] == stamp.model_sha256
    known = shipped_knowledge().rate("real", "fake")
    assert report["trust"]["false_alarm"]["share"] == known.share
    assert known.count in report["trust"]["says"]


def test_the_rate_of_a_known_kind_is_that_kinds(judged, stamp):
    known = shipped_knowledge()
    kind = next(iter(known.accused))
    report = _report(judged[0], stamp, known, source=kind)
    assert report["trust"]["false_alarm"]["n"] == known.rate("real", "fake", [kind]).n


def test_what_is_missing_is_said(judged, stamp):
    report = _report(judged[0], stamp)
    assert "missing" in report["trust"]["says"] and "missing" in _page(report, judged[0])


def test_the_page_shows_verdict_hashes_and_pictures(report, judged, stamp):
    heat = {1: (np.zeros((9, 9, 3), np.uint8), "What is hot")}
    tags = Tags(_page(report, judged[0], heat=heat))
    assert tags.found.count("img") == 3
    assert "Heat map: What is hot" in tags.text and "figcaption" not in tags.found  # a thumb wide
    for word in (report["picture"]["sha256"], stamp.model_sha256, AT, *report["limits"]):
        assert word in tags.text
    for digest in stamp.model_files.values():
        assert digest in tags.text


def test_nothing_from_outside_becomes_markup(judged, stamp):
    said = (Claim("camera", f"Names {BAD_NAME}", BAD_NAME),)
    result = replace(judged[0], name=BAD_NAME, notes=(f"A note {BAD_NAME}",), provenance=said)
    page = _page(_report(result, stamp, shipped_knowledge()), result)
    tags = Tags(page)
    assert "script" not in tags.found and not any(name == "onerror" for name, _ in tags.attributes)
    assert tags.text.count(BAD_NAME) >= 5 and "49.jpg" not in tags.text
    for name, value in tags.attributes:
        if name in ("src", "href"):
            assert value.startswith("data:image/")
    assert "default-src 'none'" in dict(tags.attributes)["content"] or "default-src 'none'" in page
    assert not re.search(r"https?://", page)


def test_what_the_file_says_of_itself_stands_in_the_report_with_how_far_to_trust_it(judged, stamp):
    for claims, told in (((Claim("camera", "Names X.", "EXIF"),), "Names X."), ((), NOTHING)):
        result = replace(judged[0], provenance=claims)
        report = _report(result, stamp)
        assert [each["kind"] for each in report["provenance"]] == [each.kind for each in claims]
        text = " ".join(Tags(_page(report, result)).text.split())
        assert told in text and HOW_FAR in text


def test_a_file_that_could_not_be_judged_has_a_report_too(stamp):
    result = PhotoResult("b.jpg", error="It is <b>damaged</b>.")
    report = _report(result, stamp, shipped_knowledge())
    page = to_html(report, Pictures(None))
    assert "It is <b>damaged</b>." in Tags(page).text and report["faces"] == []


def test_another_network_has_another_stamp(inspector, stamp):
    alone = stamp_of(inspector.with_network("cnn"), AT)
    assert alone.network == "cnn" and alone.model_sha256 != stamp.model_sha256
    assert set(alone.model_files) < set(stamp.model_files)
    rules = inspector.with_network("cnn").calibration
    assert (alone.unsure_low, alone.unsure_high) == (rules.unsure_low, rules.unsure_high)
    digests = {artifact.file: artifact.sha256 for artifact in load_registry().values()}
    assert all(digests[file] == digest for file, digest in stamp.model_files.items())


def test_tables_and_pictures_carry_the_stamp(judged, stamp):
    result, data = judged
    table = stamped_table(to_table([result, PhotoResult("b.jpg", error="why")]), [stamp] * 2)
    assert table["model_sha256"].tolist() == [stamp.model_sha256] * 2
    assert table["threshold"].tolist() == [stamp.threshold] * 2
    assert table["judged_at"].tolist() == [AT] * 2 and table["file"].tolist() == ["a.jpg", "b.jpg"]
    pixels = decode_image(data).pixels
    with Image.open(io.BytesIO(stamped_png(pixels, stamp))) as image:
        assert image.text["model_sha256"] == stamp.model_sha256
        assert image.text["judged_at"] == AT
        np.testing.assert_array_equal(np.asarray(image), pixels)
