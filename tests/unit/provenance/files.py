"""Files that say something of themselves, around a generated picture."""

import datetime
import io
from functools import cache

import numpy as np
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from tests.conftest import encode, texture

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PLACE = (48.858370, 2.294481)
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {}>{}</rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)


def picture(side: int = 64) -> np.ndarray:
    """uint8 (side, side, 3)."""
    return texture("fake", 7, side)


def xmp(attributes: str = "", elements: str = "") -> bytes:
    """An XMP packet with these attributes and elements."""
    return XMP.format(attributes, elements).encode()


def exif(fields: dict[str, object], inner: dict[str, object] | None = None, gps=False) -> bytes:
    """EXIF with fields by their names."""
    made = Image.Exif()
    for name, value in fields.items():
        made[ExifTags.Base[name]] = value
    for name, value in (inner or {}).items():
        made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base[name]] = value
    if gps:
        north, east = PLACE
        place = {1: "N", 2: (north, 0.0, 0.0), 3: "E", 4: (east, 0.0, 0.0)}
        made.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    return made.tobytes()


def jpeg(**options) -> bytes:
    """A JPEG file with what Pillow writes beside the picture."""
    return encode(picture(), "JPEG", **options)


def png(text: dict[str, str] | None = None, **options) -> bytes:
    """A PNG file with text chunks."""
    info = PngInfo()
    for key, words in (text or {}).items():
        info.add_itxt(key, words) if not words.isascii() else info.add_text(key, words)
    return encode(picture(), "PNG", pnginfo=info, **options)


def iptc_jpeg(records: dict[tuple[int, int], bytes]) -> bytes:
    """A JPEG file with IPTC records, in Photoshop's block of resources."""
    body = b"".join(
        b"\x1c" + bytes(key) + len(words).to_bytes(2, "big") + words
        for key, words in records.items()
    )
    body += b"\0" * (len(body) % 2)
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(body).to_bytes(4, "big") + body
    segment = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    data = jpeg()
    return data[:2] + segment + data[2:]


def signed(
    data: bytes, mime: str, source_type: str = AI, tool: str = "Imaginary painter", more=()
) -> bytes:
    """A file with content credentials, signed in the name of "Nobody" by an authority of ours."""
    import c2pa

    manifest = {
        "claim_generator_info": [{"name": tool, "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": source_type}]},
            },
            *more,
        ],
    }
    settings = {"builder": {"thumbnail": {"enabled": False}}}
    chain, key = _identity()
    info = c2pa.C2paSignerInfo(b"es256", chain, key, None)
    out = io.BytesIO()
    with c2pa.Context.from_dict(settings) as context, c2pa.Signer.from_info(info) as signer:
        c2pa.Builder(manifest, context=context).sign(signer, mime, io.BytesIO(data), out)
    return out.getvalue()


@cache
def _identity() -> tuple[bytes, bytes]:
    """A certificate with its authority's, and its private key, as PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = _certificate("Nobody", own, authority, final=True)
    chain += _certificate("Authority", authority, authority, final=False)
    kind = serialization.PrivateFormat.PKCS8
    pem, open_text = serialization.Encoding.PEM, serialization.NoEncryption()
    return chain, own.private_bytes(pem, kind, open_text)


def _certificate(name: str, key, authority, *, final: bool) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(common: str) -> x509.Name:
        parts = {NameOID.COMMON_NAME: common, NameOID.ORGANIZATION_NAME: "Test Org"}
        return x509.Name([x509.NameAttribute(*part) for part in parts.items()])

    now, month = datetime.datetime.now(datetime.UTC), datetime.timedelta(30)
    uses = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    usage = x509.KeyUsage(
        digital_signature=final, key_cert_sign=not final, crl_sign=not final, **uses
    )
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("Authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - month)
        .not_valid_after(now + month)
        .add_extension(x509.BasicConstraints(ca=not final, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(own_id, critical=False)
        .add_extension(authority_id, critical=False)
    )
    if final:
        email = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(email, critical=True)
    signature = made.sign(authority, hashes.SHA256())
    return signature.public_bytes(serialization.Encoding.PEM)
