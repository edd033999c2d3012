"""Claims on camera, programs, dates and location, from EXIF, XMP and IPTC."""

import re

from core.provenance.claim import LOCATION, Claim, printable, quoted
from core.provenance.fields import Fields
from core.provenance.generators import known_names

_EDITORS = re.compile(
    r"\b(photoshop|lightroom|gimp|snapseed|picsart|facetune|faceapp|remini|meitu|beautyplus|"
    r"airbrush|vsco|affinity|capture one|darktable|rawtherapee|pixelmator|paint\.net|luminar|"
    r"polarr|canva|krita|photoscape|photofiltre|adobe express|edited with google ai)\b",
    re.IGNORECASE,
)


def of_camera(fields: Fields) -> list[Claim]:
    """The camera and lens that the file names; none or one claim."""
    exif, xmp = fields.exif, fields.xmp
    names = [exif.get(name) or _first(xmp, name) for name in ("Make", "Model")]
    if any(name.startswith(("prompt:", "workflow:")) for name in names):  # ComfyUI's graph
        return []
    lens = exif.get("LensModel") or _first(xmp, "LensModel") or _first(xmp, "Lens")
    camera = _joined(*names)
    if not camera and not lens:
        return []
    taken = f"Names the camera {quoted(camera)}" if camera else "Names no camera"
    return [Claim("camera", f"{taken}{f', the lens {quoted(lens)}' if lens else ''}.")]


def _joined(make: str, model: str) -> str:
    """Maker and model as one name; many models begin with their maker."""
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def of_software(fields: Fields) -> list[Claim]:
    """The programs that the file names, known picture editors apart, and its editing history."""
    editors = [name for name in fields.programs + fields.credits if _EDITORS.search(name)]
    others = [name for name in fields.programs if name not in editors and not known_names(name)]
    claims = []
    if others:
        claims.append(Claim("software", f"Names the program {_listed(others)}."))
    if editors:
        claims.append(Claim("edited", f"Names an editing program: {_listed(editors)}."))
    if steps := fields.xmp.get("action"):
        words = printable(", ".join(steps[:12]))
        claims.append(Claim("edited", f"Lists {len(steps)} steps of editing.", f"XMP: {words}"))
    return claims


def of_dates(fields: Fields) -> list[Claim]:
    """When the picture was taken and saved, by its metadata; none or one claim."""
    exif, xmp = fields.exif, fields.xmp
    taken = exif.get("DateTimeOriginal") or _first(xmp, "DateTimeOriginal", "DateCreated")
    saved = exif.get("DateTime") or _first(xmp, "ModifyDate")
    said = [f"taken {quoted(taken, 40)}"] if taken else []
    if saved and _digits(saved) != _digits(taken):
        said.append(f"saved {quoted(saved, 40)}")
    return [Claim("date", f"Says that it was {' and '.join(said)}.")] if said else []


def of_place(fields: Fields) -> list[Claim]:
    """Whether the file holds a location, which is not shown; none or one claim."""
    return [LOCATION] if fields.has_place else []


def _digits(date: str) -> str:
    """The digits of a date down to the second: EXIF and XMP separate them differently."""
    return re.sub(r"\D", "", date)[:14]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(quoted(name) for name in names[:3]) + more


def _first(xmp: dict[str, list[str]], *names: str) -> str:
    return next((xmp[name][0] for name in names if name in xmp), "")
