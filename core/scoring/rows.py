"""The JSON contract of `classify`, flattened: a row a face, or one for a file without any."""

from typing import Any

import pyarrow as pa

from core.inference.verdict import NO_FACE, State
from core.picture_files import as_text

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("face", pa.int32()),  # from 1, as the faces come in the JSON
        *((f"box_{side}", pa.int32()) for side in "xywh"),
        ("p_fake", pa.float64()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("opinions_cnn", pa.float64()),
        ("opinions_second", pa.float64()),
        ("provenance", pa.string()),  # the sentences of all claims
        ("notes", pa.string()),
        ("error", pa.string()),
    ]
)


def to_rows(entry: dict) -> list[dict]:
    """Flatten one entry of the contract.

    Args:
        entry: what `core.inference.report.to_contract` gives.

    Returns:
        At least one row, a value or None for each column of `SCHEMA`; texts are valid Unicode.
    """
    shared = {key: entry[key] for key in ("path", "width", "height", "error")}
    shared["notes"] = " ".join(entry["notes"]) or None
    shared["provenance"] = " ".join(claim["says"] for claim in entry["provenance"]) or None
    faces = [_of_face(number, face) for number, face in enumerate(entry["faces"], start=1)]
    if not faces and entry["error"] is None:
        faces = [{"verdict": State.UNSURE, "reason": NO_FACE}]
    rows = [shared | face for face in faces or [{}]]
    return [{name: _cell(row.get(name)) for name in SCHEMA.names} for row in rows]


def _of_face(number: int, face: dict) -> dict:
    return {
        "face": number,
        **{f"box_{side}": pixels for side, pixels in zip("xywh", face["box"], strict=True)},
        **{key: face[key] for key in ("p_fake", "verdict", "reason")},
        **{f"opinions_{name}": p_fake for name, p_fake in face["opinions"].items()},
    }


def _cell(value: Any) -> Any:
    return as_text(value) if isinstance(value, str) else value
