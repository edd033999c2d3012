"""All claims of a file's metadata."""

from core.provenance.camera import of_camera, of_dates, of_place, of_software
from core.provenance.claim import Claim
from core.provenance.credentials import of_credentials
from core.provenance.fields import read_fields
from core.provenance.generators import of_generators
from core.provenance.sources import of_source_type
from core.provenance.tables import of_tables


def provenance_of(data: bytes) -> tuple[Claim, ...]:
    """All claims of a file's metadata: on generators and signers first, on compression last.

    Nothing is fetched or written, and no verdict depends on it.

    Args:
        data: the bytes of a picture file, untrusted; it never raises.

    Returns:
        The claims, each once; none if there is no known metadata, one of kind "unread" if the
        file cannot be read.
    """
    try:
        return tuple(dict.fromkeys(_claims(data)))  # EXIF and XMP often agree
    except Exception:  # a damaged file raises many types
        return (Claim("unread", "Its metadata is damaged, or too large, and was not read."),)


def _claims(data: bytes) -> list[Claim]:
    fields = read_fields(data)
    claims = [
        *of_generators(fields),
        *of_credentials(data, fields),
        *of_source_type(fields),
        *of_camera(fields),
        *of_software(fields),
        *of_dates(fields),
        *of_place(fields),
        *of_tables(fields),
    ]
    if fields.unread:
        parts = " and ".join(fields.unread)
        claims.append(Claim("unread", f"Its {parts} cannot be read: damaged, or too large."))
    return claims
