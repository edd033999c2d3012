"""IPTC's "digital source type": how a picture was made, as declared in XMP or C2PA."""

from collections.abc import Iterable

from core.provenance.claim import Claim, printable, quoted
from core.provenance.fields import Fields

# From IPTC's controlled vocabulary, cv.iptc.org/newscodes/digitalsourcetype.
_KINDS = {
    "digitalcapture": "captured by a digital camera",
    "computationalcapture": "captured by a digital camera and merged from several frames",
    "negativefilm": "scanned from a negative",
    "positivefilm": "scanned from a positive film",
    "print": "scanned from a print",
    "minorhumanedits": "a photo with minor edits by a person",
    "humanedits": "edited by a person, without generative AI",
    "compositecapture": "put together from several photos",
    "algorithmicallyenhanced": "altered by an algorithm, without generative AI",
    "digitalart": "digital art, made by a person",
    "digitalcreation": "digital art, made by a person",
    "datadrivenmedia": "drawn from data",
    "screencapture": "a picture of a screen",
    "virtualrecording": "a recording of virtual things",
    "composite": "put together from several pictures",
    "compositesynthetic": "put together from pictures of which some are synthetic",
    "compositewithtrainedalgorithmicmedia": "edited with generative AI, or with parts made by it",
    "trainedalgorithmicmedia": "made by generative AI",
    "algorithmicmedia": "made by an algorithm that has learned nothing from pictures",
}
_BY_MACHINE = ("trainedalgorithmicmedia", "compositewithtrainedalgorithmicmedia")


def code_of(value: str) -> str:
    """The code of a source type: the last part of its URI, in its own spelling."""
    return value.rstrip("/").replace(":", "/").rsplit("/", 1)[-1]


def words_for(value: str) -> str:
    """What a source type means, in words that complete "Declares itself as".

    Args:
        value: its URI or code, untrusted.
    """
    code = code_of(value)
    return _KINDS.get(code.lower(), f"of a kind unknown to this app, {quoted(code)}")


def is_generative(value: str) -> bool:
    """Whether a source type means that generative AI made the picture or parts of it."""
    return code_of(value).lower() in _BY_MACHINE


def admissions(claims: Iterable[Claim]) -> list[str]:
    """What of a file's claims says that a generator made the picture, or parts of it."""
    machine = [_KINDS[code] for code in _BY_MACHINE]
    return [
        claim.says
        for claim in claims
        if claim.kind == "generator"
        or (claim.kind == "source_type" and any(words in claim.says for words in machine))
    ]


def of_source_type(fields: Fields) -> list[Claim]:
    """The source types that a file declares in XMP, at most three."""
    values = list(dict.fromkeys(fields.xmp.get("DigitalSourceType", [])))[:3]
    return [
        Claim(
            "source_type",
            f"Declares itself as {words_for(value)}.",
            f"DigitalSourceType {printable(code_of(value), 80)} (XMP, after IPTC)",
        )
        for value in values
    ]
