"""The JSON contract, the table, the annotated picture."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.imaging import Photo, decode_image
from core.inference.colors import CLASS_COLORS
from core.inference.geometry import Box
from core.inference.photo import FaceResult, PhotoResult
from core.inference.report import (
    annotate,
    caption,
    percent,
    to_contract,
    to_csv,
    to_png,
    to_table,
    told,
    with_words,
)
from core.inference.verdict import NO_FACE, Verdict


def test_contract_keys(inspector, examples):
    entry = to_contract(inspector.judge_file("a.jpg", examples["Portrait A"]))
    assert set(entry) == {"path", "width", "height", "faces", "provenance", "notes", "error"}
    (face,) = entry["faces"]
    assert set(face) == {"box", "p_fake", "verdict", "reason", "opinions"}
    assert set(face["opinions"]) == {"cnn", "second"}
    assert len(face["box"]) == 4 and all(isinstance(value, int) for value in face["box"])
    json.dumps(entry)
    failed = to_contract(PhotoResult("b.jpg", error="why"))
    nothing = {"path": "b.jpg", "width": None, "height": None, "faces": [], "notes": []}
    assert failed == {**nothing, "provenance": [], "error": "why"}


def test_table_has_a_row_a_face_and_one_for_every_other_file(inspector, examples):
    results = [
        inspector.judge_file("group.jpg", examples["Group of four"]),
        inspector.judge_file("wall.png", to_png(np.full((90, 90, 3), 50, np.uint8))),
        PhotoResult("broken.jpg", error="damaged"),
    ]
    table = to_table(results)
    assert table["file"].tolist() == ["group.jpg"] * 4 + ["wall.png", "broken.jpg"]
    assert table["verdict"].tolist()[4] == "unsure" and "No face was found" in table["reason"][4]
    assert table["error"][5] == "damaged" and table["p_fake"].isna().tolist()[4:] == [True, True]


def test_a_photo_without_a_face_is_unsure_once_everywhere():
    result = PhotoResult("wall.png", 90, 80, notes=("An animation.",))
    assert result.no_face and result.states == ["unsure"]
    assert to_contract(result)["notes"] == [NO_FACE, "An animation."]
    (row,) = to_table([result]).to_dict("records")
    assert (row["verdict"], row["reason"]) == ("unsure", NO_FACE)
    assert row["notes"] == f"{NO_FACE} An animation."
    failed = PhotoResult("b.jpg", error="why")
    assert not failed.no_face and failed.states == [] and told(failed) == []


def test_a_face_marked_by_hand_is_told(inspector, portrait):
    box = Box(100, 100, 300, 300)
    faces = inspector.judge(Photo(portrait), boxes=[box])
    result = PhotoResult("a.jpg", 512, 512, (*inspector.judge(Photo(portrait)), *faces))
    assert told(result) == ["Face 2 was marked by hand: it is face 1 once more."]
    assert to_table([result])["notes"].tolist() == told(result) * 2
    elsewhere = replace(faces[0], box=Box(0, 0, 40, 40))
    alone = replace(result, faces=(result.faces[0], elsewhere))
    assert told(alone) == ["Face 2 was marked by hand."]


def test_names_that_are_no_text_do_not_stop_a_file():
    odd = "a\udcff\x1b\n\U0001f600.jpg"
    result = PhotoResult(odd, error="why")
    assert json.loads(json.dumps(to_contract(result)))["path"] == odd
    (row,) = csv.DictReader(io.StringIO(to_csv(to_table([result])).decode("utf-8-sig")))
    assert row["file"] == "a\\xff\x1b\n\U0001f600.jpg"


def test_a_smaller_copy_is_drawn_on_to_scale():
    verdict = Verdict("fake")
    face = FaceResult(Box(40, 200, 80, 100), *np.zeros((2, 1, 1, 3)), 0.9, verdict)
    drawn = annotate(np.zeros((100, 50, 3), np.uint8), PhotoResult("a", 200, 400, (face,)))
    color = [int(CLASS_COLORS["fake"][at : at + 2], 16) for at in (1, 3, 5)]
    assert drawn[60, 10].tolist() == drawn[60, 30].tolist() == color
    assert drawn[60, 20].tolist() == [0, 0, 0]


@pytest.mark.parametrize("side", [100, 128, 600])
def test_a_label_without_room_beside_its_box_stands_under_the_picture(side):
    face = FaceResult(Box(0, 0, side, side), *np.zeros((2, 1, 1, 3)), 0.93, Verdict("fake"))
    pixels = np.full((side, side, 3), 90, np.uint8)
    drawn = annotate(pixels, PhotoResult("a", side, side, (face,)))
    edge = side // 20 + 2
    np.testing.assert_array_equal(drawn[edge : side - edge, edge : side - edge], 90)
    assert drawn.shape[0] > side == drawn.shape[1]
    strip = (drawn[side + 1 :] == 255).all(axis=2)
    assert strip.any() and not strip[:, -2:].any()  # the words are there, and not cut


@pytest.mark.parametrize(("side", "box"), [(50, Box(0, 0, 50, 50)), (64, Box(16, 20, 32, 40))])
def test_under_a_tiny_picture_no_label_is_cut_and_none_covers_the_face(side, box):
    face = FaceResult(box, *np.zeros((2, 1, 1, 3)), 0.84, Verdict("fake"))
    drawn = annotate(np.full((side, side, 3), 90, np.uint8), PhotoResult("a", side, side, (face,)))
    np.testing.assert_array_equal(drawn[: box.y, :side], 90)
    strip = (drawn[side + 1 :] == 255).all(axis=2)
    label = (drawn[side + 1 :] != 255).any(axis=2)
    assert drawn.shape[1] >= side and label[:, -1].any() and strip.any()
    assert not strip[2:-2, -2:].any()  # the words end before the edge


def test_the_words_of_a_verdict_are_the_same_in_table_and_boxes():
    face = FaceResult(Box(0, 0, 9, 9), *np.zeros((2, 1, 1, 3)), 0.93, Verdict("fake"))
    table = to_table([PhotoResult("a", 9, 9, (face,)), PhotoResult("b", 9, 9)])
    assert table["says"].tolist() == ["Likely generated", "Unsure"]
    assert caption("fake", 0.93) == "generated · P(fake) 93%"


def test_an_entry_in_words_says_what_the_table_says_and_keeps_the_contract():
    states = ("real", "fake", "unsure")
    faces = [FaceResult(Box(0, 0, 9, 9), *np.zeros((2, 1, 1, 3)), 0.5, Verdict(s)) for s in states]
    result = PhotoResult("a", 9, 9, tuple(faces))
    entry, contract = with_words(to_contract(result)), to_contract(result)
    assert [face.pop("says") for face in entry["faces"]] == to_table([result])["says"].tolist()
    assert entry == contract and with_words(to_contract(PhotoResult("b")))["faces"] == []


def test_a_number_stays_legible_where_faces_are_small():
    """A page shows a photo at about 400 px: there its numbers are 11 px high and more."""
    boxes = [Box(x, 100, 40, 40) for x in range(0, 1200, 300)]
    faces = [FaceResult(box, *np.zeros((2, 1, 1, 3)), 0.5, Verdict("unsure")) for box in boxes]
    drawn = annotate(np.zeros((800, 1200, 3), np.uint8), PhotoResult("a", 1200, 800, tuple(faces)))
    white = (drawn == 255).all(axis=2)
    rows = np.flatnonzero(white[:800].any(axis=1))
    assert (rows[-1] - rows[0] + 1) * 400 / 1200 >= 6  # digits are about half of the type's size
    for box in boxes:  # and each stays by its own box
        assert (
            white[: box.y, box.x : box.x + 80].any()
            and not white[:800, box.x + 100 : box.x + 200].any()
        )


def test_a_face_too_narrow_for_its_verdict_has_it_under_the_picture():
    """Whoever gets the picture alone misses none of them."""
    faces = [
        FaceResult(Box(x, 300, 240, 240), *np.zeros((2, 1, 1, 3)), 0.97, Verdict(state))
        for x, state in ((0, "real"), (300, "fake"), (600, "unsure"))
    ]
    narrow = replace(faces[1], box=Box(400, 300, 40, 60))
    wide = PhotoResult("a", 1200, 900, (faces[0], faces[2]))
    pixels = np.zeros((900, 1200, 3), np.uint8)
    assert annotate(pixels, wide).shape == pixels.shape
    drawn = annotate(pixels, PhotoResult("a", 1200, 900, (faces[0], narrow, faces[2])))
    color = [int(CLASS_COLORS["fake"][at : at + 2], 16) for at in (1, 3, 5)]
    assert drawn.shape[0] > 900 and (drawn[900:] == color).all(axis=2).any()


def test_csv_cells_never_start_a_formula():
    table = to_table([PhotoResult('=HYPERLINK("x").jpg', error="e"), PhotoResult("-1.jpg")])
    rows = list(csv.DictReader(io.StringIO(to_csv(table).decode("utf-8-sig"))))
    assert [row["file"][0] for row in rows] == ["'", "'"]


def test_annotation_draws_on_a_copy_in_the_class_colour(inspector, examples):
    data = examples["Group of four"]
    result, pixels = inspector.judge_file("g", data), decode_image(data).pixels
    before = pixels.copy()
    drawn = annotate(pixels, result)
    np.testing.assert_array_equal(pixels, before)
    for face in result.faces:
        color = CLASS_COLORS[face.verdict.state].lstrip("#")
        expected = [int(color[i : i + 2], 16) for i in (0, 2, 4)]
        y = face.box.y + face.box.h // 2
        assert drawn[y, face.box.x].tolist() == expected


def test_png_is_lossless():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(to_png(pixels)))), pixels)


def test_percentages_never_claim_certainty():
    shares = (0.0, 0.004, 0.01, 0.634, 0.99, 0.996, 1.0)
    assert [percent(share) for share in shares] == [
        "<1%",
        "<1%",
        "1%",
        "63%",
        "99%",
        ">99%",
        ">99%",
    ]
