"""C2PA content credentials: signed here by an authority that nobody trusts, and tampered with."""

import sys

import pytest

from core.provenance.read import provenance_of
from tests.conftest import encode
from tests.unit.provenance.files import AI, picture, signed

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def _credentials(data: bytes) -> str:
    (says,) = [claim.says for claim in provenance_of(data) if claim.kind == "credentials"]
    return says


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {kind: signed(encode(picture(), kind), mime) for kind, mime in TYPES.items()}


@pytest.mark.parametrize("kind", TYPES)
def test_a_signature_is_checked_and_its_name_not_believed(files, kind):
    says = _credentials(files[kind])
    assert '"Nobody" of "Test Org"' in says and "has not changed since" in says
    assert "anybody can sign" in says
    asserted = [each.says for each in provenance_of(files[kind]) if each.kind == "source_type"]
    assert asserted == ["Its content credentials assert: made by generative AI."]


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_that_was_changed_after_signing_is_told(files, kind):
    changed = bytearray(files[kind])
    changed[-30] ^= 1
    says = _credentials(bytes(changed))
    assert "changed after" in says and "has not changed" not in says


def test_a_generator_that_credentials_name_is_named():
    tool = "OpenAI Media Service API"
    claims = provenance_of(signed(encode(picture(), "JPEG"), "image/jpeg", tool=tool))
    assert any(each.kind == "generator" and "OpenAI" in each.says for each in claims)
    camera = AI.replace("trainedAlgorithmicMedia", "digitalCapture")
    claims = provenance_of(signed(encode(picture(), "JPEG"), "image/jpeg", camera))
    assert not any(each.kind == "generator" for each in claims)
    assert any("digital camera" in each.says for each in claims)


def test_of_a_place_in_credentials_only_its_presence_is_said():
    context = {"exif": "http://ns.adobe.com/exif/1.0/"}
    place = {"@context": context, "exif:GPSLatitude": "48,51.502N"}
    more = [{"label": "stds.exif", "data": place, "kind": "Json"}]
    data = signed(encode(picture(), "JPEG"), "image/jpeg", more=more)
    claims = provenance_of(data)
    assert b"48,51.502N" in data and [each.kind for each in claims].count("location") == 1
    assert not any("48,51" in each.says + each.detail for each in claims)


def test_without_the_library_they_are_named_and_not_checked(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    says = _credentials(files["JPEG"])
    assert "not checked" in says and "Nobody" not in says


def test_damaged_credentials_are_named_and_not_checked(files):
    data = files["PNG"]
    start = data.index(b"jumdc2pa")
    says = _credentials(data[: start + 60] + b"\xff" * 400 + data[start + 460 :])
    assert "not" in says and "has not changed since" not in says


def test_a_file_without_credentials_does_not_load_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert [claim.kind for claim in provenance_of(encode(picture(), "JPEG"))] == ["compression"]
