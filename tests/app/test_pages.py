"""Pages without a browser: Streamlit's AppTest runs them and reads what they drew."""

import html
import io
import json
import re
from pathlib import Path

import numpy as np
import pyarrow
import pytest
import streamlit as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from core.config import MAX_FILE_BYTES, ROOT
from core.errors import UserError
from core.evaluation.knowledge import shipped_knowledge
from core.examples import load_examples
from core.generators.codes import PSI_MEANS
from core.inference.explain import EVIDENCE, GRAD_CAM, NOTES
from core.inference.report import percent
from tests.app.words import page_text

TIMEOUT_S = 60


def _page(name: str) -> AppTest:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    return home if name == "app.py" else home.switch_page(name)


def _upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, data in files:
        page.file_uploader[0].upload(name, data, "image/jpeg")
    return page.run()


@pytest.fixture
def photo_page() -> AppTest:
    return _page("pages/1_Photo.py").run()


def test_home_says_how_often_it_errs_of_100():
    page = _page("app.py").run()
    assert not page.exception
    known = shipped_knowledge()
    told = (("real", "fake"), ("real", "unsure"), ("fake", "real"), ("fake", "unsure"))
    rates = [known.rate(*kind) for kind in told]
    assert [metric.value for metric in page.metric] == [rate.count for rate in rates]
    assert known.worst_case() in page_text(page) and "never written to disk" in page_text(page)
    assert len(page.dataframe[0].value) == len(known.rows)
    (painted,) = [note.value for note in page.caption if "psi" in note.value]
    assert "MobileStyleGAN" in painted and PSI_MEANS in painted


@pytest.mark.parametrize("name", ["app.py", "pages/1_Photo.py"])
def test_an_example_picture_is_one_tab_stop(name):
    """Its button: what Streamlit draws on the picture to enlarge it is taken out of the way."""
    page = _page(name).run()
    kept = page.get("flex_container")
    picks = [block for block in kept if re.search(r"-pick_[a-z]+_\d+$", block.proto.id)]
    assert len(picks) == len(load_examples())
    for block in picks:
        assert [child.type for child in block.children.values()] == ["image", "button"]
    toolbar = r"\[class\*=st-key-pick_\] \[data-testid=stElementToolbar\]\s*\{display: none;\}"
    assert re.search(toolbar, page_text(page))


def test_about_begins_with_ten_plain_lines():
    page = _page("pages/7_About.py").run()
    assert not page.exception
    lines = page.markdown[0].value.splitlines()
    assert len(lines) == 10 and all(line.startswith("1. ") for line in lines)
    assert shipped_knowledge().rate("fake", "fake").count in page_text(page)
    assert "What it cannot do" in [box.label for box in page.expander]
    assert "non-commercial" in page_text(page)


def test_an_empty_photo_page_says_what_to_do(photo_page):
    assert not photo_page.exception
    assert "No photo judged yet" in page_text(photo_page)


def test_an_uploaded_photo_gets_a_card_per_face(photo_page, examples):
    page = _upload(photo_page, ("group.jpg", examples["Group of four"]))
    assert not page.exception
    assert page_text(page).count("rf-scale") >= 4
    assert [toggle.label for toggle in page.toggle].count("Heat map") == 4


def test_a_bad_file_beside_good_ones(photo_page, examples):
    portrait = examples["Portrait A"]
    page = _upload(photo_page, ("bad.jpg", b"no"), ("a.jpg", portrait), ("a.jpg", portrait + b"\0"))
    assert not page.exception
    assert page.dataframe[0].value["Photo"].tolist() == ["bad.jpg", "a.jpg", "a.jpg (2)"]
    assert page.dataframe[0].value["Verdicts"].tolist()[0] == "could not be read"


def test_only_a_bad_file_leaves_a_sentence(photo_page):
    page = _upload(photo_page, ("bad.jpg", b"no picture at all"))
    assert not page.exception
    assert "not a picture" in page.error[0].value
    words = page_text(page)  # nothing was judged: no counts of verdicts, no false alarms
    shown = ('class="rf-counts"', 'class="rf-trust"', "not counted")
    assert not any(part in words for part in shown)


def test_a_face_too_small_to_judge_is_told_once_and_not_denied(photo_page, examples):
    from tests.conftest import encode

    portrait = Image.open(io.BytesIO(examples["Portrait A"])).convert("RGB").resize((24, 24))
    page = _upload(photo_page, ("tiny.png", encode(np.asarray(portrait))))
    assert not page.exception
    assert not any("Not listed" in info.value for info in page.info)
    (told,) = page.warning
    assert "1 face narrower than 20 px, too small to judge" in told.value
    assert "Mark a face" in told.value and "No face was found" not in page_text(page) + told.value


