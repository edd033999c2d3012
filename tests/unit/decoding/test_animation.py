"""Of an animation the first frame that shows something; several pictures are no animation."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.errors import UserError
from core.imaging import decode_image
from tests.unit.decoding.pictures import SCENE, assert_like, assert_near

PICTURE = Image.fromarray(SCENE)
KINDS = {
    "GIF": {"optimize": False},
    "WEBP": {"lossless": True, "exact": True},
    "PNG": {},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
}


def _animation(kind: str, frames: list[Image.Image], **options) -> bytes:
    file = io.BytesIO()
    options = {"save_all": True, "append_images": frames[1:], **KINDS[kind], **options}
    frames[0].save(file, kind, duration=50, **options)
    return file.getvalue()


def _empty(name: str) -> Image.Image:
    if name == "transparent":
        return Image.new("RGBA", PICTURE.size, (0, 0, 0, 0))
    return Image.new("RGB", PICTURE.size, name)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_frame_is_taken_if_it_shows_something(kind):
    turned = PICTURE.transpose(Image.Transpose.ROTATE_180)
    photo = decode_image(_animation(kind, [PICTURE, turned, turned]))
    assert_like(photo, SCENE, 12)  # GIF has 256 colours
    assert photo.notes == ("This is an animation: only its first frame was judged.",)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", ["black", "white", "gray", "transparent"])
def test_empty_frames_are_passed_over_and_that_is_said(kind, empty):
    if kind == "GIF" and empty == "transparent":
        frames = [_empty(empty), _empty(empty), PICTURE.convert("RGBA")]
        data = _animation(kind, frames, disposal=2)
    else:
        blank = _empty(empty)
        other = blank.copy()
        other.putpixel((0, 0), (9, 9, 9, 9)[: len(blank.mode)])  # equal frames would become one
        data = _animation(kind, [blank, other, PICTURE.convert(blank.mode)])
    photo = decode_image(data)
    assert_like(photo, SCENE, 12)
    assert "only frame" in photo.notes[0] and "first frame" not in photo.notes[0]


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_a_picture_that_fades_in_is_taken_when_it_is_there(kind):
    steps = [Image.fromarray(np.uint8(SCENE * share)) for share in (0, 0.1, 0.3, 0.6, 0.8, 1)]
    photo = decode_image(_animation(kind, steps))
    assert_like(photo, SCENE, 6)
    assert "only frame 6 of 6" in photo.notes[0]


def test_frames_that_are_all_empty_are_still_a_picture():
    frames = [Image.new("RGB", (16, 16), (level,) * 3) for level in (0, 1, 2)]
    assert decode_image(_animation("PNG", frames)).pixels.max() == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_cut_short_shows_the_frames_it_has(kind):
    noise = np.random.default_rng(0).integers(0, 256, (6, 96, 128, 3), dtype=np.uint8)
    data = _animation(kind, [PICTURE, *(Image.fromarray(frame) for frame in noise)])
    if kind == "WEBP":
        with pytest.raises(UserError):  # libwebp reads a whole file, or nothing of it
            decode_image(data[: int(len(data) * 0.7)])
    else:
        assert_like(decode_image(data[: int(len(data) * 0.7)]), SCENE, 12)


def test_a_still_picture_of_an_animated_format_has_no_note():
    for kind in KINDS:
        file = io.BytesIO()
        PICTURE.save(file, kind, **KINDS[kind])
        assert decode_image(file.getvalue()).notes == ()


def test_a_stand_in_for_readers_without_animation_is_the_picture():
    other = Image.fromarray(255 - SCENE)
    data = _animation("PNG", [PICTURE, other], default_image=True)
    assert_near(decode_image(data), SCENE, 0)


def test_a_second_picture_of_a_phone_is_no_animation():
    file = io.BytesIO()
    PICTURE.save(file, "MPO", save_all=True, append_images=[PICTURE.reduce(4)], quality=95)
    photo = decode_image(file.getvalue())
    assert_like(photo, SCENE, 4)
    assert photo.notes == ()


@pytest.mark.parametrize("primary", [0, 1, 2])
def test_of_heic_the_primary_picture_is_taken(primary):
    heif = pillow_heif.HeifFile()
    for place in range(3):
        colour = Image.new("RGB", (64 + 16 * place, 48), (200, 30, 30))
        heif.add_from_pillow(PICTURE if place == primary else colour)
    file = io.BytesIO()
    heif.save(file, primary_index=primary, quality=95)
    photo = decode_image(file.getvalue())
    assert_like(photo, SCENE, 4)
    assert photo.notes == ("The file holds 3 pictures: only its main one was judged.",)
