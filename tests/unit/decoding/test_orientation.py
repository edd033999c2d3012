"""Every file is turned upright once, by whatever it says."""

import io
import struct

import pytest
from PIL import Image, ImageOps

from core.imaging import decode_image
from tests.unit.decoding.pictures import SCENE, assert_like, assert_near

LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _stored(orientation: int) -> Image.Image:
    """What a camera would store for the scene to be upright once turned."""
    undo = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    image = Image.fromarray(SCENE)
    image.info["exif"] = _exif(undo).tobytes()
    turned = ImageOps.exif_transpose(image)
    turned.info.clear()
    return turned


def _encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", [*LOSSLESS, "AVIF", "HEIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_a_picture_of_any_format(kind, orientation):
    options = LOSSLESS.get(kind, {"quality": 95} if kind in ("AVIF", "HEIF") else {})
    data = _encoded(_stored(orientation), kind, exif=_exif(orientation).tobytes(), **options)
    assert_like(decode_image(data), SCENE, 5)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_cut_short_turns_it_still(order, orientation, kind):
    """Two entries and the first one's text behind them, of which three bytes are missing."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    entries = struct.pack(f"{order}HHHII", 2, 0x010F, 2, 6, 38)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0" + head + entries + struct.pack(f"{order}I", 0) + b"Mak"
    data = _encoded(_stored(orientation), kind, exif=exif, **LOSSLESS[kind])
    assert_like(decode_image(data), SCENE, 4)


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0MM\0*", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_exif_that_says_nothing_leaves_it_as_it_is(exif):
    data = _encoded(Image.fromarray(SCENE), "PNG", exif=exif)
    assert_near(decode_image(data), SCENE, 0)


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_an_orientation_that_is_none_is_passed_over(orientation):
    data = _encoded(Image.fromarray(SCENE), "PNG", exif=_exif(orientation))
    assert_near(decode_image(data), SCENE, 0)


def test_xmp_turns_it_where_exif_says_nothing():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    data = _encoded(_stored(6), "JPEG", xmp=xmp, quality=95, subsampling=0)
    assert_like(decode_image(data), SCENE, 4)


def test_heic_is_turned_by_its_own_boxes_and_not_by_exif_again():
    """The HEIF standard (ISO 23008-12): EXIF tells of the turn, `irot` and `imir` do it."""
    data = _encoded(_stored(6), "HEIF", exif=_exif(6).tobytes(), quality=95)
    assert b"irot" in data
    assert_like(decode_image(data), SCENE, 5)
    unturned = _encoded(Image.fromarray(SCENE), "HEIF", exif=_exif(6), quality=95)
    assert b"irot" not in unturned  # pillow-heif writes none if it gets EXIF as an object
    assert_like(decode_image(unturned), SCENE, 5)
