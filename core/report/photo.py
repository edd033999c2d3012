"""The facts of a report on one photo, as JSON has them."""

from dataclasses import asdict

from core.evaluation.knowledge import Knowledge
from core.evaluation.plain_words import LIMITS
from core.inference.by_hand import WHOLE
from core.inference.photo import PhotoResult
from core.inference.report import mark_of, to_contract, with_words
from core.inference.verdict import P_FAKE_MEANS, WORDS
from core.provenance.claim import HOW_FAR
from core.report.stamp import Stamp, now

OWN_THRESHOLD = (
    "Whoever judged this photo chose from which P(fake) on a face is called generated; the shares "
    "of photos accused and of generated faces found were measured as shipped and do not hold here."
)


def photo_report(
    result: PhotoResult,
    stamp: Stamp,
    known: Knowledge | None,
    *,
    sha256: str,
    size_bytes: int,
    source: str | None = None,
    heat_maps: tuple[int, ...] = (),
    own_threshold: bool = False,
) -> dict:
    """Put together what one who was not there needs to weigh a verdict.

    Args:
        result: what was found in the photo.
        stamp: what it was judged by, and when.
        known: the figures of that model; None where they are missing.
        sha256, size_bytes: of its file.
        source: the kind of photo, one of `known`'s sources, if somebody knows it.
        heat_maps: numbers (from 1) of the faces whose heat map was made.
        own_threshold: whether who judged set another threshold than the shipped one.
    """
    entry = with_words(to_contract(result))
    faces = [
        {
            "number": number,
            **told,
            "marked": mark_of(result.faces, face) or None,
            "heat_map": number in heat_maps,
        }
        for number, (face, told) in enumerate(
            zip(result.faces, entry["faces"], strict=True), start=1
        )
    ]
    return {
        "written_at": now(),
        "picture": {
            "name": result.name,
            "sha256": sha256,
            "bytes": size_bytes,
            "width": result.width,
            "height": result.height,
        },
        "counts": {state: result.states.count(state) for state in WORDS},
        "faces": faces,
        "p_fake_means": P_FAKE_MEANS,
        "trust": _trust(known, source),
        "model": asdict(stamp),
        "provenance": entry["provenance"],
        "provenance_means": HOW_FAR,
        "notes": entry["notes"],
        "limits": [*([OWN_THRESHOLD] if own_threshold else []), *LIMITS, *_by_hand(result)],
        "error": result.error,
    }


def _trust(known: Knowledge | None, source: str | None) -> dict:
    """How often the model accuses photos, and what it can see, in figures and in words."""
    if known is None:
        nothing = dict.fromkeys(("kind", "false_alarm", "sees", "does_not_see"))
        return nothing | {"says": "The figures of the model are missing."}
    rate = known.rate("real", "fake", None if source is None else [source])
    return {
        "kind": source,
        "false_alarm": rate and {"share": rate.share, "n": rate.n, "ci95": list(rate.ci95)},
        "says": known.alarm(source),
        "sees": known.sees(),
        "does_not_see": known.blind_to(),
    }


def _by_hand(result: PhotoResult) -> list[str]:
    if any(face.marked and face.marked != WHOLE for face in result.faces):
        return ["A face that was marked by hand is framed otherwise than those it was measured on."]
    return []
