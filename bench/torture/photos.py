"""Generated faces, changed, through the whole path: the true detector and the true networks."""

import json

from PIL import Image

from bench.torture.kinds import Part
from bench.torture.pictures import with_checksums
from core.errors import UserError
from core.examples import load_examples
from core.imaging import decode_image, encode
from core.inference.photo import load_inspector
from core.inference.report import to_contract

_SIDE = 160


def parts() -> list[Part]:
    shown = [one for one in load_examples() if one.title.startswith("Portrait")][:2]
    faces = [Image.fromarray(decode_image(one.data).pixels).resize((_SIDE, _SIDE)) for one in shown]
    inspector = load_inspector()

    def attempt(data: bytes) -> None:
        result = inspector.judge_file("a.jpg", data)
        json.dumps(to_contract(result))
        if result.error is not None:
            raise UserError(result.error)

    attempt(encode(faces[0], "PNG"))  # what is built at first use
    return [
        Part("JPEG", [encode(face, "JPEG", quality=95) for face in faces], attempt),
        Part("PNG", [encode(face, "PNG") for face in faces], attempt, refit=with_checksums),
        Part("BMP", [encode(face, "BMP") for face in faces], attempt),
        Part("TIFF", [encode(face, "TIFF") for face in faces], attempt),
    ]