def test_a_photo_without_a_face_is_unsure(photo_page):
    import numpy as np

    from tests.conftest import encode

    page = _upload(photo_page, ("wall.png", encode(np.full((200, 300, 3), 80, np.uint8))))
    assert not page.exception
    assert "No face was found" in page.warning[0].value


class TestBesideAVerdict:
    """What must be known to weigh it, from the measured files of the network that gave it."""

    def test_false_alarms_and_what_it_sees(self, photo_page, examples):
        page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
        words, known = html.unescape(page_text(page)), shipped_knowledge()
        assert known.alarm() in words and known.sees() in words and known.blind_to() in words
        assert "70 in 100" in words  # P(fake), explained

    def test_another_network_has_its_own_figures(self, photo_page, examples):
        page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
        radio = next(r for r in page.radio if r.key == "photo_network_choice")
        page = radio.set_value("cnn").run()
        assert not page.exception
        (face,) = page.session_state["judged_photos"][0].result.faces
        assert face.p_fake == face.opinions["cnn"]
        words = html.unescape(page_text(page))
        assert shipped_knowledge(network="cnn").alarm() in words
        assert shipped_knowledge().alarm() not in words

    def test_a_known_kind_of_photo_has_its_own_rate(self, photo_page, examples):
        page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
        kind = shipped_knowledge().worst()
        page = page.selectbox[0].set_value(kind).run()
        assert not page.exception
        assert shipped_knowledge().alarm(kind) in html.unescape(page_text(page))

    def test_missing_figures_are_a_sentence(self, photo_page, examples, monkeypatch):
        from ui.shared import knowledge

        monkeypatch.setattr(knowledge, "shipped_knowledge", lambda **_: {}["gone"])
        page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
        assert not page.exception and "figures of the model are missing" in page_text(page)


@pytest.mark.parametrize("page", ["app.py", "pages/1_Photo.py"])
def test_a_missing_example_is_a_sentence(page, monkeypatch):
    def missing():
        raise UserError("The file examples/a.jpg is missing.")

    monkeypatch.setattr("ui.shared.photo_files.load_examples", missing)
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()
    app = AppTest.from_file(str(ROOT / page), default_timeout=60).run()
    assert not app.exception and "examples/a.jpg is missing" in page_text(app)


class TestTakingPhotosOut:
    """What is taken out is forgotten, and may come back."""

    @staticmethod
    def _names(page: AppTest) -> list[str]:
        return [item.result.name for item in page.session_state["judged_photos"]]

    def test_a_file_taken_out_of_the_drop_zone_takes_its_result_along(self, photo_page, examples):
        files = [(name, examples["Portrait A"] + name.encode()) for name in ("a.jpg", "b.jpg")]
        page = _upload(photo_page, *files)
        assert self._names(page) == ["a.jpg", "b.jpg"]
        page.file_uploader[0].set_value([("a.jpg", files[0][1], "image/jpeg")])
        page = page.run()
        assert not page.exception and self._names(page) == ["a.jpg"]

    def test_a_removed_photo_stays_away_until_it_is_brought_anew(self, photo_page):
        press = "Portrait A"
        page = _press(photo_page, press)
        page = _press(page, "Remove")
        assert not page.exception and self._names(page) == []
        assert self._names(page.run()) == []
        assert self._names(_press(page, press)) == ["Portrait A.jpg"]

    def test_a_removed_upload_is_not_judged_again(self, photo_page, examples):
        page = _upload(photo_page, ("a.jpg", examples["Portrait A"]))
        page = _press(page, "Remove").run()
        assert self._names(page) == []

    def test_results_stay_while_another_page_is_open(self, photo_page, examples):
        page = _upload(photo_page, ("a.jpg", examples["Portrait A"]))
        page = page.switch_page("pages/7_About.py").run()
        page = page.switch_page("pages/1_Photo.py").run()
        assert self._names(page) == ["a.jpg"]


def test_the_drop_zone_folds_once_there_are_results(photo_page, examples):
    box = photo_page.expander[0]
    assert "Photos and settings" in box.label and box.proto.expanded
    page = _upload(photo_page, ("a.jpg", examples["Portrait A"]))
    assert not page.expander[0].proto.expanded
    assert _press(page, "Clear results").expander[0].proto.expanded


