"""The Generator page without a browser: every view, links, sliders, bad input."""

import re
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.artifacts import read_json
from core.cli.main import main
from core.config import ROOT
from core.errors import UserError
from core.generators import GENERATORS, Registered, load_generator
from core.generators.request import SLIDERS
from core.imaging import Photo
from core.inference.verdict import State, Verdict
from tests.app.words import page_text
from tests.conftest import write_dataset
from ui.generator import faces, paths
from ui.generator.psi import ONLY_DCGAN

TIMEOUT_S = 60


def _page(**query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page("pages/5_Generator.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _grid(page: AppTest) -> str:
    return next(
        element.proto.body
        for element in page.get("html")
        if "rf-faces" in element.proto.body and "<style>" not in element.proto.body
    )


def _set(page: AppTest, kind: str, label: str, value) -> AppTest:
    widget = next(w for w in getattr(page, kind) if w.label == label)
    return widget.set_value(value).run()


def _slider(page: AppTest, key: str):
    return next(widget for widget in page.slider if widget.key == key)


def test_sixteen_faces_each_with_a_verdict():
    page = _page()
    assert not page.exception
    grid = _grid(page)
    assert grid.count("data:image/webp") == 16 and grid.count("rf-short") == 16
    counts = [int(n) for n in re.findall(r"\*\*(\d+)\*\*", page_text(page))]
    assert "seed 15" in grid and sum(counts[:3]) == 16
    assert "Of 100 real" in page_text(page)  # how far to trust these verdicts


@pytest.mark.parametrize("view", ["faces", "one", "between", "sums", "learning", "quality"])
def test_a_third_generator_needs_no_change_of_the_page(view, monkeypatch):
    line = Registered("Plain", 16, (2, 3), "tests.unit.test_generators:Plain", "nobody")
    monkeypatch.setitem(GENERATORS, "plain", line)
    page = _page(generator="plain", view=view)
    text = page_text(page)
    assert not page.exception and not page.error and not page.warning
    assert "Plain learned from photos of nobody" in text
    assert ("Red, green and blue." in text) == (view == "one")
    assert ("A straight one." in text) == (view == "between")
    assert (ONLY_DCGAN in text) == (view == "faces")


def test_why_a_face_is_unsure_with_a_high_p_fake_stands_under_the_grid(monkeypatch, inspector):
    why = "The networks contradict each other: the CNN says P(fake) <1%."
    rules = inspector.calibration
    band, words = (rules.unsure_low + rules.unsure_high) / 2, rules.band_words()
    sure, doubted = (0.98, Verdict(State.FAKE)), (0.98, Verdict(State.UNSURE, why))
    given = [doubted, sure, (band, Verdict(State.UNSURE, words)), sure]
    face = np.zeros((128, 128, 3), np.uint8)
    (result,) = inspector.judge(Photo(face), aligned=True)
    done = [(face, replace(result, p_fake=p_fake, verdict=verdict)) for p_fake, verdict in given]
    for module in faces, paths:  # both, so that none keeps what stands in for it
        monkeypatch.setattr(module, "judged_faces", lambda *asked: done)
    page = _page(seed="7", count="4")
    (told,) = (each.value for each in page.caption if "another reason" in each.value)
    assert not page.exception and "seed 7, P(fake) 98%: The networks contradict" in told
    assert "seed 8" not in told and words not in told
    done[0] = done[1]
    page = _page(seed="7", count="4")
    assert not page.exception and "another reason" not in page_text(page)


def test_faces_are_shown_while_others_are_still_judged(monkeypatch):
    shown = []
    draw = faces.face_grid

    def drawn(pictures, *rest, **options):
        shown.append(len(pictures))
        draw(pictures, *rest, **options)

    monkeypatch.setattr(faces, "SHOWN_EVERY_S", -1.0)
    monkeypatch.setattr(faces, "face_grid", drawn)
    page = _page(seed="40", count="4")
    assert not page.exception and shown == [1, 2, 3, 4, 4]
    assert page_text(page).count('class="rf-face"') == 4


def test_of_the_dcgan_it_is_not_said_that_another_was_measured():
    assert ONLY_DCGAN not in page_text(_page())


def test_a_link_is_obeyed_and_kept():
    page = _page(seed="40", count="4", psi="0.5", view="faces")
    assert "seed 43" in _grid(page) and "seed 44" not in _grid(page)
    assert page.query_params["psi"] == "0.5" and page.query_params["seed"] == "40"
    before = _grid(page)
    page = _set(page, "slider", "Truncation psi", 1.0)
    assert _grid(page) != before and "psi" not in page.query_params


def test_after_many_sessions_the_painted_faces_take_no_more_than_their_bound(monkeypatch):
    bound = 5 * 2**20  # fewer than three sessions paint
    monkeypatch.setattr(faces, "JUDGED_BYTES", bound)
    st.cache_resource.clear()
    sizes = []
    for number in range(5):
        page = _page(seed=str(4 * number), count="4", view="faces")
        assert not page.exception and f"seed {4 * number + 3}" in _grid(page)
        sizes.append(faces.judged_before().size)
    st.cache_resource.clear()  # for who comes next there is room again
    assert sizes[1] == 2 * sizes[0] > 0, "nothing was kept"
    assert bound - sizes[0] < max(sizes) <= bound < len(sizes) * sizes[0]


def test_a_bad_link_is_a_sentence_and_the_rest_stands():
    page = _page(seed="40", count="4", psi="much", generator="<b>x</b>")
    assert not page.exception
    assert sum("left out" in warning.value for warning in page.warning) == 2
    assert "seed 43" in _grid(page)


def test_the_face_of_a_page_is_that_of_the_command(tmp_path, monkeypatch):
    assert main(["generate", "--seed", "40", "--out", str(tmp_path), "--psi", "0.6"]) == 0
    expected = np.asarray(Image.open(tmp_path / "seed40_0.png"))
    shown = []
    monkeypatch.setattr("streamlit.image", lambda face, **options: shown.append(face))
    page = _page(view="one", seed="40", psi="0.6")
    assert not page.exception and page.get("download_button")
    np.testing.assert_array_equal(shown[0], expected)


def test_sliders_change_the_face_and_reset():
    page = _page(view="one", seed="3")
    first = page.get("image")[0].proto.imgs[0].url
    page = _slider(page, "gen_direction_0").set_value(0.6).run()
    moved = page.get("image")[0].proto.imgs[0].url
    assert moved != first and page.query_params["directions"] == "0.6,0,0,0,0,0"
    next(b for b in page.button if b.label == "Reset").click().run()
    assert page.get("image")[0].proto.imgs[0].url == first
    assert [page.session_state[f"gen_direction_{n}"] for n in range(SLIDERS)] == [0.0] * SLIDERS


def test_numbers_set_by_a_link_are_shown_and_can_be_forgotten():
    page = _page(view="one", seed="3", edits="0:9.5")
    assert not page.exception and page.session_state["gen_edits"] == {0: 9.5}
    next(b for b in page.button if b.label == "Forget my numbers").click().run()
    assert "edits" not in page.query_params


def test_the_way_between_two_faces():
    page = _page(view="between", seed="1")
    assert not page.exception
    assert _grid(page).count("<figure") == 3 and "50% of the way" in _grid(page)
    labels = {button.proto.label for button in page.get("download_button")}
    assert labels == {"Save GIF", "Save MP4"}


def test_sums_and_what_is_wrong_with_them():
    page = _page(view="sums")
    assert not page.exception and _grid(page).count("<figure") == 3
    page = _set(page, "text_input", "Minus", "one, two")
    assert not page.exception and any("such as 3, 14, 15" in e.value for e in page.error)


def test_how_it_learned_has_a_picture_for_every_epoch():
    page = _page(view="learning")
    assert not page.exception
    slider = page.select_slider[0]
    assert len(slider.options) >= 4
    last = _grid(page)
    page = slider.set_value(slider.options[0]).run()
    assert not page.exception and _grid(page) != last
    assert len(page.get("plotly_chart")) == 3


def test_the_quality_table_is_the_measured_one():
    page = _page(view="quality")
    assert not page.exception
    table = page.dataframe[0].value
    assert {"this generator", "held-out real faces"} <= set(table.columns)
    table = table.T
    dinov2 = table.pop("Fréchet, DINOv2")
    assert np.isfinite(table.to_numpy(float)).all()
    assert "not FID" in page_text(page)
    measured = {
        name: row["frechet_dinov2"]
        for name, row in read_json("generator_metrics")["quality"].items()
    }
    assert dinov2.dropna().to_dict() == measured


def test_what_people_agree_with_better_is_told_with_its_order():
    told = page_text(_page(view="quality"))
    assert "with which people agree better (Stein et al., NeurIPS 2023)" in told
    rows = read_json("generator_metrics")["quality"]
    ranked = sorted(rows, key=lambda name: rows[name]["frechet_dinov2"])
    listed = ", ".join(f"{name} {rows[name]['frechet_dinov2']:.0f}" for name in ranked)
    assert f"Nearest first: {listed}." in told
    same = ranked == sorted(rows, key=lambda name: rows[name]["frechet"])
    assert ("The first distance has the same order" in told) is same


def test_the_nearest_real_faces(tmp_path):
    page = _page(view="one")
    field = "Folder with the training faces, on the machine that runs this app"
    page = _set(page, "text_input", field, str(tmp_path / "nowhere"))
    assert not page.exception and page.error
    data = write_dataset(tmp_path / "set", {"train": 8})
    page = _set(page, "text_input", field, str(data))
    assert not page.exception and _grid(page).count("<figure") == 6


def test_a_missing_second_generator_is_a_sentence(monkeypatch):
    import ui.shared.resources

    def missing(name):
        raise UserError("MobileStyleGAN is not installed. Get it with ...")

    monkeypatch.setattr(ui.shared.resources, "load_generator", missing)
    st.cache_resource.clear()
    page = _page(generator="mobilestylegan")
    st.cache_resource.clear()
    assert not page.exception
    assert any("not installed" in error.value for error in page.error)


@pytest.mark.parametrize("view", ["faces", "one", "between", "sums", "learning", "quality"])
def test_every_view_says_that_it_is_machine_made(view):
    assert "Every face here is machine-made" in page_text(_page(view=view))


def test_changes_of_one_face_stay_with_it():
    page = _page(view="one", seed="3", directions="0.8,0,0,0,0,0")
    page.session_state.gen_view = "faces"
    moved = _grid(page.run())
    assert "directions" not in page.query_params
    assert moved == _grid(_page(view="faces", seed="3"))


@pytest.mark.parametrize(
    ("view", "link"),
    [
        ("between", {"other": "11", "share": "0.7", "seed": "3"}),
        ("sums", {"plus": "1, 2", "minus": "3", "plus_too": "4"}),
        ("learning", {"epoch": "1", "seed": "5"}),
    ],
)
def test_a_link_to_any_view_shows_the_same_again(view, link):
    page = _page(view=view, **link)
    assert not page.exception and not page.warning
    assert dict(page.query_params) == {"view": view, **link}


def test_an_epoch_that_is_not_stored_is_the_shipped_one():
    page = _page(view="learning", epoch="2")
    assert not page.exception
    slider = page.select_slider[0]
    assert str(slider.value) == str(slider.options[-1])


def test_a_saved_picture_says_seed_and_psi_even_if_usual():
    from core.generators.request import FaceRequest

    assert FaceRequest(seed=4).made_by() == {"seed": 4, "psi": 1.0}
    changed = FaceRequest(seed=4, edits={0: 1.2345678806304932}).made_by()
    assert changed["edits"] == "0:1.23456788"


MEASURED = {
    "quality": {"held-out real faces": {"whole": 0.9}},
    "by_psi": [
        {"psi": 0.7, "whole": 0.9, "frechet": 40.0},
        {"psi": 1.0, "whole": 0.5, "frechet": 30.0},
    ],
    "directions": [
        {"trait": "turn", "low": "left", "high": "right",
         "correlation": 0.93, "faces": 200},
        {"trait": None, "low": "", "high": "", "correlation": 0.2, "faces": 200},
    ],
}  # fmt: skip


@pytest.fixture
def measured(monkeypatch):
    """The shipped generator's metrics as `publish` writes them."""
    for module in ("ui.generator.psi", "ui.generator.directions"):
        monkeypatch.setattr(f"{module}.read_json", lambda name: MEASURED)


def test_the_page_opens_at_the_psi_of_the_rule_and_links_keep_theirs(measured):
    page = _page()
    assert page.query_params["psi"] == "0.7" and "Opened at psi 0.7 by a rule" in page_text(page)
    page = _page(seed="3")
    assert "psi" not in page.query_params and "by a rule" not in page_text(page)


def test_directions_have_the_names_that_were_measured(measured):
    page = _page(view="one", seed="3")
    assert not page.exception
    labels = [widget.label for widget in page.slider]
    assert "Turn: left to right" in labels and "Direction 2" in labels
    assert "0.93" in _slider(page, "gen_direction_0").help
    assert len(page.get("image")) == 1 + 2 * SLIDERS


def test_a_click_opens_a_face():
    page = _page(seed="40")
    assert _grid(page).count('class="rf-open"') == 16
    assert "?view=one&amp;seed=43" in _grid(page)


def test_a_face_goes_to_the_photo_page_as_one_face():
    page = _page(view="one", seed="3")
    next(b for b in page.button if b.label == "Judge it as a photo").click().run()
    page = page.switch_page("pages/1_Photo.py").run()
    assert not page.exception
    (item,) = page.session_state["judged_photos"]
    (face,) = item.result.faces
    assert item.result.name == "dcgan seed 3.png"
    assert (face.box.x, face.box.y, face.box.w, face.box.h) == (0, 0, 128, 128)


def test_how_many_are_caught_at_which_psi(monkeypatch):
    version = load_generator("dcgan").version
    rows = [
        {"psi": psi, "n": 200, "caught": caught, "caught_ci95": [caught - 0.05, caught + 0.05],
         "unsure": 0.1}
        for psi, caught in ((1.0, 0.6), (0.5, 0.9))
    ]  # fmt: skip
    kept = {"asked": {"version": version, "threshold": 0.5}, "by_psi": rows}
    monkeypatch.setattr("ui.generator.psi.kept_judgement", lambda folder: kept)
    page = _page()
    assert not page.exception and page.get("plotly_chart")
    assert "have P(fake) above 50%: 90% at psi 0.5, 10% left unsure, 60%" in page_text(page)
    assert "The freer, the harder to tell" in page_text(page)
    kept["asked"]["version"] = "of another generator"
    assert not _page().get("plotly_chart")
