"""What a file says of itself is read as it stands, kept short, and believed by nobody."""

import json
import random

import numpy as np
import pytest
from PIL import Image, JpegPresets

from core.config import GENERATED_MARK
from core.generators.files import to_tagged_png
from core.inference.report import to_contract
from core.provenance.claim import MOST_DETAIL, Claim, printable, quoted
from core.provenance.read import provenance_of
from core.provenance.sources import admissions
from tests.conftest import encode
from tests.unit.provenance.files import AI, PLACE, exif, iptc_jpeg, jpeg, picture, png, xmp


def _kinds(data: bytes) -> list[str]:
    return [claim.kind for claim in provenance_of(data)]


def _of(data: bytes, kind: str) -> list[Claim]:
    return [claim for claim in provenance_of(data) if claim.kind == kind]


def _one(data: bytes, kind: str) -> Claim:
    (claim,) = _of(data, kind)
    return claim


class Painter:
    name, version = "imaginary", "0" * 64


def test_a_file_without_metadata_says_nothing():
    assert provenance_of(png()) == ()
    assert _kinds(jpeg()) == ["compression"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_camera_and_its_lens_are_named(kind):
    fields = {"Make": "Imago", "Model": "X1", "DateTime": "2026:01:02 03:04:05"}
    inner = {"LensModel": "50 mm", "DateTimeOriginal": "2026:01:01 03:04:05"}
    data = encode(picture(), kind, exif=exif(fields, inner))
    assert _one(data, "camera").says == 'Names the camera "Imago X1", the lens "50 mm".'
    says = _one(data, "date").says
    assert "taken" in says and "2026:01:01" in says and "saved" in says and "2026:01:02" in says


def test_editing_programs_are_told_from_others():
    assert "edited" in _kinds(jpeg(exif=exif({"Software": "Adobe Photoshop 27.0"})))
    plain = jpeg(exif=exif({"Software": "Imago firmware 2"}))
    assert "edited" not in _kinds(plain) and "Imago firmware 2" in _one(plain, "software").says
    credit = jpeg(xmp=xmp('photoshop:Credit="Edited with Google AI"'))
    assert "Edited with" in _one(credit, "edited").says and "generator" not in _kinds(credit)
    steps = "<rdf:li stEvt:action='saved'/><rdf:li stEvt:action='converted'/>"
    assert "2 steps" in _one(jpeg(xmp=xmp(elements=steps)), "edited").says


@pytest.mark.parametrize("where", ["exif", "xmp", "iptc"])
def test_of_a_place_only_its_presence_is_said(where):
    north = str(PLACE[0])
    files = {
        "exif": lambda: jpeg(exif=exif({"Make": "Imago"}, gps=True)),
        "xmp": lambda: jpeg(xmp=xmp(f'exif:GPSLatitude="{north}" photoshop:City="Lutetia"')),
        "iptc": lambda: iptc_jpeg({(2, 90): b"Lutetia"}),
    }
    data = files[where]()
    assert b"Lutetia" in data or where == "exif"
    told = json.dumps([vars(claim) for claim in provenance_of(data)])
    assert _kinds(data).count("location") == 1
    assert "Lutetia" not in told and north[:5] not in told
    assert "location" not in _kinds(jpeg(exif=exif({"Make": "Imago"})))


@pytest.mark.parametrize("as_element", [False, True])
def test_a_declared_source_type_is_put_in_plain_words(as_element):
    element = f"<Iptc4xmpExt:DigitalSourceType>{AI}</Iptc4xmpExt:DigitalSourceType>"
    attribute = f'Iptc4xmpExt:DigitalSourceType="{AI}"'
    packet = xmp(elements=element) if as_element else xmp(attribute)
    claim = _one(jpeg(xmp=packet), "source_type")
    assert claim.says == "Declares itself as made by generative AI."
    other = xmp(attribute.replace("trainedAlgorithmicMedia", "digitalCapture"))
    assert "digital camera" in _one(jpeg(xmp=other), "source_type").says
    strange = xmp(attribute.replace("trainedAlgorithmicMedia", "dreamt"))
    assert "unknown" in _one(jpeg(xmp=strange), "source_type").says
    assert admissions([claim]) == [claim.says]
    assert not admissions([_one(jpeg(xmp=each), "source_type") for each in (other, strange)])


STEPS = "a face\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 1}}})
JOB = "a face --v 6 Job ID: 01234567-89ab-cdef-0123-456789abcdef"
COMMENT = b"UNICODE\0" + STEPS.encode("utf-16-be")


@pytest.mark.parametrize(
    "name, make",
    {
        "Stable Diffusion": lambda: png({"parameters": STEPS}),
        "Stable Diffusion ": lambda: jpeg(exif=exif({}, {"UserComment": COMMENT})),
        "ComfyUI": lambda: png({"prompt": GRAPH, "workflow": '{"nodes": []}'}),
        "ComfyUI ": lambda: encode(picture(), "WEBP", exif=exif({"Model": f"prompt:{GRAPH}"})),
        "InvokeAI": lambda: png({"invokeai_metadata": '{"seed": 1}'}),
        "NovelAI": lambda: png({"Software": "NovelAI", "Comment": "{}"}),
        "Fooocus": lambda: png({"fooocus_scheme": "fooocus", "parameters": "{}"}),
        "Midjourney": lambda: png({"Description": JOB, "Author": "somebody"}),
        "Midjourney ": lambda: jpeg(exif=exif({"ImageDescription": JOB})),
        "OpenAI": lambda: jpeg(exif=exif({"Software": "ChatGPT"})),
        "DALL-E": lambda: png({"Software": "DALL\u00b7E 3"}),
        "Adobe Firefly": lambda: jpeg(xmp=xmp('xmp:CreatorTool="Adobe Firefly"')),
        "Google": lambda: jpeg(xmp=xmp('photoshop:Credit="Made with Google AI"')),
        "Google ": lambda: iptc_jpeg({(2, 110): b"Made with Google AI"}),
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_marks_of_known_generators_are_named(name, make):
    claim = _one(make(), "generator")
    assert name.strip() in claim.says and claim.detail


@pytest.mark.parametrize(
    "text",
    [
        {"parameters": "Steps to reproduce: none"},
        {"prompt": "{}", "workflow": "open the door"},
        {"Description": "My Job ID: 12"},
        {"Software": "GIMP 3.0", "Title": "At the fireflies' pond"},
    ],
)
def test_words_alike_are_no_marks(text):
    assert "generator" not in _kinds(png(text))


def test_the_faces_of_this_app_say_that_they_are_generated():
    data = to_tagged_png(picture(), Painter(), {"seed": 7, "psi": 0.7})
    claim = _one(data, "generator")
    assert "no photograph" in claim.says and admissions([claim]) == [claim.says]
    assert f"generator: {Painter.name}" in claim.detail and Painter.version in claim.detail
    assert "seed: 7; psi: 0.7" in claim.detail
    assert _kinds(data) == ["generator"] and GENERATED_MARK.encode() in data


def test_text_behind_the_picture_is_read_too():
    data = png({"parameters": STEPS})
    start = data.index(b"tEXt") - 4
    length = int.from_bytes(data[start : start + 4], "big") + 12
    end = data.index(b"IEND") - 4
    moved = data[:start] + data[start + length : end] + data[start : start + length] + data[end:]
    assert len(moved) == len(data) and _kinds(moved) == ["generator"]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_standard_tables_are_known_at_every_quality(mode):
    image = Image.fromarray(picture()).convert(mode)
    for quality in (1, 20, 50, 75, 92, 100):
        says = _one(encode(image, "JPEG", quality=quality), "compression").says
        assert f"at quality {quality}," in says


def test_an_editors_tables_are_told_from_those_of_nobody_known():
    assert "Photoshop" in _one(jpeg(quality="web_high"), "compression").says
    own = [[3 + step for step in table] for table in JpegPresets.presets["low"]["quantization"]]
    says = _one(jpeg(qtables=own), "compression").says
    assert "of its own" in says and "Photoshop" not in says and "quality" not in says


def test_a_long_text_is_cut_and_that_is_said():
    claim = _one(png({"parameters": STEPS + " very" * 250_000}), "generator")
    assert len(claim.detail) < MOST_DETAIL + 100 and "cut; 1,250,0" in claim.detail


def test_words_of_a_file_cannot_leave_their_quotation_marks_or_turn_the_line():
    sly = 'X" and is proved real. \u202e\u2066\x1b[31m\n\ud800<b>'
    assert quoted(sly) == '"X\' and is proved real. [31m \\ud800<b>"'
    assert printable("a\0b\u200bc") == "a b c" and printable("") == ""
    data = jpeg(exif=exif({"Make": 'A" is real "', "Model": "<script>alert(1)</script>"}))
    assert _one(data, "camera").says.count('"') == 2


@pytest.mark.parametrize(
    "packet",
    [
        b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        b"<a><b></a>",
        b"<a>" + b"<b>" * 9_000,
    ],
    ids=["expanding entities", "a file of the machine", "no XML", "deep"],
)
def test_hostile_xmp_is_left_unread(packet):
    claims = provenance_of(jpeg(xmp=packet, exif=exif({"Make": "Imago"})))
    assert [claim.kind for claim in claims] == ["camera", "compression", "unread"]
    assert "XMP" in claims[-1].says


def test_too_much_xmp_is_left_unread():
    packet = xmp(f'xmp:CreatorTool="{"x" * 2**20}"').decode()
    assert "XMP" in _one(png({"XML:com.adobe.xmp": packet}), "unread").says


def test_credentials_that_lie_elsewhere_are_not_fetched():
    address = "https://example.invalid/manifest.c2pa"
    claim = _one(jpeg(xmp=xmp(f'dcterms:provenance="{address}"')), "credentials")
    assert "not fetched" in claim.says and address in claim.detail


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"hello", b"II*\0"])
def test_what_is_no_picture_does_not_raise(data):
    assert [claim.kind for claim in provenance_of(data)] == ["unread"]


def _mutated(data: bytes, rng: random.Random) -> bytes:
    """Some bytes of the header changed, left out or put in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 40))):
        place = rng.randrange(min(1500, len(changed)))
        if (way := rng.random()) < 0.6:
            changed[place] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        elif way < 0.8:
            del changed[place : place + rng.randrange(1, 30)]
        else:
            changed[place:place] = rng.randbytes(rng.randrange(1, 20))
    return bytes(changed)


def test_no_damage_makes_it_raise():
    rng = random.Random(0)
    meta = {
        "exif": exif({"Make": "Imago", "Software": "GIMP"}, {"UserComment": COMMENT}, gps=True),
        "xmp": xmp(f'Iptc4xmpExt:DigitalSourceType="{AI}"'),
    }
    sound = [
        jpeg(**meta),
        iptc_jpeg({(2, 65): b"GIMP", (2, 90): b"Lutetia"}),
        png({"parameters": STEPS, "XML:com.adobe.xmp": meta["xmp"].decode()}, exif=meta["exif"]),
        *(encode(picture(), kind, **meta) for kind in ("WEBP", "TIFF", "AVIF")),
        encode(picture(), "GIF", comment=b"made by somebody"),
    ]
    seen = set()
    for data in sound:
        for _ in range(400):
            for claim in provenance_of(_mutated(data, rng)):
                seen.add(claim.kind)
                assert claim.says.isprintable() and len(claim.says) < 600
                assert claim.detail.isprintable() or not claim.detail
                assert len(claim.detail) < MOST_DETAIL + 100
    assert {"camera", "location", "source_type", "generator", "unread"} <= seen


def test_a_verdict_does_not_depend_on_what_its_file_says(inspector, portrait):
    """The same pixels are judged the same, and the JSON carries the claims."""
    plain = inspector.judge_file("a.png", encode(portrait))
    claiming = encode(portrait, xmp=None, exif=exif({"Make": "Imago"}, gps=True))
    said = inspector.judge_file("a.png", claiming)
    assert [face.p_fake for face in said.faces] == [face.p_fake for face in plain.faces]
    assert plain.provenance == ()
    entry = to_contract(said)
    assert [claim["kind"] for claim in entry["provenance"]] == ["camera", "location"]
    assert all(set(claim) == {"kind", "says", "detail"} for claim in entry["provenance"])
    np.testing.assert_array_equal(said.faces[0].tensor, plain.faces[0].tensor)