def test_the_table_tells_probabilities_as_the_cards_do(photo_page, examples):
    page = _upload(photo_page, *[(f"{n}.jpg", examples[f"Portrait {n}"]) for n in "AB"])
    shown = [percent(item.result.faces[0].p_fake) for item in page.session_state["judged_photos"]]
    assert f"P(fake) {shown[-1]}" in html.unescape(page_text(page))  # of the newest photo
    display = page.dataframe[0].proto.arrow_data.styler.display_values
    values = pyarrow.ipc.open_stream(display).read_pandas()
    assert values["P(fake)"].tolist() == shown


def test_examples_have_names_that_do_not_tell(photo_page):
    labels = [button.label for button in photo_page.button]
    assert {"Astronaut", "Portrait A", "Group of four"} <= set(labels)
    page = _press(photo_page, "Portrait B")
    assert page.session_state["judged_photos"][0].result.name == "Portrait B.jpg"
    assert "generated" not in " ".join(labels).lower()


def test_results_survive_reruns_and_are_not_judged_twice(photo_page, examples, monkeypatch):
    from core.inference.photo import Inspector

    calls = []
    judge = Inspector.judge_file
    monkeypatch.setattr(
        Inspector, "judge_file", lambda self, *a, **k: calls.append(a[0]) or judge(self, *a, **k)
    )
    page = _upload(photo_page, ("one.jpg", examples["Portrait B"]))
    page.run().run()
    assert calls == ["one.jpg"]
    assert len(page.session_state["judged_photos"]) == 1


def test_examples_and_clearing(photo_page):
    next(b for b in photo_page.button if b.label == "Portrait C").click().run()
    assert "This example really is: Generated" in page_text(photo_page)
    assert len(photo_page.session_state["judged_photos"]) == 1
    next(b for b in photo_page.button if b.label == "Clear results").click().run()
    assert not photo_page.exception
    assert photo_page.session_state["judged_photos"] == []
    assert "No photo judged yet" in page_text(photo_page)


def test_the_heat_map_is_drawn_on_demand(photo_page, examples):
    page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
    assert NOTES[EVIDENCE] not in page_text(page)
    next(t for t in page.toggle if t.label == "Heat map").set_value(True).run(timeout=120)
    assert not page.exception
    assert NOTES[EVIDENCE] in page_text(page)
    strength = next(s for s in page.slider if s.label == "Strength")
    strength.set_value(1.0).run()
    assert not page.exception


def test_of_the_cnn_alone_the_heat_map_follows_the_gradient(examples):
    page = _page("pages/1_Photo.py")
    page.query_params["network"] = "cnn"
    page = _upload(page.run(), ("one.jpg", examples["Portrait A"]))
    next(t for t in page.toggle if t.label == "Heat map").set_value(True).run(timeout=120)
    assert not page.exception
    assert NOTES[GRAD_CAM] in page_text(page)
    layer = next(box for box in page.selectbox if box.label == "Seen by")
    layer.set_value("conv1").run(timeout=120)
    assert not page.exception and "Layer conv1" in page_text(page)


