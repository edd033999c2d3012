"""What is read and what is not: a whitelist, its endings, and plain files as ever."""

import io
import zipfile

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.config import ARTIFACTS_DIR, IMAGE_FORMATS, IMAGE_SUFFIXES, MAX_PIXELS
from core.decoding.formats import open_image
from core.errors import UserError
from core.imaging import decode_image
from tests.unit.decoding.pictures import GRAY, SCENE, assert_like

PICTURE = Image.fromarray(SCENE)
# How Pillow, or a camera, writes a file of each ending.
ENDINGS = {
    "JPEG": ".jpg .jpeg .jpe .jfif",
    "MPO": ".mpo",
    "PNG": ".png .apng",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "TIFF": ".tif .tiff .dng",
    "HEIF": ".heic .heif .hif",
    "AVIF": ".avif .avifs",
    "JPEG2000": ".jp2 .j2k .j2c .jpc .jpf .jpx",
    "PPM": ".ppm .pgm .pbm .pnm",
}
QUALITY = {"JPEG": 95, "MPO": 95, "HEIF": 95, "AVIF": 95}


def _file(kind: str, suffix: str = "") -> bytes:
    file = io.BytesIO()
    options = {"quality": QUALITY[kind]} if kind in QUALITY else {}
    if suffix in (".j2k", ".j2c", ".jpc"):
        options["no_jp2"] = True
    picture = PICTURE.convert({".pgm": "L", ".pbm": "1"}.get(suffix, "RGB"))
    picture.save(file, kind, **options)
    return file.getvalue()


def test_the_endings_are_those_of_what_the_decoder_reads():
    assert set(" ".join(ENDINGS.values()).split()) == IMAGE_SUFFIXES


@pytest.mark.parametrize("kind", ENDINGS)
def test_every_format_is_read_whatever_the_ending(kind):
    for suffix in ENDINGS[kind].split():
        data = _file(kind, suffix)
        with open_image(data) as image:
            assert image.format in (kind, "JPEG")  # an MPO of one picture is a JPEG
        expected = {".pgm": np.repeat(np.asarray(PICTURE.convert("L"))[..., None], 3, 2)}
        if suffix != ".pbm":
            assert_like(decode_image(data), expected.get(suffix, SCENE), 12)


OTHERS = ["EPS", "PDF", "ICO", "ICNS", "TGA", "PCX", "SGI", "DDS", "IM", "MSP", "QOI", "SPIDER"]


@pytest.mark.parametrize("kind", OTHERS)
def test_other_formats_are_refused_with_those_that_are_read(kind):
    file = io.BytesIO()
    mode = {"MSP": "1", "SPIDER": "F"}.get(kind, "RGB")
    PICTURE.convert(mode).resize((64, 64)).save(file, kind)
    with pytest.raises(UserError) as caught:
        decode_image(file.getvalue())
    assert IMAGE_FORMATS in str(caught.value)


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.jpg", _file("JPEG"))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\nshowpage\n",
        b"\xc5\xd0\xd3\xc6" + bytes(64),  # EPS with a preview
        b"\xd7\xcd\xc6\x9a" + bytes(64),  # WMF
        b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(64),
        b"SIMPLE  =                    T" + bytes(80),  # FITS
        b"GRIB" + bytes(64),
        b"\x89HDF\r\n\x1a\n" + bytes(64),
        b"8BPS\x00\x01" + bytes(64),
        b"\xff\x0a" + bytes(64),  # JPEG XL
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        _archive(),
    ],
)
def test_nothing_else_reaches_a_decoder(data):
    with pytest.raises(UserError, match="not a picture this app can read"):
        decode_image(data)


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ARTIFACTS_DIR / "examples").glob("*.jpg"))
)
def test_a_plain_jpeg_is_decoded_to_the_same_bytes_as_ever(name):
    data = (ARTIFACTS_DIR / "examples" / name).read_bytes()
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    photo = decode_image(data)
    np.testing.assert_array_equal(photo.pixels, expected)
    assert photo.notes == () and photo.pixels.flags.c_contiguous


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "GIF", "JPEG2000"])
def test_plain_pictures_of_any_mode_are_what_pillow_makes_of_them(mode, kind):
    file = io.BytesIO()
    try:
        PICTURE.convert(mode).save(file, kind)
    except (OSError, ValueError, KeyError):
        return  # a mode that the format does not have
    expected = np.asarray(Image.open(io.BytesIO(file.getvalue())).convert("RGB"))
    np.testing.assert_array_equal(decode_image(file.getvalue()).pixels, expected)


def test_a_picture_larger_than_a_band_is_the_same_throughout():
    """Bands of rows are converted one by one."""
    wide = np.tile(np.dstack([SCENE, GRAY]), (12, 16, 1))
    file = io.BytesIO()
    Image.fromarray(wide).save(file, "PNG", compress_level=1)
    image = Image.open(io.BytesIO(file.getvalue()))
    white = Image.new("RGBA", image.size, "white")
    expected = np.asarray(Image.alpha_composite(white, image).convert("RGB"))
    np.testing.assert_array_equal(decode_image(file.getvalue()).pixels, expected)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF", "BMP"])
def test_too_many_pixels_are_refused_by_the_header(kind):
    side = int(MAX_PIXELS**0.5) + 1
    file = io.BytesIO()
    options = {"compression": "packbits"} if kind == "TIFF" else {}
    Image.new("1", (side, side)).save(file, kind, **options)
    with pytest.raises(UserError, match="million pixels; the limit is 64 million"):
        decode_image(file.getvalue())


def test_a_small_animation_on_a_huge_canvas_is_refused():
    file = io.BytesIO()
    PICTURE.save(file, "WEBP", save_all=True, append_images=[PICTURE.rotate(180)])
    data = bytearray(file.getvalue())
    place = data.index(b"VP8X") + 12
    data[place : place + 6] = (8_100).to_bytes(3, "little") * 2
    with pytest.raises(UserError, match="66 million pixels"):
        decode_image(bytes(data))


@pytest.mark.parametrize("kind", ["twelve bits", "JPEG-LS"])
def test_a_jpeg_that_hardly_any_program_reads_is_not_called_damaged(kind):
    if kind == "JPEG-LS":
        data = imagecodecs.jpegls_encode(SCENE)
    else:
        data = imagecodecs.jpeg8_encode(SCENE.astype(np.uint16) * 16, level=95, bitspersample=12)
    with pytest.raises(UserError, match="a JPEG of a rare kind"):
        decode_image(data)


def test_a_common_jpeg_that_is_cut_is_called_damaged():
    data = _file("JPEG")
    for end in (3, 20, 300, len(data) // 2):
        with pytest.raises(UserError, match="damaged or cut short"):
            decode_image(data[:end])
