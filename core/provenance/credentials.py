"""C2PA content credentials: who signed a file, whether it changed since, and what they assert.

c2pa-python validates them offline: nothing is fetched, and there is no list of trusted signers. It
is imported only for a file with credentials, and need not be installed.
"""

import io
import json
import re
from collections.abc import Iterator
from functools import cache

from core.provenance.claim import LOCATION, Claim, printable, quoted
from core.provenance.fields import Fields
from core.provenance.generators import known_names
from core.provenance.sources import code_of, is_generative, words_for

# The start of a C2PA store in a file of any format: JUMBF's description box with C2PA's UUID.
_STORE = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_FORMATS = {"MPO": "JPEG", "HEIF": "HEIC"}
_NOT_CHECKED = "Holds C2PA content credentials. They were not checked: {}"
_UNKNOWN_SIGNER = "Nothing here tells who is behind that name: anybody can sign, under any name."
_MOST_MANIFESTS = 50
_PLACE = re.compile(r"GPSL(at|ong)itude", re.IGNORECASE)


def of_credentials(data: bytes, fields: Fields) -> list[Claim]:
    """The claims of a file's content credentials; none if it has none. Never raises.

    Args:
        data: the file's bytes.
        fields: its other metadata, which may name credentials on a server.
    """
    if _STORE not in data:
        return _elsewhere(fields)
    try:
        store = _read_store(data, _mime(fields.image_format))
        return _signed(json.loads(store)) + ([LOCATION] if _PLACE.search(store) else [])
    except ImportError:
        return [Claim("credentials", _NOT_CHECKED.format("c2pa-python is not installed."))]
    except Exception as error:  # the library's own types, and what odd manifests raise
        words = printable(str(error), 120)
        return [Claim("credentials", _NOT_CHECKED.format("they cannot be read."), words)]


def _elsewhere(fields: Fields) -> list[Claim]:
    for address in fields.xmp.get("provenance", []):
        if re.match(r"https?://", address, re.IGNORECASE):
            says = "Says that its C2PA content credentials lie on a server. They were not fetched."
            return [Claim("credentials", says, printable(address, 120))]
    return []


def _mime(image_format: str) -> str:
    return f"image/{_FORMATS.get(image_format, image_format).lower()}"


def _read_store(data: bytes, mime: str) -> str:
    import c2pa

    with c2pa.Reader(mime, io.BytesIO(data), context=_context()) as reader:
        return reader.json()


@cache
def _context():
    import c2pa

    return c2pa.Context.from_dict(_OFFLINE)


def _signed(store: dict) -> list[Claim]:
    manifests = store.get("manifests", {})
    active = manifests.get(store.get("active_manifest"), {})
    signature = active.get("signature_info") or {}
    names = dict.fromkeys(filter(None, (signature.get("common_name"), signature.get("issuer"))))
    by = " of ".join(quoted(str(name)) for name in names) or "nobody it names"
    made_by = ", ".join(_tools(active))
    detail = f"Written by {printable(made_by, 120)}" if made_by else ""
    claims = [Claim("credentials", _state(store, by), detail)]
    asserted = _asserted(list(manifests.values())[:_MOST_MANIFESTS])
    return claims + asserted


def _state(store: dict, by: str) -> str:
    if store.get("validation_state") in ("Valid", "Trusted"):
        return (
            f"Holds C2PA content credentials signed by {by}, and has not changed since. "
            f"{_UNKNOWN_SIGNER}"
        )
    codes = [str(each.get("code", "")) for each in store.get("validation_status") or []]
    if any(code.endswith(".mismatch") for code in codes):
        return f"Holds C2PA content credentials that do not fit: it was changed after {by} signed."
    wrong = [code for code in codes if code != "signingCredential.untrusted"]
    why = printable(", ".join(wrong[:3]), 120) or "no reason is given"
    return f"Holds C2PA content credentials in the name of {by} that are not valid ({why})."


def _tools(manifest: dict) -> Iterator[str]:
    """The programs that wrote a manifest."""
    for tool in manifest.get("claim_generator_info") or []:
        if isinstance(tool, dict) and tool.get("name"):
            yield f"{tool['name']} {tool.get('version') or ''}".strip()
    if old := manifest.get("claim_generator"):
        yield str(old)


def _asserted(manifests: list[dict]) -> list[Claim]:
    """What the credentials assert on how the picture was made, each kind once."""
    types, tools = {}, {}
    for manifest in manifests:
        tools.update(dict.fromkeys(_tools(manifest)))
        for action in _actions(manifest):
            if value := action.get("digitalSourceType"):
                types[str(value)] = None
            if agent := action.get("softwareAgent"):
                name = agent.get("name") if isinstance(agent, dict) else agent
                tools[str(name)] = None
    ordered = sorted(types, key=is_generative, reverse=True)[:4]
    claims = [
        Claim(
            "source_type",
            f"Its content credentials assert: {words_for(value)}.",
            f"digitalSourceType {printable(code_of(value), 80)} (C2PA)",
        )
        for value in ordered
    ]
    named = dict.fromkeys(name for tool in tools for name in known_names(tool))
    return claims + [
        Claim("generator", f"Its content credentials name {name}, which generates pictures.")
        for name in named
    ]


def _actions(manifest: dict) -> Iterator[dict]:
    for assertion in manifest.get("assertions") or []:
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            yield from (assertion.get("data") or {}).get("actions") or []