def test_what_a_file_admits_stands_before_its_verdict(photo_page, examples):
    data = examples["Portrait A"]
    info = PngInfo()
    info.add_text("parameters", "a face\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
    file = io.BytesIO()
    Image.open(io.BytesIO(data)).save(file, "PNG", pnginfo=info)
    page = _upload(photo_page, ("plain.jpg", data), ("admits.png", file.getvalue()))
    assert not page.exception
    (said,) = (each.value for each in page.warning if "The file itself" in each.value)
    assert "Stable Diffusion" in said and "does not rest on it" in said
    verdicts = page.dataframe[0].value["Verdicts"].tolist()
    assert ["file says generated" in words for words in verdicts] == [False, True]


ODD_NAME = "*star* _under_ ~~x~~ :red[red] `code` :smile: -> $5 $6 <b>.jpg"


def test_a_photo_without_a_face_is_counted_once_everywhere(photo_page, examples):
    from core.inference.report import to_contract, to_table
    from tests.conftest import encode

    wall = encode(np.full((200, 300, 3), 80, np.uint8))
    page = _upload(photo_page, ("wall.png", wall), ("a.jpg", examples["Portrait A"]))
    assert not page.exception
    assert "<b style=" in page_text(page) and ">1</b>unsure</span>" in page_text(page)
    assert page.dataframe[0].value["Verdicts"].tolist()[0] == "1 unsure: no face"
    assert "No face to judge in 1 photo" in page_text(page)
    found = [item.result for item in page.session_state["judged_photos"]]
    assert to_table(found)["verdict"].tolist().count("unsure") == 1
    assert [len(to_contract(each)["notes"]) for each in found] == [1, 0]


def test_a_name_is_shown_as_it_is(photo_page, examples):
    page = _upload(photo_page, (ODD_NAME, examples["Portrait A"]))
    assert not page.exception
    (heading,) = [e.proto.body for e in page.get("html") if 'class="rf-name"' in e.proto.body]
    assert html.unescape(re.sub(r"</?h2.*?>", "", heading)) == ODD_NAME


@pytest.mark.parametrize("size", [(65500, 40), (3000, 2), (1, 1), (2, 3000)])
def test_no_size_of_a_picture_breaks_the_page(photo_page, size):
    from tests.conftest import encode

    data = encode(np.full((size[1], size[0], 3), 99, np.uint8))
    page = _upload(photo_page, ("odd.png", data))
    assert not page.exception and "No face was found" in page_text(page)
    page = _mark(page)
    assert not page.exception
    page = _press(page, "Take the whole picture as one face")
    assert not page.exception and "px wide" in page_text(page)


def _mark(page: AppTest) -> AppTest:
    return next(t for t in page.toggle if t.label == "Mark a face").set_value(True).run()


def _press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def _slider(page: AppTest, label: str):
    return next(slider for slider in page.slider if slider.label.startswith(label))


class TestMarkingAFace:
    """A person shows where a face is."""

    @pytest.fixture
    def page(self, photo_page, examples) -> AppTest:
        return _mark(_upload(photo_page, ("group.jpg", examples["Group of four"])))

    @staticmethod
    def _faces(page: AppTest) -> list:
        return page.session_state["judged_photos"][0].result.faces

    def test_a_box_by_sliders_is_judged_and_marked(self, page):
        found = self._faces(page)
        _slider(page, "From left").set_value((60, 260)).run()
        _slider(page, "From top").set_value((100, 330)).run()
        page = _press(page, "Judge this box")
        assert not page.exception
        *before, face = self._faces(page)
        assert before == list(found) and face.marked in ("box", "unseen")
        assert face.box.as_list() == [60, 100, 200, 230]
        assert "Marked by hand" in page_text(page)
        assert not next(t for t in page.toggle if t.label == "Mark a face").value

    def test_the_box_that_is_there_at_first_holds_a_portraits_head(self, photo_page, examples):
        page = _mark(_upload(photo_page, ("a.jpg", examples["Portrait A"])))
        (left, right), (top, bottom) = (
            _slider(page, name).value for name in ("From left", "From top")
        )
        x, y, w, h = self._faces(page)[0].box.as_list()  # from brow to chin: the hair is above it
        assert left < x < x + w < right and top < y - h / 5 and y + h < bottom

    def test_the_same_box_counts_once_and_can_be_taken_back(self, page):
        found = self._faces(page)
        page = _press(page, "Judge this box")
        page = _press(_mark(page), "Judge this box")
        assert len(self._faces(page)) == len(found) + 1
        page = _press(page, "Remove what I marked")
        assert not page.exception and self._faces(page) == found

    def test_a_found_face_that_is_marked_counts_once(self, photo_page, examples):
        page = _mark(_upload(photo_page, ("a.jpg", examples["Portrait A"])))
        (found,) = self._faces(page)
        page = _press(page, "Judge this box")
        (first,) = self._faces(page)
        assert first.marked and "once more" not in page_text(page)
        page = _press(_mark(page), "Take the whole picture as one face")
        assert [face.marked for face in self._faces(page)] == ["whole"]  # the newer mark
        page = _press(page, "Remove what I marked")
        assert not page.exception and self._faces(page) == (found,)

    def test_the_whole_picture_as_one_face(self, page):
        page = _press(page, "Take the whole picture as one face")
        assert self._faces(page)[-1].marked == "whole"
        assert "whole picture, by hand" in page_text(page)
        button = next(b for b in _mark(page).button if b.label.startswith("Take the whole"))
        assert button.disabled

    def test_a_slip_is_a_sentence(self, page):
        _slider(page, "From left").set_value((10, 12)).run()
        page = _press(page, "Judge this box")
        assert not page.exception and "too small" in page.error[0].value

    def test_a_box_that_was_drawn_moves_the_sliders(self, page, monkeypatch):
        from types import SimpleNamespace

        from ui.photo import marking as photo_marking

        item = SimpleNamespace(digest="d", result=SimpleNamespace(width=100, height=80))
        box = [{"x": [90.2, -3.0], "y": [10.0, 60.6]}]
        state = {"chart": SimpleNamespace(selection=SimpleNamespace(box=box))}
        monkeypatch.setattr(photo_marking.st, "session_state", state)
        photo_marking.take_over(item, "chart")
        assert (state["mark_x_d"], state["mark_y_d"]) == ((0, 90), (10, 61))

    def test_the_newest_face_of_a_crowd_is_in_sight(self, page, monkeypatch):
        from ui.photo import results as photo_results

        monkeypatch.setattr(photo_results, "SHOWN_FACES", 2)
        page = _press(page, "Judge this box")
        assert not page.exception and "Marked by hand" in page_text(page)


def test_photos_are_decoded_once_and_forgotten_when_cleared(photo_page, examples, monkeypatch):
    from ui.photo import session

    decoded = []
    decode = session.decode_image
    monkeypatch.setattr(session, "decode_image", lambda data: decoded.append(1) or decode(data))
    page = _upload(photo_page, ("one.jpg", examples["Portrait A"])).run().run()
    assert len(decoded) == 1 and len(page.session_state["small_photos"]) == 1
    page = _press(page, "Clear results")
    assert page.session_state["small_photos"] == {}


def test_a_session_remembers_few_decoded_photos(photo_page, examples, monkeypatch):
    from ui.photo import session

    monkeypatch.setattr(session, "SMALL_KEPT", 1)
    page = _upload(photo_page, ("a.jpg", examples["Portrait A"]))
    page = _upload(page, ("b.jpg", examples["Portrait B"]))
    (kept,) = page.session_state["small_photos"]
    assert kept == page.session_state["judged_photos"][-1].digest


def test_too_many_photos_are_refused_in_words(photo_page, examples, monkeypatch):
    from ui.photo import session

    monkeypatch.setattr(session, "MAX_PHOTOS", 2)
    portrait = examples["Portrait A"]
    page = _upload(photo_page, *[(f"{n}.jpg", portrait + bytes([n])) for n in range(4)])
    assert not page.exception
    assert "2 photos were not judged" in page.warning[0].value
    assert len(page.session_state["judged_photos"]) == 2


def test_broken_artifacts_are_a_sentence_not_a_traceback(monkeypatch, artifacts_copy):
    from core.inference import photo
    from ui.shared import resources

    (artifacts_copy / "classifier.bin").write_bytes(b"tampered")
    whole = photo.load_inspector
    monkeypatch.setattr(resources, "load_inspector", lambda: whole(artifacts_copy))
    st.cache_resource.clear()
    page = _page("pages/1_Photo.py").run()
    assert not page.exception
    assert "SHA-256 differs" in page.error[0].value
    st.cache_resource.clear()


def test_verdicts_as_json_match_the_contract(photo_page, examples):
    from core.inference.report import to_contract

    page = _upload(photo_page, ("one.jpg", examples["Portrait A"]))
    (item,) = page.session_state["judged_photos"]
    entry = json.loads(json.dumps(to_contract(item.result)))
    assert entry["path"] == "one.jpg" and len(entry["faces"]) == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\photos\\me.jpg", "a\nb.jpg", "\U0001f600.png"]
)
def test_names_are_shown_without_folders_or_control_signs(name):
    from ui.shared.names import plain_name

    shown = plain_name(name)
    assert shown and not set(shown) & set("/\\\n")
    assert shown == {"../../etc/passwd": "passwd", "C:\\photos\\me.jpg": "me.jpg"}.get(
        name, name.replace("\n", "")
    )


def test_no_message_from_elsewhere_is_read_as_markdown():
    """What `str` makes of an error may hold a file's name: `literal` shows it as it is."""
    raw = re.compile(r"\.(error|warning|info|success|caption|markdown|header|subheader)\(str\(")
    for path in [*Path(ROOT, "pages").glob("*.py"), *Path(ROOT, "ui").rglob("*.py")]:
        assert not raw.search(path.read_text()), path


def test_pages_are_thin():
    for path in [*Path(ROOT, "pages").glob("*.py"), ROOT / "app.py"]:
        assert "import tensorflow" not in path.read_text()


def test_photos_left_in_the_middle_are_judged_on_the_way_back(photo_page, examples, monkeypatch):
    from core.inference.photo import Inspector

    unbroken, judged = Inspector.judge_file, []

    def leave_after_the_first(inspector, name, data, **options):
        judged.append(name)
        if len(judged) == 2:
            raise StopException  # as going to another page does
        return unbroken(inspector, name, data, **options)

    monkeypatch.setattr(Inspector, "judge_file", leave_after_the_first)
    files = [(f"{number}.jpg", examples["Portrait A"]) for number in range(3)]
    page = _upload(photo_page, *files)
    assert len(page.session_state["judged_photos"]) == 1
    page = page.switch_page("pages/7_About.py").run()
    page = page.switch_page("pages/1_Photo.py").run()
    names = [item.result.name for item in page.session_state["judged_photos"]]
    assert names == ["0.jpg", "1.jpg", "2.jpg"] and not page.exception


class TestJudgingAnewThatIsBrokenOff:
    """The threshold is moved again before all photos were judged with it."""

    @staticmethod
    def _move(page: AppTest, value: float) -> AppTest:
        slider = next(s for s in page.slider if s.key.startswith("photo_threshold_"))
        return slider.set_value(value).run()

    def test_every_photo_stays_in_its_place_once(self, photo_page, examples, monkeypatch):
        from core.inference.photo import Inspector

        first, second = (examples[f"Portrait {letter}"] for letter in "AB")
        page = _upload(photo_page, ("a.jpg", first), ("bad.jpg", b"no"), ("b.jpg", second))
        page.session_state["photo_input_open"] = True
        unbroken, calls = Inspector.judge_file, []

        def broken_off(inspector, name, data, **options):
            calls.append(name)
            if len(calls) in (2, 3):
                raise StopException  # as the next press of the arrow key does
            return unbroken(inspector, name, data, **options)

        monkeypatch.setattr(Inspector, "judge_file", broken_off)
        for threshold in (0.6, 0.59, 0.58):
            page = self._move(page, threshold)
        assert not page.exception and calls == ["a.jpg", "b.jpg", "a.jpg", "a.jpg", "b.jpg"]
        assert page.dataframe[0].value["Photo"].tolist() == ["a.jpg", "bad.jpg", "b.jpg"]
        with_it = [item.judged_with.threshold for item in page.session_state["judged_photos"]]
        assert with_it[0] == with_it[2] == 0.58
        assert page.expander[0].proto.expanded, "the slider was folded away under the hand"

    def test_what_waits_to_be_judged_anew_is_not_shown(self, photo_page, examples, monkeypatch):
        from ui.photo import session

        page = _upload(photo_page, ("a.jpg", examples["Portrait A"]))

        def crowded(*_, **__):
            raise UserError("Very many people are judging.")

        with monkeypatch.context() as patch:
            patch.setattr(session.shared_line, "turn", crowded)
            page = self._move(page, 0.6)
        assert not page.exception and "Very many people" in page.warning[0].value
        assert 'class="rf-scale"' not in page_text(page)
        page = _press(page, "Try again")
        assert not page.exception and 'class="rf-scale"' in page_text(page)


@pytest.mark.parametrize("name", ["app.py", "pages/1_Photo.py"])
def test_the_limit_of_a_file_is_said_where_it_is_dropped(name, examples):
    page = _page(name).run()
    limit = f"{MAX_FILE_BYTES // 2**20} MB"
    assert f"up to {limit} each" in page.file_uploader[0].label
    assert "Ctrl+V" in page.file_uploader[0].proto.help
    (line,) = [e.proto.body for e in page.get("html") if 'class="rf-too-large"' in e.proto.body]
    assert f'data-bytes="{MAX_FILE_BYTES}"' in line and line.endswith("></p>")  # names none yet


def test_a_table_says_which_photo_it_opens_with(photo_page, examples):
    files = [(f"{n}.jpg", examples[f"Portrait {n}"]) for n in "AB"]
    page = _upload(photo_page, *files, ("broken.jpg", b"no picture"))
    (note,) = [each.value for each in page.caption if "Select a row" in each.value]
    assert "the newest that could be read" in note
    assert page.dataframe[0].value["Photo"].tolist()[-2:] == ["B.jpg", "broken.jpg"]
    assert any(
        'class="rf-name"' in e.proto.body and "B.jpg" in e.proto.body for e in page.get("html")
    )
